import { describe, expect, it } from "vitest";
import { KeyRing } from "../../src/control-room/retention/key-ring.ts";
import { folder } from "./support/room.ts";

describe("the keys of erasure", () => {
  it("are gone from the memory of everybody who is told, although somebody else destroyed the files", () => {
    const place = folder();
    const [here, there] = [new KeyRing(place.path), new KeyRing(place.path)];
    const secret = { subject: "SD-370724-199001010018", temperature: 37.987 };
    const sealed = here.seal(secret, 20_000, "place");
    expect(there.open(sealed, 20_000, "place")).toEqual(secret);
    expect(here.destroyUpTo(20_000)).toBe(1);
    expect(here.open(sealed, 20_000, "place")).toBeNull();
    there.forgetUpTo(20_000);
    expect(there.open(sealed, 20_000, "place")).toBeNull();
    place.remove();
  });
});
