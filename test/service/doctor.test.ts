import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../../src/config/load.ts";
import { withValue } from "../../src/config/walk.ts";
import type { CheckResult } from "../../src/core/panel.ts";
import { instant, millis } from "../../src/core/units.ts";
import type { Patient } from "../../src/service/checks/check.ts";
import { spotDiameter } from "../../src/service/checks/place.ts";
import { allChecks, doctor, exitCode } from "../../src/service/doctor.ts";
import type { FileFacts, Host } from "../../src/service/host.ts";
import { nodeHost } from "../../src/service/node-host.ts";

const example = JSON.parse(readFileSync("config/lane.example.json", "utf8")) as Record<string, unknown>;
const device: FileFacts = { kind: "device", mode: 0o660, readable: true, writable: true };

/** A machine on which everything is as it should be, but for what a test changes. */
function machine(changes: Partial<Host> = {}, files: Record<string, string> = {}): Host {
  return {
    nodeVersion: "20.20.2",
    read: (path) => files[path] ?? null,
    facts: (path) =>
      path === "/var/lib/greenlane"
        ? { ...device, kind: "folder" }
        : path in files
          ? { ...device, kind: "file", mode: 0o600 }
          : device,
    list: (folder) => (folder === "/sys/class/gpio" ? ["gpiochip512"] : []),
    freeBytes: () => 4 * 2 ** 30,
    hasProgram: () => true,
    reach: async () => null,
    handshake: async () => null,
    loads: async () => null,
    addresses: () => [{ name: "eth0", address: "10.0.0.7", internal: false }],
    ...changes,
  };
}
const examine = async (
  host: Host,
  file: unknown = example,
  trust: "synced" | "unsynced" = "synced",
): Promise<CheckResult[]> => {
  const patient: Patient = {
    config: readConfig(file).config,
    host,
    now: { at: instant(Date.UTC(2020, 4, 6)), trust, error: millis(0) },
    guards: 2,
  };
  const results: CheckResult[] = [];
  for await (const result of doctor(patient)) results.push(result);
  return results;
};
const found = async (id: string, host: Host, file?: unknown, trust?: "synced" | "unsynced") =>
  (await examine(host, file, trust)).find((result) => result.id === id);

