import { createServer } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createWeb, type Web, type WebOptions } from "../../src/web/server.ts";
import { createAuthority } from "../support/certificates.ts";
import { HandClock, idle, Listener, webOptions } from "./support.ts";

const authority = createAuthority("Site CA");
const { certificate: cert, key } = authority.issue("localhost");
const open: Web[] = [];
afterEach(async () => {
  for (const web of open.splice(0)) await web.stop();
});

interface Answer {
  readonly status: number;
  readonly cookie: string;
  readonly body: string;
}

/** Asks as a browser on the tablet would, over TLS that it verifies. */
function overTls(port: number, path: string, sent: unknown = null): Promise<Answer> {
  const origin = `https://localhost:${port}`;
  return new Promise((resolve, reject) => {
    const asked = request(
      `${origin}${path}`,
      {
        ca: authority.certificate,
        method: sent === null ? "GET" : "POST",
        headers: { origin, "content-type": "application/json" },
      },
      (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => {
          body += chunk.toString();
        });
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, cookie: String(response.headers["set-cookie"]), body }),
        );
      },
    );
    asked.on("error", reject);
    asked.end(sent === null ? undefined : JSON.stringify(sent));
  });
}

/** A port that somebody else holds until it is given back. */
async function held(): Promise<{ readonly port: number; giveBack(): Promise<unknown> }> {
  const other = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  const { port } = other.address() as AddressInfo;
  return { port, giveBack: () => new Promise((resolve) => other.close(resolve)) };
}

async function withTwoDoors(changes: Partial<WebOptions> = {}) {
  const there = await held();
  await there.giveBack();
  const web = createWeb(
    webOptions({ network: { host: "127.0.0.1", port: there.port, tls: { cert, key } }, ...changes }),
  );
  open.push(web);
  const { port } = await web.start();
  return { web, port, network: there.port };
}

describe("a kiosk with a tablet on the site's network", () => {
  it("still serves the board's own screen in the clear, beside the tablet over TLS", async () => {
    const { web, port, network } = await withTwoDoors();
    const screen = await new Listener(port, "/live/display").until(({ told }) => told.length === 1);
    web.display.street(idle);
    await screen.until(({ told }) => told.length === 2);
    expect((await overTls(network, "/guard")).body).toContain("guard");
    const signedIn = await overTls(network, "/guard/sign-in", { pin: "023100" });
    expect(signedIn.status).toBe(200);
    expect(signedIn.cookie).toMatch(/^__Host-guard=.*Secure/);
  });

  it("counts wrong PINs together, whichever door they come by", async () => {
    const { port, network } = await withTwoDoors();
    const url = `http://127.0.0.1:${port}`;
    for (let n = 0; n < 5; n++) {
      const headers = { origin: url, "content-type": "application/json" };
      await fetch(`${url}/guard/sign-in`, { method: "POST", headers, body: '{"pin":"111111"}' });
    }
    expect((await overTls(network, "/guard/sign-in", { pin: "023100" })).status).toBe(429);
  });

  it("tells the one-time code to the board's own screen alone", async () => {
    const { port, network } = await withTwoDoors({ firstCode: "ABCDE-FGHJK" });
    const own = await new Listener(port, "/live/display").until(({ told }) => told.length === 1);
    expect(own.told[0]).toMatchObject({ firstCode: "ABCDE-FGHJK" });
    const far = await new Listener(network, "/live/display", {}, authority.certificate).until(
      ({ told }) => told.length === 1,
    );
    expect(far.told[0]).toMatchObject({ kind: "setup", firstCode: null });
  });

  it("starts without that network's address and opens the door there once it can", async () => {
    const clock = new HandClock();
    const there = await held();
    const { port } = there;
    const web = createWeb(webOptions({ clock, network: { host: "127.0.0.1", port, tls: { cert, key } } }));
    open.push(web);
    const own = await web.start();
    expect((await fetch(`http://127.0.0.1:${own.port}/`)).status).toBe(200);
    await there.giveBack();
    clock.push(5_000);
    for (;;) {
      const answer = await overTls(port, "/guard").catch(() => null);
      if (answer === null) continue;
      expect(answer.status).toBe(200);
      break;
    }
  });

  it("keeps the board's own screen a place, however many come over the network", async () => {
    const { port, network } = await withTwoDoors();
    const far = (): Listener => new Listener(network, "/live/display", {}, authority.certificate);
    for (const page of Array.from({ length: 32 }, far)) await page.until(({ told }) => told.length === 1);
    expect((await far().until(({ closed }) => closed !== null)).closed).toBe(1013);
    const own = await new Listener(port, "/live/display").until(({ told }) => told.length === 1);
    expect(own.told[0]).toMatchObject({ kind: "setup" });
  });

  it("opens no door after it was stopped", async () => {
    const clock = new HandClock();
    const there = await held();
    const web = createWeb(webOptions({ clock, network: { host: "127.0.0.1", port: there.port, tls: { cert, key } } }));
    await web.start();
    await web.stop();
    await there.giveBack();
    clock.push(60_000);
    await expect(overTls(there.port, "/guard")).rejects.toThrow(/ECONNREFUSED/);
  });
});
