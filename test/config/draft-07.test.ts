import { readFileSync } from "node:fs";
import { Ajv, type ErrorObject } from "ajv";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { validate } from "../../src/config/validate.gen.js";
import { arbitraryConfig } from "../bake/arbitrary-config.ts";

const schema = JSON.parse(
  readFileSync(new URL("../../schemas/bkcache.draft-07.schema.json", import.meta.url), "utf8"),
) as object;
const ajv = new Ajv({
  allErrors: true,
  strict: true,
  strictTypes: false,
  strictRequired: false,
  allowUnionTypes: true,
});
const validate07 = ajv.compile(schema);

const valid = {
  project: "shop",
  backends: { disk: { type: "local", path: "~/cache" }, remote: { type: "s3", url: "s3://acme/shop/" } },
  cache: { read: ["disk"], write: [] },
  mounts: { go: "go-mod", data: { target: "/data", maxSize: "1GiB" } },
  defaults: { pull: true },
  targets: { api: { tags: ["api:1"], matrix: { os: ["a", "b"] }, name: "api-${os}" } },
  groups: { default: ["api"] },
};

describe("the schema as draft-07", () => {
  test("accepts a config", () => {
    expect(validate07(valid), JSON.stringify(validate07.errors)).toBe(true);
  });

  test.each([
    ["a key at the top", { projct: "shop" }],
    ["a key of a target", { targets: { api: { tag: ["a"] } } }],
    ["a key of a target among the defaults", { defaults: { inherits: ["api"] } }],
    ["a type of a backend", { backends: { b: { type: "s4" } } }],
    ["a key of another type of backend", { backends: { b: { type: "local", path: "x", url: "s3://a/b" } } }],
    ["a value", { cache: { read: "disk", mode: 3 } }],
    ["a name", { targets: { "a b": {} } }],
  ])("refuses %s", (_, wrong) => {
    expect(validate07({ ...valid, ...wrong })).toBe(false);
    expect(validate({ ...valid, ...wrong })).toBe(false);
  });

  test("says of any config what the schema itself says", () => {
    const broken = fc
      .tuple(arbitraryConfig, fc.nat(), fc.constantFrom<unknown>(null, 1, "x", [], {}, ["a", 1], { type: "s3" }))
      .map(([config, place, value]) => replaceAt(config, place, value));
    fc.assert(
      fc.property(fc.oneof(arbitraryConfig, broken), (config) => {
        const isValid = validate(config);
        expect(validate07(config), texts(validate07.errors)).toBe(isValid);
      }),
      { numRuns: 300 },
    );
  });
});

function texts(errors: readonly ErrorObject[] | null | undefined): string {
  return (errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`).join("; ");
}

/** Another value in one of all places of a config, or one more key. */
function replaceAt(config: unknown, place: number, value: unknown): unknown {
  const copy = structuredClone(config);
  const places: (() => void)[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const map = node as Record<string, unknown>;
    for (const key of Object.keys(map)) {
      places.push(() => (map[key] = value));
      visit(map[key]);
    }
    if (!Array.isArray(node)) places.push(() => (map["another"] = value));
  };
  visit(copy);
  places[place % Math.max(places.length, 1)]?.();
  return copy;
}
