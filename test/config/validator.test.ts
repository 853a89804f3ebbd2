import { globSync, readFileSync } from "node:fs";
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { type SchemaError, validate } from "../../src/config/validate.gen.js";

const schema: object = JSON.parse(readFileSync("schemas/bkcache.schema.json", "utf8"));
const reference = new Ajv2020({
  allErrors: true,
  discriminator: true,
  strict: false,
  unicode: false,
  messages: false,
  inlineRefs: false,
});
const validateByAjv = reference.compile(schema);

const configs: readonly unknown[] = globSync("test/golden/*/bkcache.config.yaml").map((file) =>
  parse(readFileSync(file, "utf8")),
);

type Path = readonly (string | number)[];
const placesOf = (node: unknown, path: Path = []): readonly Path[] =>
  typeof node !== "object" || node === null
    ? [path]
    : [path, ...Object.entries(node).flatMap(([key, value]) => placesOf(value, [...path, key]))];

/** The same with another value at a place. */
function put(node: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(node))
    return node.map((item, index) => (String(index) === String(key) ? put(item, rest, value) : item));
  return { ...(node as object), [key]: put((node as Record<string, unknown>)[key], rest, value) };
}

/** A config that was valid, in which several values are what they may not be, as a rule. */
const broken = fc.constantFrom(...configs).chain((config) => {
  const wrong = fc.constantFrom<unknown>(
    null,
    0,
    -1,
    1.5,
    1e9,
    true,
    "",
    "no such thing",
    "a/b~c",
    [],
    [7],
    {},
    { "a/b~c": 1 },
  );
  const change = fc.record({
    path: fc.constantFrom(...placesOf(config)),
    value: wrong,
    key: fc.option(fc.constantFrom("unknown", "type", "a/b~c")),
  });
  return fc.array(change, { maxLength: 4 }).map((changes) =>
    changes.reduce((now, { path, value, key }) => {
      const at = placesOf(now).some((place) => place.join("\0") === path.join("\0"));
      return at ? put(now, key === null || path.length === 0 ? path : [...path.slice(0, -1), key], value) : now;
    }, config),
  );
});

const shown = (errors: readonly (SchemaError | ErrorObject)[] | null | undefined) =>
  (errors ?? []).map(({ instancePath, keyword, params, propertyName }) => ({
    instancePath,
    keyword,
    params,
    propertyName,
  }));

test("the validator that was made shorter finds what Ajv finds, in the same order", () => {
  expect(configs.length).toBeGreaterThan(3);
  let found = 0;
  fc.assert(
    fc.property(broken, (config) => {
      const isValid = validate(config);
      expect(isValid).toBe(validateByAjv(config));
      expect(shown(validate.errors)).toEqual(shown(validateByAjv.errors));
      found += validate.errors?.length ?? 0;
    }),
    { numRuns: 1500 },
  );
  expect(found).toBeGreaterThan(1000);
});
