import * as fc from "fast-check";
import { expect, test } from "vitest";
import { csvFields, csvLine, formatOptionCsv, optionsOf, parseOptionCsv } from "../../src/config/csv.ts";

test.each([
  ["type=local,dest=out", ["type=local", "dest=out"]],
  ['type=local,"dest=a,b"', ["type=local", "dest=a,b"]],
  ['"say ""hi""",b', ['say "hi"', "b"]],
  ["", [""]],
  ["a,", ["a", ""]],
  ['"a",', ["a", ""]],
  ["a, b", ["a", " b"]],
])("the fields of %s", (line, fields) => {
  expect(csvFields(line)).toEqual(fields);
});

test.each(['"open', 'a"b', '"a"b', 'x,"a" ,y'])("%s has no fields: a quote stands wrong", (line) => {
  expect(csvFields(line)).toBeNull();
  expect(parseOptionCsv(line)).toBeNull();
  expect(optionsOf(line)).toEqual({});
});

test("what was joined is read back", () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[a",=\r\n ]*$/));
  fc.assert(
    fc.property(fc.array(text, { minLength: 1 }), (fields) => {
      const line = csvLine(fields);
      expect(csvFields(line)).toEqual(fields);
      expect(formatOptionCsv(parseOptionCsv(line) ?? [])).toBe(line);
    }),
  );
});

test("options by key: lower case, the last counts, the rest of a field is its value", () => {
  expect(optionsOf("Type=s3, NAME =a=b,reset,type=gha")).toEqual({ type: "gha", name: "a=b", reset: "" });
});
