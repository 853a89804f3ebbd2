import { describe, expect, test } from "vitest";
import { graceFor, isPruned, rulesFor } from "../../src/upkeep/retention.ts";

const day = 24 * 3_600_000;

describe("what stays", () => {
  test("the usual, where nobody says anything", () => {
    expect(rulesFor({}, "layers", null)).toEqual({ maxAge: 30 * day });
    expect(rulesFor({}, "mounts", null)).toEqual({ last: 3 });
    expect(graceFor({}, null)).toBe(day);
    expect(isPruned({}, "layers")).toBe(true);
  });

  test("what the config says, and the command line instead", () => {
    const retention = { grace: "2d", layers: { keepWithin: "36h", maxSize: "1GiB" }, mounts: { keepLast: 2 } };
    expect(rulesFor({ retention }, "layers", null)).toEqual({ maxAge: 1.5 * day, maxBytes: 2 ** 30 });
    expect(rulesFor({ retention }, "mounts", null)).toEqual({ last: 2 });
    expect(rulesFor({ retention }, "mounts", { last: 7 })).toEqual({ last: 7 });
    expect(rulesFor({ retention }, "layers", {})).toEqual({});
    expect([graceFor({ retention }, null), graceFor({ retention }, 5)]).toEqual([2 * day, 5]);
  });

  test("no rule is the usual one, and false leaves alone what nobody asks for by name", () => {
    const retention = { layers: {}, mounts: null };
    expect(rulesFor({ retention }, "layers", null)).toEqual({ maxAge: 30 * day });
    expect(rulesFor({ retention }, "mounts", null)).toEqual({ last: 3 });
    expect([isPruned({ retention }, "layers"), isPruned({ retention }, "mounts")]).toEqual([true, false]);
  });
});
