import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  acknowledge,
  type Case,
  dueAt,
  escalate,
  longestShelf,
  type Outcome,
  resolve,
  shelve,
  unshelve,
} from "../../src/control-room/cases/case.ts";
import { belongs, type Filed, grouping, join, keyOf, open, priorityOf } from "../../src/control-room/cases/filing.ts";
import { type Flood, floodAt, floodWindow, noFlood } from "../../src/control-room/cases/flood.ts";
import { exportCsv } from "../../src/control-room/server/csv.ts";
import { eventTypes } from "../../src/core/events.ts";
import { type Instant, instant, later, minutes, seconds } from "../../src/core/units.ts";

const start = instant(Date.UTC(2026, 3, 26));
const on = (ms: number): Instant => instant(start + ms);
const event = (change: Partial<Filed> = {}): Filed => ({
  src: "linqu/huaan/east-03",
  type: "yellow-code",
  category: "health",
  level: "yellow",
  at: start,
  case: "person-1",
  tries: 1,
  routing: ["subdistrict", "epidemic-control"],
  reasons: ["yellow"],
  detail: {},
  hasSubject: true,
  ...change,
});
const red: Partial<Filed> = { type: "red-code", level: "red", reasons: ["red"] };
const yellowCase = (): Case => open("C-260426-0001", event(), start);
const redCase = (): Case => open("C-260426-0002", event(red), start);
const done = (outcome: Outcome): Case => {
  if (!outcome.ok) throw new Error(outcome.refusal);
  return outcome.case;
};

describe("what operators may do with a case (ISA-18.2)", () => {
  const states: Readonly<Record<Case["state"], Case>> = {
    new: yellowCase(),
    acknowledged: done(acknowledge(yellowCase(), "li", on(1))),
    shelved: done(shelve(yellowCase(), "li", on(1), on(900_000), "school doctor")),
    resolved: done(resolve(yellowCase(), "li", on(1))),
  };
  const actions = {
    acknowledge: (one: Case) => acknowledge(one, "wang", on(2)),
    shelve: (one: Case) => shelve(one, "wang", on(2), on(60_000), "reason"),
    unshelve: (one: Case) => unshelve(one, on(2)),
    resolve: (one: Case) => resolve(one, "wang", on(2)),
  };
  it.each([
    ["new", "acknowledge", "acknowledged"],
    ["new", "shelve", "shelved"],
    ["new", "unshelve", "not-shelved"],
    ["new", "resolve", "resolved"],
    ["acknowledged", "acknowledge", "already-acknowledged"],
    ["acknowledged", "shelve", "shelved"],
    ["acknowledged", "unshelve", "not-shelved"],
    ["acknowledged", "resolve", "resolved"],
    ["shelved", "acknowledge", "acknowledged"],
    ["shelved", "shelve", "shelved"],
    ["shelved", "unshelve", "new"],
    ["shelved", "resolve", "resolved"],
    ["resolved", "acknowledge", "already-resolved"],
    ["resolved", "shelve", "already-resolved"],
    ["resolved", "unshelve", "not-shelved"],
    ["resolved", "resolve", "already-resolved"],
  ] as const)("a case that is %s, asked to %s, is or says: %s", (state, action, expected) => {
    const before = states[state];
    const outcome = actions[action](before);
    expect(outcome.ok ? outcome.case.state : outcome.refusal).toBe(expected);
    if (outcome.ok) expect(outcome.case.rev).toBe(before.rev + 1);
  });

  it("keeps who did it and when", () => {
    expect(done(acknowledge(yellowCase(), "li", on(5))).acknowledged).toEqual({ by: "li", at: on(5) });
    expect(done(resolve(yellowCase(), "li", on(6))).resolved).toEqual({ by: "li", at: on(6) });
    const shelved = done(shelve(yellowCase(), "li", on(7), on(60_000), " school doctor ")).shelved;
    expect(shelved).toEqual({ by: "li", at: on(7), until: on(60_000), reason: "school doctor" });
  });

  it("never shelves a red, whatever its state", () => {
    for (const one of [redCase(), done(acknowledge(redCase(), "li", on(1))), escalate(redCase(), on(1))])
      expect(shelve(one, "li", on(2), on(60_000), "reason")).toEqual({
        ok: false,
        refusal: "red-cannot-be-shelved",
      });
  });

  it.each([
    ["no reason", on(60_000), "  ", "reason-missing"],
    ["an end that is past", on(2), "reason", "shelf-too-long"],
    ["more than a shift", later(on(2), longestShelf) + 1, "reason", "shelf-too-long"],
  ] as const)("refuses a shelf with %s", (_name, until, reason, refusal) => {
    expect(shelve(yellowCase(), "li", on(2), instant(until), reason)).toEqual({ ok: false, refusal });
  });

  it("brings a case back from its shelf to be heard again and not as acknowledged", () => {
    const shelved = done(shelve(done(acknowledge(yellowCase(), "li", on(1))), "li", on(2), on(9), "reason"));
    expect(done(unshelve(shelved, on(9)))).toMatchObject({
      state: "new",
      acknowledged: null,
      shelved: null,
      annunciatedAt: on(9),
    });
  });

  it("is due where a red waits for a person, and where a shelf ends; nowhere else", () => {
    const patience = minutes(1);
    expect(dueAt(redCase(), patience)).toBe(on(60_000));
    expect(dueAt(escalate(redCase(), on(60_000)), patience)).toBeNull();
    expect(dueAt(done(acknowledge(redCase(), "li", on(1))), patience)).toBeNull();
    expect(dueAt(done(resolve(redCase(), "li", on(1))), patience)).toBeNull();
    expect(dueAt(yellowCase(), patience)).toBeNull();
    expect(dueAt(states.shelved, patience)).toBe(on(900_000));
  });
});

