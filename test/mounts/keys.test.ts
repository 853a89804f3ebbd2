import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeName, encodeName, manifestKey, packKey, readManifestKey, readPackKey } from "../../src/mounts/keys.ts";

describe("parts of keys", () => {
  test.each([
    ["main", "main"],
    ["feature/x", "feature_2Fx"],
    ["feature_x", "feature__x"],
    ["feature-x", "feature-x"],
    ["", "_"],
    [".", "_2E"],
    ["..", "_2E."],
    ["v1.2", "v1.2"],
    ["ä b", "_C3_A4_20b"],
  ])("%j is %s", (name, encoded) => {
    expect(encodeName(name)).toBe(encoded);
    expect(decodeName(encoded)).toBe(name);
  });

  test("every name comes back, or is cut", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.string({ minLength: 150 })), (name) => {
        const encoded = encodeName(name);
        expect(encoded).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}$/);
        const decoded = decodeName(encoded);
        expect(decoded === name || (decoded === null && /_-[0-9a-f]{32}$/.test(encoded))).toBe(true);
      }),
    );
  });

  test("long names with one beginning stay apart", () => {
    const [a, b] = [encodeName(`${"x".repeat(300)}a`), encodeName(`${"x".repeat(300)}b`)];
    expect(a).not.toBe(b);
    expect(a).toMatch(/^x{166}_-/);
  });

  test.each(["a_", "_g1", "_2e", "_41", "a/b", ".a"])("%j is no encoding", (part) => {
    expect(decodeName(part)).toBeNull();
  });
});

test("a manifest's key leads back to its names", () => {
  const names = fc.string({ maxLength: 30 });
  fc.assert(
    fc.property(names, names, names, (scope, mount, key) => {
      const objectKey = manifestKey({ scope, mount, key });
      expect(objectKey.split("/")).toHaveLength(5);
      expect(readManifestKey(objectKey)).toEqual({ scope, mount, key });
    }),
  );
  expect(readManifestKey("v1/p/00/00")).toBeNull();
  expect(readManifestKey("v1/m/a/b")).toBeNull();
});

test("a pack's key leads back to its id", () => {
  const id = "ab".repeat(32);
  expect(packKey(id)).toBe(`v1/p/ab/${id}`);
  expect(readPackKey(packKey(id))).toBe(id);
  for (const key of [`v1/p/ac/${id}`, `v1/p/ab/${id}x`, `v1/p/${id}`, "v1/m/a/b/c"])
    expect(readPackKey(key)).toBeNull();
});
