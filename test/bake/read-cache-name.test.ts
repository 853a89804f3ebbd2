import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createCacheNames } from "../../src/bake/cache-name.ts";
import { readCacheName } from "../../src/bake/read-cache-name.ts";
import { oddText } from "./arbitrary-config.ts";

const project = fc.stringMatching(/^[a-z0-9-]{1,12}$/);
const target = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/);
const platforms = fc.array(fc.constantFrom("linux/amd64", "linux/arm/v7", "linux/a-b"), { maxLength: 1 });

test("gives back what a name was made of", () => {
  const scope = fc.oneof(oddText, fc.constantFrom("feature/x", "v1.2", "request:7")).filter((each) => each !== "");
  const parts = fc.tuple(project, target, platforms, scope, fc.constantFrom(0, 1, 12));
  fc.assert(
    fc.property(parts, ([own, name, on, branch, epoch]) => {
      const found = readCacheName(String(createCacheNames(epoch)([own, name, ...on], branch)));
      expect(found).toMatchObject({ project: own, epoch });
      if (found?.isCut === false) {
        expect(found).toEqual({
          project: own,
          epoch,
          target: name,
          platforms: on,
          scope: branch.normalize("NFC"),
          isCut: false,
        });
      }
    }),
  );
});

describe("names that are cut", () => {
  const long = "x".repeat(70);
  const name = createCacheNames(0);

  test.each([
    [name(["shop", "api"], long), { target: "api", scope: `${"x".repeat(37)}…` }],
    [name(["shop", long], "main"), { target: `${"x".repeat(47)}…`, scope: "main" }],
    [
      name(
        ["shop", "api", "linux/amd64", "linux/arm64", "linux/arm/v7", "linux/ppc64le", "linux/s390x", "linux/riscv64"],
        "main",
      ),
      {},
    ],
    [createCacheNames(3)(["shop", long], long), { epoch: 3 }],
    [name(["shop", "api"], "ü".repeat(30)), { scope: `${"ü".repeat(6)}…` }],
  ])("%s says so", (text, found) => {
    expect(readCacheName(String(text))).toMatchObject({ project: "shop", isCut: true, ...found });
  });
});

test.each([
  "buildkit",
  "app-linux-amd64-main",
  "",
  ".",
  "a.b",
  "shop.api.ma in",
  "shop..main/x",
  "shop.a_.main",
  "shop.a_2d.main",
])("%j is no name of ours", (name) => {
  expect(readCacheName(name)).toBeNull();
});