describe("how events become cases", () => {
  it.each([
    ["red, whatever the category", { level: "red", category: "safety", type: "emergency-release" }, 1],
    ["yellow", { level: "yellow" }, 2],
    ["a call that nobody answered", { level: "none", category: "system", type: "unanswered-call" }, 3],
    ["a lane that fell silent", { level: "none", category: "device", type: "lane-offline" }, 3],
    ["a gap", { level: "none", category: "device", type: "gap" }, 3],
    ["a device's trouble", { level: "none", category: "device", type: "trouble" }, 4],
    ["mains lost", { level: "none", category: "device", type: "mains-lost" }, 4],
  ] as const)("ranks %s", (_name, change, priority) => {
    expect(priorityOf(event(change))).toBe(priority);
  });

  it("groups a person's tries over the lanes of a site, and nobody else's", () => {
    const key = keyOf(event());
    expect(keyOf(event({ src: "linqu/huaan/west-01", type: "red-code" }))).toBe(key);
    expect(keyOf(event({ src: "linqu/wanda/lane-01" }))).not.toBe(key);
    expect(keyOf(event({ case: "person-2" }))).not.toBe(key);
    const troubles = ["GL-2110", "GL-2031"].map((code) =>
      keyOf(event({ case: null, type: "trouble", detail: { code } })),
    );
    expect(new Set(troubles).size).toBe(2);
  });

  it("takes an event into an open case at most ten minutes from it on either side, and never into a resolved one", () => {
    const one = yellowCase();
    for (const [offset, belonging] of [
      [grouping, true],
      [grouping + 1, false],
      [-grouping, true],
      [-grouping - 1, false],
    ] as const)
      expect(belongs(one, event({ at: on(offset) }))).toBe(belonging);
    expect(belongs(done(resolve(one, "li", on(1))), event())).toBe(false);
  });

  it("keeps a lasting condition one case until it is over, and opens another when it comes again", () => {
    const code = { detail: { code: "GL-2110" } };
    const trouble = event({ case: null, type: "trouble", level: "none", category: "device", ...code });
    const one = open("C-260426-0003", trouble, start);
    const dayLater = { ...trouble, at: on(86_400_000) };
    expect(belongs(one, dayLater)).toBe(true);
    const cleared = join(one, { ...dayLater, type: "trouble-cleared" }, on(86_400_001));
    expect([cleared.normalAt, cleared.state, cleared.tries]).toEqual([on(86_400_000), "new", 1]);
    expect(belongs(cleared, { ...trouble, at: on(86_400_002) })).toBe(false);
  });

  it("hears a rise to red again, out of every state of rest, and a further yellow not", () => {
    const resting = [
      done(acknowledge(yellowCase(), "li", on(1))),
      done(shelve(yellowCase(), "li", on(1), on(900_000), "reason")),
    ];
    for (const one of resting) {
      const risen = join(one, event({ ...red, at: on(1_000) }), on(2_000));
      expect(risen).toMatchObject({
        priority: 1,
        kind: "red-code",
        level: "red",
        state: "new",
        shelved: null,
        acknowledged: null,
        annunciatedAt: on(2_000),
        tries: 2,
      });
      const more = join(one, event({ at: on(1_000) }), on(2_000));
      expect([more.state, more.annunciatedAt, more.tries]).toEqual([one.state, one.annunciatedAt, 2]);
    }
  });

  it("never falls back from red, whatever follows", () => {
    const one = join(redCase(), event({ at: on(5) }), on(6));
    expect([one.priority, one.kind, one.level]).toEqual([1, "red-code", "red"]);
  });

  it("comes to the same tries, span and addressees in whatever order a backlog arrives", () => {
    const events = [0, 60_000, 120_000, 240_000].map((at, n) =>
      event({ at: on(at), tries: n + 1, routing: n === 2 ? ["site"] : ["subdistrict"], ...(n === 3 ? red : {}) }),
    );
    fc.assert(
      fc.property(fc.shuffledSubarray(events, { minLength: 4 }), ([first, ...rest]) => {
        if (first === undefined) return;
        const one = rest.reduce((kept, next) => join(kept, next, start), open("C-260426-0004", first, start));
        expect([one.openedAt, one.lastAt, one.priority]).toEqual([on(0), on(240_000), 1]);
        expect(one.tries).toBeGreaterThanOrEqual(4);
        expect([...one.routing].sort()).toEqual(["site", "subdistrict"]);
      }),
    );
  });

  it("has a place for every type of event", () => {
    for (const type of eventTypes) expect(keyOf(event({ type, case: null }))).toContain("linqu/huaan/east-03|");
  });
});

