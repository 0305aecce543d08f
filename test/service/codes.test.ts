import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StaffBook } from "../../src/service/staff.ts";
import { TechnicianCode, weakness } from "../../src/service/technician-code.ts";
import { findGuard, hashPin } from "../../src/web/pins.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "codes-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the technician's code", () => {
  it("does not exist on a new lane: only the one-time code opens it, once, and it is written nowhere", async () => {
    const code = new TechnicianCode(folder, 10);
    expect(code.isNew()).toBe(true);
    expect(await code.check("")).toBe("wrong");
    const oneTime = await code.issueOneTime();
    expect(oneTime).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
    expect(readFileSync(join(folder, "technician.json"), "utf8")).not.toContain(oneTime?.replace("-", ""));
    expect(await code.check(`  ${oneTime?.toLowerCase()} `)).toBe("one-time");
    await code.set("valve-71-moss");
    expect(code.isNew()).toBe(false);
    expect(await code.check(oneTime ?? "")).toBe("wrong");
    expect(await code.check("valve-71-moss")).toBe("code");
    expect(await code.check("valve-71-mosS")).toBe("wrong");
    expect(await code.issueOneTime()).toBeNull();
    expect(statSync(join(folder, "technician.json")).mode & 0o077).toBe(0);
  }, 20_000);

  it("may not be one of those that are guessed first", async () => {
    for (const weak of ["", "1234567", "12345678", "87654321", "aaaaaaaa", "abababab", "x".repeat(65)]) {
      expect(weakness(weak)).not.toBeNull();
      await expect(new TechnicianCode(folder, 10).set(weak)).rejects.toThrow("GL-5010");
    }
    expect(weakness("valve-71-moss")).toBeNull();
  });
});

describe("the guards' book", () => {
  const book = (): StaffBook =>
    new StaffBook(folder, { hash: hashPin, find: (entries, pin) => findGuard(entries, pin) });

  it("keeps posts with hashed PINs that the sign-in finds again", async () => {
    expect(await book().put("east-gate", "418203", false)).toEqual({ ok: true });
    expect(await book().put("chief", "902746", true)).toEqual({ ok: true });
    expect(await findGuard(book().entries(), "902746")).toEqual({ id: "chief", supervisor: true });
    expect(readFileSync(join(folder, "staff.json"), "utf8")).not.toMatch(/418203|902746/);
    expect(await book().put("chief", "551937", true)).toEqual({ ok: true });
    expect(await findGuard(book().entries(), "902746")).toBeNull();
    expect(book().remove("chief")).toBe(true);
    expect(book().remove("chief")).toBe(false);
    expect(
      book()
        .entries()
        .map((entry) => entry.id),
    ).toEqual(["east-gate"]);
  }, 20_000);

  it.each([
    ["Zhang San", "418203", "GL-5011"],
    ["../etc", "418203", "GL-5011"],
    ["gate", "12345", "GL-5012"],
    ["gate", "123456", "GL-5012"],
    ["gate", "000000", "GL-5012"],
    ["gate", "121212", "GL-5012"],
    ["gate", "123123", "GL-5012"],
    ["gate", "41820a", "GL-5012"],
  ])("refuses %s with PIN %s", async (id, pin, code) => {
    expect(await book().put(id, pin, false)).toMatchObject({ ok: false, code });
  });

  it("refuses a PIN that another post has, without saying whose", async () => {
    await book().put("east-gate", "418203", false);
    const answer = await book().put("west-gate", "418203", false);
    expect(answer).toMatchObject({ ok: false, code: "GL-5014" });
    expect(JSON.stringify(answer)).not.toContain("east");
  }, 20_000);
});
