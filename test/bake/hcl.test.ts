import { format } from "@cdktn/hcl-tools";
import { parse } from "@cdktn/hcl2json";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  alignFields,
  listExpression,
  objectExpression,
  shortObjectExpression,
  stringExpression,
  textExpression,
  valueExpression,
} from "../../src/bake/hcl.ts";
import type { Text } from "../../src/config/text.ts";

describe("strings", () => {
  test.each([
    ["plain", '"plain"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ["a\nb\r\tc", '"a\\nb\\r\\tc"'],
    ["${A}", '"$${A}"'],
    ["$${A}", '"$$${A}"'],
    ["%{if}", '"%%{if}"'],
    ["$%{x}", '"$%%{x}"'],
    ["$ $$ % {}", '"$ $$ % {}"'],
    ["\0\u0007\u007f\u0085\u2028\ufeff", '"\\u0000\\u0007\\u007f\\u0085\\u2028\\ufeff"'],
    ["😀", '"😀"'],
    ["\ud83d", '"\\ufffd"'],
  ])("%j is %s", (text, encoded) => {
    expect(stringExpression(text)).toBe(encoded);
  });
});

describe("texts", () => {
  const A = { variable: "A" };
  test.each<[Text, string]>([
    [[A], "A"],
    [["x", A], '"x${A}"'],
    [[A, A], '"${A}${A}"'],
    [["$", A], '"\\u0024${A}"'],
    [["%", A, "%"], '"\\u0025${A}%"'],
    [["$$", A], '"$\\u0024${A}"'],
    [["${", A, "}"], '"$${${A}}"'],
    [[{ variable: "S", encode: "scope" }], "bkcache_scope(S)"],
    [["x", { variable: "S", encode: "scope", fallback: "m" }], '"x${bkcache_scope(S != "" ? S : "m")}"'],
    [[{ variable: "S", fallback: "m" }], '(S != "" ? S : "m")'],
  ])("%j is %s", (text, encoded) => {
    expect(textExpression(text)).toBe(encoded);
  });

  test("an independent parser reads every literal back", async () => {
    // It leaves the two marks doubled; what bake makes of them is tested with bake itself.
    const texts = fc.sample(fc.string({ unit: "binary" }), 500).map((each) => each.normalize("NFC"));
    const file = texts.map((each, index) => `t${index} = ${stringExpression(each)}\n`).join("");
    const read = await parse("x.hcl", file);
    for (const [index, each] of texts.entries()) {
      expect(read[`t${index}`].replaceAll("$${", "${").replaceAll("%%{", "%{")).toBe(each);
    }
  });
});

describe("layout", () => {
  test("one line while it fits", () => {
    const long = stringExpression("x".repeat(60));
    expect(listExpression([], "")).toBe("[]");
    expect(listExpression(['"a"', '"b"'], "")).toBe('["a", "b"]');
    expect(listExpression([long, long], "  ")).toBe(`[\n    ${long},\n    ${long},\n  ]`);
    expect(shortObjectExpression([["id", '"x"']], "")).toBe('{ id = "x" }');
    expect(shortObjectExpression([], "")).toBe("{}");
    expect(objectExpression([], "")).toBe("{}");
  });

  test.each([
    ["A", "A"],
    ["a-b", "a-b"],
    ["_", "_"],
    ["1a", '"1a"'],
    ["a.b", '"a.b"'],
    ["for", '"for"'],
    ["null", '"null"'],
    ["${x}", '"$${x}"'],
    ["", '""'],
  ])("key %j is %s", (key, encoded) => {
    expect(objectExpression([[key, "1"]], "")).toBe(`{\n  ${encoded} = 1\n}`);
  });

  test("values of variables", () => {
    expect(valueExpression({ a: [1, -1.5, true, null], b: {}, "c d": "x" }, "")).toBe(
      '{\n  a     = [1, -1.5, true, null]\n  b     = {}\n  "c d" = "x"\n}',
    );
  });

  test("is as hclfmt would have it, whatever the keys and values", async () => {
    const key = fc.oneof(fc.stringMatching(/^[a-z_-]{1,9}$/), fc.constantFrom("é x", "日本", "👩‍👩‍👧", "a.b"));
    const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        scalar,
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(key, tie("value"), { maxKeys: 4 }),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,12}$/), value), { minLength: 1 }),
        async (fields) => {
          const body = alignFields(
            fields.map(([name, each], index) => [`${name}${index}`, valueExpression(each, "  ")]),
            "  ",
          );
          const file = `block "x" {\n${body}\n}\n`;
          await parse("x.hcl", file);
          expect(await format(file)).toBe(file);
        },
      ),
      { numRuns: 300 },
    );
  });
});