describe("doctor", () => {
  it("gives a result for every check, in order, each failure with code and fix", async () => {
    const broken = machine({
      facts: () => null,
      list: () => [],
      hasProgram: () => false,
      reach: async () => "ECONNREFUSED",
      handshake: async () => "ECONNREFUSED",
      addresses: () => [],
      loads: async () => "no addon",
      nodeVersion: "18.0.0",
    });
    const results = await examine(broken, example, "unsynced");
    expect(results.map((result) => result.id)).toEqual(allChecks.map((check) => check.id));
    for (const result of results) {
      const wrong = result.status === "warn" || result.status === "fail";
      expect([result.id, result.code !== null, result.fix !== null]).toEqual([result.id, wrong, wrong]);
      if (wrong) expect(result.code).toMatch(/^GL-\d{4}$/);
    }
    expect(exitCode(results)).toBe(1);
  });

  it.each<[string, Partial<Host>, unknown, string, RegExp]>([
    [
      "camera.device",
      {
        facts: () => null,
        list: (folder) => (folder === "/dev/v4l/by-id" ? ["usb-other-video-index0", "usb-other-video-index1"] : []),
      },
      example,
      "GL-2051",
      /usb-other-video-index0/,
    ],
    ["camera.device", { facts: () => ({ ...device, readable: false }) }, example, "GL-2051", /group/],
    ["thermometer.device", { facts: () => null }, example, "GL-2161", /config\.txt/],
    [
      "thermometer.device",
      { facts: () => null, list: (folder) => (folder === "/dev" ? ["i2c-1", "i2c-20"] : []) },
      example,
      "GL-2161",
      /i2c-1, i2c-20/,
    ],
    ["gpio.chip", { list: () => [] }, example, "GL-2310", /on its board/],
    [
      "gpio.chip",
      { list: (folder) => (folder === "/dev" ? ["gpiochip0"] : []), hasProgram: (name) => name !== "gpioset" },
      example,
      "GL-2303",
      /apt install gpiod/,
    ],
    ["program.node", { nodeVersion: "20.18.1" }, example, "GL-1131", /Node 20/],
    [
      "gpio.chip",
      {
        list: (folder) => (folder === "/sys/class/gpio" ? ["gpiochip0", "gpiochip1"] : []),
        read: () => "pinctrl-bcm2711",
      },
      example,
      "GL-2310",
      /name the chip/,
    ],
    ["sounder.player", { hasProgram: () => false }, example, "GL-2452", /alsa-utils/],
    ["storage.free", { freeBytes: () => 2 ** 20 }, example, "GL-1134", /partition/],
    ["broker.reach", { handshake: async () => "ENOTFOUND" }, example, "GL-4111", /DNS/],
    ["broker.reach", { handshake: async () => "DEPTH_ZERO_SELF_SIGNED_CERT" }, example, "GL-4111", /CA certificate/],
    ["broker.reach", { handshake: async () => "CERT_HAS_EXPIRED" }, example, "GL-4111", /clock/],
    ["camera.exposure", {}, withValue(example, "devices.camera.exposure", "8 ms"), "GL-2053", /bands/],
    ["temperature.spot", {}, withValue(example, "temperature.distance", "30 cm"), "GL-2143", /nearer/],
    ["site.check", {}, withValue(example, "site.check", {}), "GL-1135", /site\.check/],
    [
      "secrets.mode",
      { facts: (path) => ({ ...device, mode: path.endsWith(".key") ? 0o644 : 0o600 }) },
      example,
      "GL-4113",
      /chmod 600 \/etc\/greenlane\/tls\/lane\.key/,
    ],
    ["board.power", { read: (path) => (path.includes("throttled") ? "50005" : null) }, example, "GL-2511", /supply/],
  ])("%s tells what is wrong and what to do", async (id, changes, file, code, fix) => {
    const result = await found(id, machine(changes), file);
    expect(result).toMatchObject({ code });
    expect(result?.fix).toMatch(fix);
  });

  it.each([
    ["1", "core", "cpu io memory pids", "Filename\tType", "processes may be traced"],
    ["2", "|/lib/systemd/systemd-coredump", "memory", "Filename\tType", "crashes are handed to a program"],
    ["2", "core", "cpu io pids", "Filename\tType\n/dev/zram0\tpartition", "memory may go to swap"],
    ["2", "core", "cpu io memory pids", "Filename\tType\n/dev/zram0\tpartition", null],
    ["2", "core", "cpu io pids", "Filename\tType", null],
  ])("memory.kept: tracing %s, crashes to %s, controllers %s", async (tracing, crashes, controllers, swaps, open) => {
    const files: Record<string, string> = {
      "/proc/sys/kernel/yama/ptrace_scope": `${tracing}\n`,
      "/proc/sys/kernel/core_pattern": `${crashes}\n`,
      "/sys/fs/cgroup/cgroup.controllers": `${controllers}\n`,
      "/proc/swaps": `${swaps}\n`,
    };
    const result = await found("memory.kept", machine({}, files));
    expect(result).toMatchObject(open === null ? { status: "ok" } : { code: "GL-1138", measured: open });
  });

  it("never calls anything well that it could not look at", async () => {
    const blind = await examine(machine({ freeBytes: () => null, read: () => null }), example, "unsynced");
    expect(blind.find((result) => result.id === "storage.free")?.status).toBe("skipped");
    expect(blind.find((result) => result.id === "rules.period")?.status).toBe("skipped");
    expect(blind.find((result) => result.id === "board.power")?.status).toBe("skipped");
  });

  it("survives a check that breaks", async () => {
    const result = await found(
      "storage.free",
      machine({
        freeBytes: () => {
          throw new Error("disk gone");
        },
      }),
    );
    expect(result).toMatchObject({ status: "fail", code: "GL-1130", measured: "disk gone" });
  });

  it("knows the spot sizes of the hardware table", () => {
    expect(spotDiameter(50, 35)).toBeCloseTo(31.5, 1);
    expect(spotDiameter(100, 35)).toBeCloseTo(63, 0);
    expect(spotDiameter(300, 12)).toBeCloseTo(63, 0);
    expect(spotDiameter(500, 5)).toBeCloseTo(43.7, 1);
  });
});

