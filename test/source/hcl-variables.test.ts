import { expect, test } from "vitest";
import { readHclVariables, readJsonVariables } from "../../src/source/hcl-variables.ts";
import { findStandIns } from "../../src/source/stand-in-variables.ts";
import { makeWorkspace } from "../support/workspace.ts";

const hcl = `
variable "PLAIN" {}
variable "TAG" { default = "v1" } # one line
variable "FOO" {
  description = "a } in a text, and \${"}"} in another"
  default     = "a\${upper("b}")}" // }
  validation {
    condition     = FOO != "" /* } */
    error_message = "FOO is required"
  }
}
variable "LIST" {
  type = list(object({
    name = string
  }))
}
variable "MANY" {
  default = [
    "a", # ]
    "b",
  ]
  type = list(string)
}
variable "TEXT" {
  default = <<-EOT
    variable "NONE" {
    }
    EOT
}
target "default" {
  args = { type = "none" }
}
`;

test("variables of HCL, as they are written", () => {
  const found = Object.fromEntries(readHclVariables(hcl).map(({ name, ...rest }) => [name, rest]));
  expect(found).toMatchObject({
    PLAIN: { type: null, default: null, hasValidation: false },
    TAG: { type: null, default: '"v1"', hasValidation: false },
    FOO: { type: null, default: '"a${upper("b}")}" // }', hasValidation: true },
    LIST: { type: "list(object({\n    name = string\n  }))", default: null },
    MANY: { type: "list(string)", default: '[\n    "a", # ]\n    "b",\n  ]' },
    TEXT: { default: expect.stringMatching(/^<<-EOT[^]*EOT$/) },
  });
});

test("variables of JSON, in each form that bake takes", () => {
  const one = { FOO: { validation: { condition: "x" } }, LIST: { type: "list(string)", default: ["a"] } };
  expect(readJsonVariables(JSON.stringify({ variable: one }))).toEqual([
    { name: "FOO", type: null, default: null, hasValidation: true },
    { name: "LIST", type: "list(string)", default: '["a"]', hasValidation: false },
  ]);
  expect(readJsonVariables(JSON.stringify({ variable: [{ A: [{ default: 1 }] }] }))).toMatchObject([
    { name: "A", default: "1" },
  ]);
  expect(readJsonVariables("{")).toEqual([]);
  expect(readJsonVariables("null")).toEqual([]);
});

test("what stands in for variables that are not set, by type, and nothing for those that are", () => {
  const { dir } = makeWorkspace({
    "bake.hcl": `variable "S" {}
variable "L" { type = set(string) }
variable "M" { type = map(string) }
variable "N" { type = number }
variable "B" { type = bool }
variable "O" {
  type = object({
    name  = string, ports = list(number)
    other = optional(map(string), {})
  })
}
variable "T" { type = tuple([string, map(list(string))]) }
variable "SET" { type = number }
variable "V" {
  default = "x"
  validation { condition = V == "y" }
}
`,
    "compose.yaml": "services: { a: { image: '${NEED:?must}', build: '${DIR?}${GIVEN:?}${FILE:?}${OPTION:-x}' } }\n",
    ".env": "FILE=x\n",
  });
  const files = ["bake.hcl", "cwd://compose.yaml", "-", "https://x/y.git"];
  const found = findStandIns({ dir, env: { SET: "1", GIVEN: "x" }, files });
  expect(found?.names).toEqual(["S", "L", "M", "N", "B", "O", "T", "V", "NEED", "DIR"]);
  expect(found?.env).toEqual({ NEED: "unset", DIR: "unset" });
  const declared = readHclVariables(found?.hcl ?? "").map(({ name, default: initial }) => [name, initial]);
  expect(Object.fromEntries(declared)).toEqual({
    S: '""',
    L: '["unset"]',
    M: "{}",
    N: "0",
    B: "false",
    O: '{ name = "", ports = [0] }',
    T: '["", {}]',
    V: '"x"',
  });
  expect(found?.hcl).not.toContain("validation");
  expect(findStandIns({ dir, env: {}, files: ["none.hcl"] })).toBeNull();
});
