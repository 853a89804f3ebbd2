/**
 * Compiles the templates of templates/ into src/bake/templates.gen.js, so that only handlebars' small runtime is
 * loaded. `--check` writes nothing and exits 1 where the file differs.
 */
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import Handlebars from "handlebars";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** Name of the export by template file. */
const templates = { bakeFile: "docker-bake.hcl.hbs" };
const banner =
  "Written by test/scripts/compile-templates.mjs from templates/; change those files and run `npm run codegen`.";

/** @returns {Promise<Record<string, string>>} content by path from the repository's root */
export async function compileTemplates() {
  const specs = await Promise.all(
    Object.entries(templates).map(async ([name, file]) => {
      const source = await readFile(join(root, "templates", file), "utf8");
      // HCL is not HTML, and a misspelt name must fail rather than leave a hole.
      const spec = Handlebars.create().precompile(source, { noEscape: true, strict: true, srcName: undefined });
      return `export const ${name} = ${spec};\n`;
    }),
  );
  return {
    "src/bake/templates.gen.js": `// ${banner}\n/* eslint-disable */\n// @ts-nocheck\n${specs.join("")}`,
    "src/bake/templates.gen.d.ts": `// ${banner}\n${Object.keys(templates)
      .map((name) => `export const ${name}: object;\n`)
      .join("")}`,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, content] of Object.entries(await compileTemplates())) {
    const isStale = (await readFile(join(root, path), "utf8").catch(() => null)) !== content;
    if (!isStale) continue;
    if (process.argv.includes("--check")) {
      console.error(`stale: ${path}; run \`npm run codegen\` and commit the result`);
      process.exitCode = 1;
    } else {
      await writeFile(join(root, path), content);
      console.log(path);
    }
  }
}