describe("a flood", () => {
  const told = (count: number, now: Instant): Instant[] => Array.from({ length: count }, (_, n) => instant(now - n));
  it("begins above ten in ten minutes, and is over below five", () => {
    const now = on(3_600_000);
    let flood: Flood = noFlood;
    for (const [count, active] of [
      [10, false],
      [11, true],
      [10, true],
      [5, true],
      [4, false],
      [10, false],
    ] as const) {
      flood = floodAt(flood, told(count, now), now);
      expect([count, flood.active]).toEqual([count, active]);
    }
  });
  it("forgets what is ten minutes old", () => {
    const now = on(3_600_000);
    expect(floodAt(noFlood, Array(20).fill(instant(now - floodWindow)), now)).toEqual({ active: false, count: 0 });
    expect(floodAt(noFlood, [later(now, seconds(1))], now).count).toBe(0);
  });
});

describe("the export", () => {
  it("has no subject, temperature or note, and carries the audit log's head away", () => {
    const text = exportCsv([redCase()], { n: 7, hash: "abc" });
    const [header, row, head] = text.slice(1).split("\r\n");
    expect(header).not.toMatch(/subject|temperature|note/);
    expect(row).toMatch(/^C-260426-0002,red-code,1,red,linqu\/huaan\/east-03,2026-04-26T00:00:00\.000Z,/);
    expect(head).toBe("# audit 7 abc");
    expect(text.startsWith("\ufeff")).toBe(true);
  });

  it("lets no cell become a formula or break out of its line", () => {
    fc.assert(
      fc.property(fc.constantFrom("=", "+", "-", "@", "\t", "\r", "", '"'), fc.string(), (lead, rest) => {
        const by = `${lead}${rest}`;
        const one = { ...yellowCase(), acknowledged: { by, at: start } };
        const cells = rowsOf(exportCsv([one], { n: 0, hash: "" }));
        expect(cells.length).toBe(3);
        const cell = cells[1]?.[9] ?? "";
        expect(/^[=+\-@\t\r]/.test(cell)).toBe(false);
        expect(cell.replace(/^'(?=[=+\-@\t\r])/, "")).toBe(by);
      }),
    );
  });
});

/** RFC 4180, read the way a spreadsheet does. */
function rowsOf(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = "";
  let quoted = false;
  for (let at = text.startsWith("\ufeff") ? 1 : 0; at < text.length; at += 1) {
    const char = text[at] ?? "";
    if (quoted && char === '"' && text[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (char === '"') quoted = !quoted;
    else if (!quoted && char === ",") {
      rows.at(-1)?.push(cell);
      cell = "";
    } else if (!quoted && char === "\r" && text[at + 1] === "\n") {
      rows.at(-1)?.push(cell);
      rows.push([]);
      cell = "";
      at += 1;
    } else cell += char;
  }
  return rows.filter((row) => row.length > 0);
}
