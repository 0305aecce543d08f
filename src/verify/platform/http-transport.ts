import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from "node:https";
import type { Millis } from "../../core/units.ts";
import type { TlsMaterial } from "../trust/fetch-document.ts";
import { PlatformFault, type PlatformTransport } from "./transport.ts";

/** No platform's answer is anywhere near; a longer one is somebody else's. */
const MAX_ANSWER = 16_384;

/** HTTP or HTTPS with the lane's own certificate, over kept-alive connections. `sockets` bounds them. */
export function createHttpTransport(url: string, tls: TlsMaterial, sockets: number): PlatformTransport {
  const secure = url.startsWith("https:");
  const kept = { keepAlive: true, maxSockets: sockets, maxFreeSockets: 2 };
  const agent = secure
    ? new HttpsAgent({
        ...kept,
        ...(tls.ca === undefined ? {} : { ca: tls.ca }),
        ...(tls.certificate === undefined ? {} : { cert: tls.certificate }),
        ...(tls.key === undefined ? {} : { key: tls.key }),
      })
    : new HttpAgent(kept);
  const base = url.replace(/\/$/, "");
  return {
    post: (path, body, timeout) => exchange(secure, `${base}${path}`, JSON.stringify(body), { agent }, timeout),
    close: () => agent.destroy(),
  };
}

function exchange(
  secure: boolean,
  url: string,
  body: string,
  given: Pick<RequestOptions, "agent">,
  timeout: Millis,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      act();
    };
    const fail = (fault: PlatformFault): void => settle(() => reject(fault));
    const headers = {
      "content-type": "application/json",
      accept: "application/json",
      "content-length": Buffer.byteLength(body),
    };
    const options: RequestOptions = { ...given, method: "POST", headers };
    const call = (secure ? httpsRequest : httpRequest)(url, options, (answer) => {
      const status = answer.statusCode ?? 0;
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size <= MAX_ANSWER) chunks.push(chunk);
        else {
          fail(new PlatformFault("too-large", false));
          call.destroy();
        }
      });
      answer.on("error", () => fail(new PlatformFault("unreachable", true)));
      answer.on("end", () => {
        if (!answer.complete) return fail(new PlatformFault("unreachable", true));
        if (status < 200 || status > 299) return fail(new PlatformFault("status", status >= 500));
        const value = parsed(answer.headers["content-type"], Buffer.concat(chunks));
        if (value === undefined) return fail(new PlatformFault("not-json", false));
        settle(() => resolve(value));
      });
    });
    const timer = setTimeout(() => {
      fail(new PlatformFault("timeout", false));
      call.destroy();
    }, timeout);
    call.on("error", () => fail(new PlatformFault("unreachable", true)));
    call.end(body);
  });
}

/** The JSON value of an answer that says it is JSON; undefined for one that does not, or is not. */
function parsed(contentType: string | undefined, bytes: Buffer): unknown {
  if (!/^application\/(?:[a-z.+-]+\+)?json\b/i.test(contentType ?? "")) return undefined;
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}
