import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createWeb, type Web, type WebOptions } from "../../src/web/server.ts";
import { calm, HandClock, idle, Listener, webOptions } from "./support.ts";

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const web of open.splice(0)) await web.stop();
});

async function started(changes: Partial<WebOptions> = {}): Promise<{ web: Web; port: number; url: string }> {
  const web = createWeb(webOptions(changes));
  open.push(web);
  const { port } = await web.start();
  return { web, port, url: `http://127.0.0.1:${port}` };
}

describe("the kiosk's pages", () => {
  it("serves the street at /, the guard at /guard, and the overview only to the demo", async () => {
    const { url } = await started();
    expect(await (await fetch(`${url}/`)).text()).toContain("display");
    expect(await (await fetch(`${url}/guard`)).text()).toContain("guard");
    expect((await fetch(`${url}/rig`)).status).toBe(404);
    const demo = await started({ rig: true });
    expect(await (await fetch(`${demo.url}/rig`)).text()).toContain("rig");
  });

  it.each(["/", "/guard"])("allows no script, style or frame but its own: %s", async (path) => {
    const { url } = await started();
    const { headers } = await fetch(url + path);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("permissions-policy")).toContain("camera=()");
    expect(headers.get("cache-control")).toBe("no-store");
  });

  it.each([
    "/assets/../secret.txt",
    "/assets/%2e%2e/secret.txt",
    "/assets/..%2fsecret.txt",
    "/assets/..%5csecret.txt",
    "/assets/%252e%252e/secret.txt",
    "/sounds/../secret.txt",
    "/sounds/%2e%2e%2fsecret.txt",
    "/assets/display/../../secret.txt",
    "//secret.txt",
    "/assets/%00",
    "/assets/display/index.html%00.js",
  ])("gives no file outside its folders: %s", async (path) => {
    const { port } = await started();
    const { request } = await import("node:http");
    const status = await new Promise<{ code: number; body: string }>((resolve) => {
      // fetch() would tidy the path before it leaves.
      request({ host: "127.0.0.1", port, path, headers: { host: `127.0.0.1:${port}` } }, (response) => {
        let body = "";
        response.on("data", (chunk) => {
          body += chunk;
        });
        response.on("end", () => resolve({ code: response.statusCode ?? 0, body }));
      }).end();
    });
    expect(status.code).toBeGreaterThanOrEqual(400);
    expect(status.body).not.toContain("not for the network");
  });

  it("says which address is taken when its port is", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    const web = createWeb(webOptions({ port }));
    await expect(web.start()).rejects.toThrow(`GL-5002: 127.0.0.1:${port} is taken`);
    await new Promise((resolve) => other.close(resolve));
  });
});

describe("the street's live connection", () => {
  it("greets with the setup and pushes each state of the lane", async () => {
    const { web, port } = await started();
    const page = await new Listener(port, "/live/display").until((it) => it.told.length === 1);
    expect(page.told[0]).toMatchObject({ kind: "setup", lane: { number: "03" } });
    web.display.street({ ...idle, screen: "see-staff", turn: 2, complaint: "LQ03-4033-5-7" });
    await page.until((it) => it.told.length === 2);
    expect(page.told[1]).toMatchObject({ kind: "street", time: "08:14", tone: "staff", view: { screen: "see-staff" } });
  });

  it("says nothing of its own accord: a lane that is silent leaves the page silent", async () => {
    const clock = new HandClock();
    const { web, port } = await started({ clock });
    web.display.street(idle);
    clock.push(1400);
    const early = await new Listener(port, "/live/display").until((it) => it.told.length === 2);
    clock.push(200);
    // Everything else the server could do, it is made to do: time passes, another page comes and goes.
    const late = await new Listener(port, "/live/display").until((it) => it.told.length === 1);
    clock.push(60_000);
    late.socket.close();
    await late.until((it) => it.closed !== null);
    expect(early.told).toHaveLength(2);
    expect(late.told.map((message) => message.kind)).toEqual(["setup"]);
  });

  it("shows no time of day while the clock is not trusted", async () => {
    const clock = new HandClock();
    clock.wall = () => ({ ...HandClock.prototype.wall.call(clock), trust: "unsynced" as never });
    const { web, port } = await started({ clock });
    web.display.street(idle);
    const page = await new Listener(port, "/live/display").until((it) => it.told.length === 2);
    expect(page.told[1]?.time).toBeNull();
  });

  it("stamps every page's messages by the clock that never waits, where the lane's own does", async () => {
    const { web, port } = await started({ rig: true, stamp: () => 4711.2 });
    const pages = ["display", "guard", "rig"].map((page) => new Listener(port, `/live/${page}`));
    for (const page of pages) await page.until((it) => it.told.length === 1);
    web.display.street(idle);
    web.display.guard(calm);
    web.rig({} as Parameters<typeof web.rig>[0]);
    for (const page of pages) await page.until((it) => it.told.length === 2);
    expect(pages.map((page) => page.told[1]?.at)).toEqual([4711, 4711, 4711]);
  });

  it("closes on whoever speaks to it, and on a frame above its limit", async () => {
    const { port } = await started();
    const talker = await new Listener(port, "/live/display").until((it) => it.told.length === 1);
    talker.socket.send("hello");
    expect((await talker.until((it) => it.closed !== null)).closed).toBe(1008);
    const shouter = await new Listener(port, "/live/display").until((it) => it.told.length === 1);
    shouter.socket.send("x".repeat(4000));
    expect((await shouter.until((it) => it.closed !== null)).closed).toBe(1009);
  });

  it("has room for 32 screens and turns the next away", async () => {
    const { port } = await started();
    const pages = Array.from({ length: 32 }, () => new Listener(port, "/live/display"));
    for (const page of pages) await page.until((it) => it.told.length === 1);
    const more = await new Listener(port, "/live/display").until((it) => it.closed !== null);
    expect(more.closed).toBe(1013);
  });
});

describe("who may speak to the server", () => {
  it.each([
    ["no origin", { origin: "" }],
    ["another site's page", { origin: "http://evil.example" }],
    ["a page without an origin", { origin: "null" }],
    ["the same name on another port", { origin: "http://127.0.0.1:1" }],
    ["the same name over another scheme", { origin: "https://127.0.0.1" }],
    ["a browser that calls it cross-site", { "sec-fetch-site": "cross-site" }],
  ])("refuses a live connection from %s", async (_who, headers) => {
    const { port } = await started();
    const page = await new Listener(port, "/live/guard", headers as Record<string, string>).until(
      (it) => it.refused !== null || it.told.length > 0,
    );
    expect(page.refused).toBe(403);
    expect(page.told).toEqual([]);
  });

  it.each(["evil.example", "127.0.0.1.evil.example", "localhost@evil", "[::1", "kiosk"])(
    "answers to no name but its own: %j",
    async (host) => {
      const { port } = await started();
      const { request } = await import("node:http");
      const code = await new Promise((resolve) => {
        request({ host: "127.0.0.1", port, path: "/", headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        }).end();
      });
      expect(code).toBeGreaterThanOrEqual(400);
    },
  );

  it("answers to a further name that the configuration gives it", async () => {
    const { port } = await started({ names: () => ["kiosk"] });
    const { request } = await import("node:http");
    const code = await new Promise((resolve) => {
      request({ host: "127.0.0.1", port, path: "/", headers: { host: `kiosk:${port}` } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(code).toBe(200);
  });
});
