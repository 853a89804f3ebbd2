import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { compileTemplates } from "../scripts/compile-templates.mjs";
import { repositoryDir } from "../support/toolchain.ts";

test("the compiled templates are those of templates/", async () => {
  const files = await compileTemplates();
  expect(Object.keys(files)).toEqual(["src/bake/templates.gen.js", "src/bake/templates.gen.d.ts"]);
  for (const [path, content] of Object.entries(files)) {
    expect(await readFile(repositoryDir + path, "utf8")).toBe(content);
  }
});
