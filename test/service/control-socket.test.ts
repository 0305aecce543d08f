import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { askLane, ControlSocket } from "../../src/service/control-socket.ts";
import { Bench } from "../support/bench.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "control-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the control socket", () => {
  it("answers nonsense with an error and cuts off what is too long", async () => {
    const bench = new Bench();
    const socket = new ControlSocket(folder, bench);
    await socket.start();
    try {
      for (const wrong of [
        { do: "release" },
        { do: "selftest", part: "../x" },
        { do: "maintenance", on: "yes" },
        { do: "measure-point", reference: 1e9 },
      ])
        await expect(askLane(folder, wrong as never)).rejects.toMatchObject({ code: "GL-1060" });
      await expect(askLane(folder, { do: "status", x: "y".repeat(9000) } as never)).rejects.toThrow();
      expect(await askLane(folder, { do: "status" })).toEqual({ mode: "normal", troubles: [] });
    } finally {
      await socket.stop();
    }
  });
});
