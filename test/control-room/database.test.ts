import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DatabaseError } from "../../src/control-room/database/database.ts";
import { openSqlite } from "../../src/control-room/database/sqlite.ts";
import { folder } from "./support/room.ts";

describe("the driver", () => {
  it("says what to do where the database can't be opened", () => {
    const place = folder();
    writeFileSync(join(place.path, "file"), "");
    expect(() => openSqlite(join(place.path, "file", "centre.db"))).toThrow(DatabaseError);
    place.remove();
  });
});
