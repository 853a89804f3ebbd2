import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { patternTexts } from "../../src/config/describe-fault.ts";
import { presetNames } from "../../src/config/presets.ts";
import { validate } from "../../src/config/validate.gen.js";

interface Node {
  readonly [key: string]: unknown;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Node>>;
}

const schema = JSON.parse(
  readFileSync(fileURLToPath(new URL("../../schemas/bkcache.schema.json", import.meta.url)), "utf8"),
) as Node & { readonly $defs: Readonly<Record<string, Node>> };

const definitions: readonly (readonly [string, Node])[] = [["", schema], ...Object.entries(schema.$defs)];

/** Every key of every definition, with the pointer that leads to its schema. */
const keys = definitions.flatMap(([name, definition]) =>
  Object.entries(definition.properties ?? {}).map(
    ([key, node]) =>
      [
        `${name === "" ? "Config" : name}.${key}`,
        node,
        `${name === "" ? "" : `/$defs/${name}`}/properties/${key}`,
      ] as const,
  ),
);

const places: readonly (readonly [string, Node, string])[] = [
  ...definitions.map(([name, node]) => [name || "Config", node, name === "" ? "" : `/$defs/${name}`] as const),
  ...keys,
];

describe("the schema", () => {
  const ajv = new Ajv2020({ discriminator: true, strictTypes: false, strictRequired: false, allowUnionTypes: true });
  ajv.addSchema({ ...schema, $id: "config" });

  test("is large enough to be the whole config", () => {
    expect(keys.length).toBeGreaterThan(120);
  });
  test.each(places)("%s has a description and examples", (_, node) => {
    expect(node.description).toMatch(/\.$/);
    expect(node.examples?.length).toBeGreaterThan(0);
  });
  test.each(places)("%s has examples that are valid", (_, node, pointer) => {
    for (const example of node.examples ?? []) {
      ajv.validate({ $ref: `config#${pointer}` }, example);
      expect(ajv.errors ?? []).toEqual([]);
    }
  });
  test("says every pattern in words", () => {
    const patterns = JSON.stringify(schema).match(/"pattern":("(?:[^"\\]|\\.)*")/g) ?? [];
    const used = new Set(patterns.map((text) => JSON.parse(text.slice('"pattern":'.length)) as string));
    expect([...used].sort()).toEqual(Object.keys(patternTexts).sort());
  });
  test("names the presets that exist", () => {
    expect(schema.$defs["Preset"]?.["enum"]).toEqual(presetNames);
  });
  test("and its compiled form agree", () => {
    for (const [, node] of definitions.slice(0, 1))
      for (const example of node.examples ?? []) expect(validate(example)).toBe(true);
    for (const wrong of [null, [], "x", { projcet: "a" }, { targets: { a: { tags: 1 } } }])
      expect(validate(wrong)).toBe(false);
  });
});