describe("the machine itself", () => {
  let folder: string;
  let plain: Server;
  let tls: Server;
  const pem = (name: string): string => join(folder, `${name}.pem`);
  const openssl = (...args: string[]): void => void execFileSync("openssl", args, { stdio: "ignore" });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "doctor-"));
    const authority = (name: string): void =>
      openssl(
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-keyout",
        pem(`${name}-key`),
        "-out",
        pem(name),
        "-subj",
        `/CN=${name}`,
        "-days",
        "60",
      );
    const signed = (name: string, by: string): void => {
      openssl(
        "req",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-keyout",
        pem(`${name}-key`),
        "-out",
        pem(`${name}-csr`),
        "-subj",
        `/CN=${name}`,
        "-addext",
        "subjectAltName=IP:127.0.0.1",
      );
      openssl(
        "x509",
        "-req",
        "-in",
        pem(`${name}-csr`),
        "-CA",
        pem(by),
        "-CAkey",
        pem(`${by}-key`),
        "-out",
        pem(name),
        "-days",
        "60",
        "-copy_extensions",
        "copy",
      );
    };
    authority("ca");
    authority("stranger");
    signed("broker", "ca");
    signed("lane", "ca");
    signed("impostor", "stranger");
    plain = createServer().listen(0, "127.0.0.1");
    tls = createTlsServer(
      {
        cert: readFileSync(pem("broker")),
        key: readFileSync(pem("broker-key")),
        ca: readFileSync(pem("ca")),
        requestCert: true,
        rejectUnauthorized: true,
      },
      (socket) => socket.on("error", () => {}),
    ).listen(0, "127.0.0.1");
    await Promise.all(
      [plain, tls].map(
        (server) => new Promise<void>((resolve) => (server.listening ? resolve() : server.once("listening", resolve))),
      ),
    );
  });
  afterAll(() => {
    plain.close();
    tls.close();
    rmSync(folder, { recursive: true });
  });
  const portOf = (server: Server): number => (server.address() as { port: number }).port;

  it("reaches what listens and names why not", async () => {
    const host = nodeHost();
    expect(await host.reach("127.0.0.1", portOf(plain), millis(3000))).toBeNull();
    expect(await host.reach("127.0.0.1", 1, millis(3000))).toBe("ECONNREFUSED");
  });

  it("shakes hands with the right certificates and tells the wrong ones apart", async () => {
    const host = nodeHost();
    const shake = (ca: string, certificate: string, key = `${certificate}-key`) =>
      host.handshake(
        "127.0.0.1",
        portOf(tls),
        { ca: pem(ca), certificate: pem(certificate), key: pem(key) },
        millis(3000),
      );
    expect(await shake("ca", "lane")).toBeNull();
    expect(await shake("stranger", "lane")).toMatch(/SELF_SIGNED|UNABLE_TO|LEAF_SIGNATURE/);
    expect(await shake("ca", "impostor")).toMatch(/ALERT|ECONNRESET|EPIPE/);
    expect(await shake("ca", "lane", "impostor-key")).toMatch(/KEY_VALUES_MISMATCH/);
    expect(await shake("nothing", "lane")).not.toBeNull();
  });

  it("reads the certificate's days and its key, as the panel shows them", async () => {
    const file = withValue(
      withValue(withValue(example, "broker.ca", pem("ca")), "broker.certificate", pem("lane")),
      "broker.key",
      pem("lane-key"),
    );
    const patient: Patient = {
      config: readConfig(file).config,
      host: { ...nodeHost(), handshake: async () => null },
      now: { at: instant(Date.now()), trust: "synced", error: millis(0) },
      guards: 1,
    };
    const check = allChecks.find((one) => one.id === "broker.certificate");
    expect(await check?.look(patient)).toMatchObject({
      status: "ok",
      measured: expect.stringMatching(/^lane, (59|60) days left$/),
    });
    const wrong = { ...patient, config: readConfig(withValue(file, "broker.key", pem("impostor-key"))).config };
    expect(await check?.look(wrong)).toMatchObject({
      status: "fail",
      code: "GL-4112",
      measured: expect.stringContaining("does not belong"),
    });
    const later = { ...patient, now: { ...patient.now, at: instant(Date.now() + 40 * 86_400_000) } };
    expect(await check?.look(later)).toMatchObject({ status: "warn", code: "GL-4115" });
    const ca = allChecks.find((one) => one.id === "broker.ca");
    expect(await ca?.look(patient)).toMatchObject({ status: "ok" });
    expect(await ca?.look(later)).toMatchObject({ status: "warn", code: "GL-4115" });
    const gone = { ...patient, config: readConfig(withValue(file, "broker.ca", pem("nothing"))).config };
    expect(await ca?.look(gone)).toMatchObject({ status: "fail", code: "GL-4112" });
  });
});
