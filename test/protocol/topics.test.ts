import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  centreTopic,
  everyLane,
  laneName,
  laneTopic,
  laneTopics,
  parseLaneName,
  parseTopic,
} from "../../src/protocol/topics.ts";

const id = fc.stringMatching(/^[a-z0-9-]{1,32}$/);
const lane = fc.record({ district: id, site: id.filter((site) => site !== "centre"), lane: id });

describe("topics", () => {
  it("are parsed back into exactly what they were built from", () => {
    fc.assert(
      fc.property(lane, fc.constantFrom(...laneTopics), (place, what) => {
        expect(parseTopic(laneTopic(place, what))).toEqual({ from: "lane", lane: place, what });
        expect(parseLaneName(laneName(place))).toEqual(place);
      }),
    );
    expect(parseTopic(centreTopic("linqu", "c1"))).toEqual({ from: "centre", district: "linqu", centre: "c1" });
  });

  it("refuse an id that would be a wildcard, a level or out of the grammar", () => {
    for (const bad of ["", "+", "#", "a/b", "A", "ä", "x".repeat(33), "a b", "a\u0000"]) {
      expect(() => laneTopic({ district: bad, site: "s", lane: "l" }, "state"), bad).toThrow(/GL-4101/);
      expect(parseLaneName(`d/s/${bad}`), bad).toBeNull();
    }
    expect(() => everyLane("#", "state")).toThrow(/GL-4101/);
  });

  it("are null for anything that is none of ours, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        expect(parseTopic(text)).toBeNull();
      }),
    );
    for (const near of [
      "greenlane/v2/d/s/l/state",
      "greenlane/v1/d/s/l",
      "greenlane/v1/d/s/l/state/x",
      "greenlane/v1/d/s/l/command/open",
      "greenlane/v1/d/s//state",
      "/greenlane/v1/d/s/l/state",
    ])
      expect(parseTopic(near), near).toBeNull();
  });
});
