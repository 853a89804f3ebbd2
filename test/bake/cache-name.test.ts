import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cacheName, createCacheNames } from "../../src/bake/cache-name.ts";
import { oddText } from "./arbitrary-config.ts";

describe("cacheName", () => {
  test.each([
    [["shop", "api"], "main", "shop.api.main"],
    [["shop", "api"], "feature/x", "shop.api.feature_2Fx"],
    [["shop", "api"], "feature-x", "shop.api.feature-x"],
    [["shop", "my_api"], "v1.2", "shop.my__api.v1_2E2"],
    [["shop", "api", "linux/amd64", "linux/arm/v7"], "main", "shop.api.linux-amd64.linux-arm-v7.main"],
    [["shop", "api", "linux/a-b"], "ü~ ", "shop.api.linux-a_2Db._C3_BC_7E_20"],
    [["shop", "api"], "e\u0301", "shop.api._C3_A9"],
    [["-shop", "api"], "-x", "_2Dshop.api.-x"],
  ])("%j in %j is %s", (components, scope, name) => {
    expect(cacheName(components, scope)).toBe(name);
  });

  test("cuts what is too long, and keeps it apart by a digest", () => {
    const long = "x".repeat(70);
    const names = [
      cacheName(["shop", long], long),
      cacheName(["shop", `${long}y`], long),
      cacheName(["shop", long], `${long}y`),
    ] as string[];
    expect(new Set(names).size).toBe(3);
    expect(names[0]).toMatch(/^shop\.x+-_-[0-9a-f]{16}\.x{37}-_-[0-9a-f]{16}$/);
    for (const name of names) expect(name).toHaveLength(128);
  });

  test.each(["ü", "_", "ßü"])("nobody can take the name of a scope that is cut within the escapes of %s", (escaped) => {
    for (let length = 30; length < 40; length++) {
      const before = "x".repeat(length) + escaped;
      const name = String(cacheName(["shop", "api"], before + "y".repeat(40)));
      const end = /[-_]+[0-9a-f]{16}$/.exec(name)?.[0] ?? "";
      for (let kept = 0; kept <= before.length; kept++) {
        for (const mark of [end, end.slice(1), end.slice(2), `_${end}`])
          expect(cacheName(["shop", "api"], before.slice(0, kept) + mark)).not.toBe(name);
      }
    }
  });

  test("is a tag, and differs where the components differ", () => {
    const project = fc.stringMatching(/^[a-z0-9-]{1,12}$/);
    const target = fc.oneof(fc.stringMatching(/^[A-Za-z0-9_-]{1,30}$/), fc.constantFrom("_e1", "e1", "_e2"));
    const components = fc.tuple(
      project,
      target,
      fc.array(fc.constantFrom("linux/amd64", "linux/arm/v7", "linux-a", "a_b"), { maxLength: 3 }),
    );
    const scope = fc
      .oneof(oddText, fc.constantFrom("feature/x", "feature-x", "feature_x", "feature.x"))
      .filter((each) => each !== "");
    const epoch = fc.constantFrom(0, 1, 2, 12);
    const place = fc.tuple(components, scope, epoch);
    const nameOf = ([[a, b, platforms], each, number]: readonly [
      readonly [string, string, readonly string[]],
      string,
      number,
    ]) => createCacheNames(number)([a, b, ...platforms], each);
    fc.assert(
      fc.property(place, place, (one, other) => {
        expect(nameOf(one)).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/);
        const isSame = JSON.stringify(one).normalize("NFC") === JSON.stringify(other).normalize("NFC");
        expect(nameOf(one) === nameOf(other)).toBe(isSame);
      }),
      { numRuns: 2000 },
    );
  });

  test("has the epoch after the project, and none for 0", () => {
    expect(createCacheNames(3)(["shop", "api", "linux/amd64"], "main")).toBe("shop._e3.api.linux-amd64.main");
    expect(createCacheNames(3)(["shop", "_e3"], "main")).toBe("shop._e3.__e3.main");
    expect(createCacheNames(0)(["shop", "api"], "main")).toBe(cacheName(["shop", "api"], "main"));
    expect(createCacheNames(1)(["-shop", ["a", { variable: "X" }]], "main")).toEqual([
      "-shop._e1.a",
      { variable: "X", encode: "scope" },
      ".main",
    ]);
  });

  test("leaves the encoding of variables to the file", () => {
    expect(cacheName(["shop", "api", ["linux/", { variable: "ARCH" }]], [{ variable: "SCOPE" }])).toEqual([
      "shop.api.linux-",
      { variable: "ARCH", encode: "platform" },
      ".",
      { variable: "SCOPE", encode: "scope" },
    ]);
  });
});
