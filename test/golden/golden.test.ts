import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { format } from "@cdktn/hcl-tools";
import { parse } from "@cdktn/hcl2json";
import { describe, expect, test } from "vitest";

/*
 * A config, and the whole of what is generated from it. UPDATE_GOLDEN=1 writes what would be compared.
 */

const golden = fileURLToPath(new URL(".", import.meta.url));
const examples = join(golden, "../../examples");

function listCases(root: string, out: string): { name: string; dir: string; out: string }[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, dir: join(root, name), out: join(root, name, out) }));
}

/** An example is committed as its user would commit it: the generated file stands beside the config. */
const cases = [...listCases(golden, "out"), ...listCases(examples, ".")];
const compiled = JSON.parse(
  execFileSync(process.execPath, [join(golden, "compile-folders.ts"), ...cases.map(({ dir }) => dir)], {
    encoding: "utf8",
  }),
) as Record<string, Record<string, string>>;

describe.each(cases)("$name", ({ dir, out }) => {
  test.each(Object.entries(compiled[dir] ?? {}))("%s is what is committed", async (name, content) => {
    const path = join(out, name);
    if (process.env["UPDATE_GOLDEN"] === "1") {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
    expect(existsSync(path) ? readFileSync(path, "utf8") : null).toBe(content);
    if (!name.endsWith(".hcl")) return;
    await parse(name, content);
    expect(await format(content)).toBe(content);
  });

  test("has files", () => {
    expect(Object.keys(compiled[dir] ?? {})).toContain("docker-bake.hcl");
  });
});
