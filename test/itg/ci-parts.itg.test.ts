import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { pythonDir } from "../toolchain/locate.mjs";
import { repositoryDir } from "../support/toolchain.ts";

/* What CI services read of this repository, held to their published schemas. */

function checkerOf(service: string): (value: unknown) => readonly string[] {
  const file = join(pythonDir(), "check_jsonschema/builtin_schemas/vendor", `${service}.json`);
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
  const validate = ajv.compile(JSON.parse(readFileSync(file, "utf8")) as object);
  return (value) => {
    validate(value);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
  };
}
const readText = (file: string) => readFileSync(join(repositoryDir, file), "utf8");

test("action.yml is an action", () => {
  const check = checkerOf("github-actions");
  const action = parse(readText("action.yml")) as { readonly runs: object };
  expect(check(action)).toEqual([]);
  expect(check({ ...action, runs: { ...action.runs, using: "node3" } })).not.toEqual([]);
});

test.for(globSync(".github/workflows/*.yml", { cwd: repositoryDir }))("%s is a workflow", (file) => {
  const check = checkerOf("github-workflows");
  expect(check(parse(readText(file)))).toEqual([]);
  expect(check({ on: "push", jobs: { a: { steps: "none" } } })).not.toEqual([]);
});

describe("the component for GitLab", () => {
  interface Header {
    readonly spec: {
      readonly inputs: Readonly<Record<string, { readonly default: unknown; readonly description: string }>>;
    };
  }
  const check = checkerOf("gitlab-ci");
  const [header, body] = parseAllDocuments(readText("templates/bake.yml")).map(
    (document) => document.toJS() as unknown,
  );
  const { inputs } = (header as Header).spec;

  /** As GitLab puts inputs in: a value that stands alone keeps its type. */
  function withInputs(node: unknown, values: Readonly<Record<string, unknown>>): unknown {
    if (Array.isArray(node)) return node.map((item) => withInputs(item, values));
    if (typeof node === "object" && node !== null)
      return Object.fromEntries(
        Object.entries(node).map(([key, value]) => [withInputs(key, values), withInputs(value, values)]),
      );
    if (typeof node !== "string") return node;
    const alone = /^\$\[\[ inputs\.([\w-]+) \]\]$/.exec(node);
    if (alone !== null) return values[alone[1] ?? ""];
    return node.replaceAll(/\$\[\[ inputs\.([\w-]+) \]\]/g, (_, name: string) => String(values[name]));
  }

  test("is a header with inputs that can all be left out, and a pipeline", () => {
    expect(check(header)).toEqual([]);
    const defaults = Object.fromEntries(Object.entries(inputs).map(([name, each]) => [name, each.default]));
    expect(Object.values(defaults)).not.toContain(undefined);
    const pipeline = withInputs(body, defaults);
    expect(check(pipeline)).toEqual([]);
    expect(pipeline).toMatchObject({ bake: { stage: "build", services: ["docker:29-dind"] } });
    expect(check({ bake: { script: 3 } })).not.toEqual([]);
  });

  test("names inputs that are declared, and uses each", () => {
    const used = [...readText("templates/bake.yml").matchAll(/inputs\.([\w-]+)/g)].map(([, name = ""]) => name);
    expect([...new Set(used)].sort()).toEqual(Object.keys(inputs).sort());
  });

  test("runs in the image of this version", () => {
    const { version } = JSON.parse(readText("package.json")) as { readonly version: string };
    expect(inputs["image"]?.default).toBe(`ghcr.io/bkcache/bkcache:${version}`);
  });
});
