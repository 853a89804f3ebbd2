/**
 * Writes every file that follows from another: types, validator and the draft-07 form from schemas/bkcache.schema.json, the
 * generated pages of docs/, and the compiled templates. `--check` writes nothing and exits 1 where a file differs.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import standaloneCode from "ajv/dist/standalone/index.js";
import { compile } from "json-schema-to-typescript";
import { presetEnv, presets } from "../../src/config/presets.ts";
import { codes } from "../../src/diagnostics/codes.ts";
import { exitCodeHelp, exitCodes } from "../../src/diagnostics/exit-codes.ts";
import manifest from "../../package.json" with { type: "json" };
import { renderCommandsPage } from "./commands-page.mjs";
import { compileTemplates } from "./compile-templates.mjs";
import { toDraft07 } from "./draft-07.mjs";
import { mapSchema, omit } from "./schema.mjs";
import { renderLintPage } from "./lint-page.mjs";
import { renderConfigPage, renderErrorsPage, renderPresetsPage } from "./reference.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const source = "schemas/bkcache.schema.json";
const draft07 = "schemas/bkcache.draft-07.schema.json";
const banner = `Written by test/scripts/codegen.mjs from ${source}; change that file and run \`npm run codegen\`.`;

/** @returns {Promise<Record<string, string>>} content by path from the repository's root */
export async function generate() {
  const schema = JSON.parse(await readFile(join(root, source), "utf8"));
  return {
    "src/config/schema.gen.ts": await renderTypes(schema),
    "src/config/validate.gen.js": renderValidator(schema),
    "src/config/validate.gen.d.ts": validatorTypes,
    [draft07]: `${JSON.stringify(toDraft07(schema, `${manifest.homepage.replace(/#.*$/, "")}/raw/main/${draft07}`), null, 2)}\n`,
    "docs/config.md": renderConfigPage(await readFile(join(root, "docs/config.md"), "utf8"), schema),
    "docs/errors.md": renderErrorsPage(codes, exitCodes, exitCodeHelp),
    "docs/presets.md": renderPresetsPage(presets, presetEnv),
    "docs/lint.md": await renderLintPage(),
    "docs/commands.md": await renderCommandsPage(root),
    ...(await compileTemplates()),
  };
}

/**
 * A `$ref` with a description beside it would become a numbered copy of its type, so each reference is named by
 * hand and the definitions are compiled for themselves.
 */
async function renderTypes(schema) {
  const named = (node, isDefinition) => {
    if (Array.isArray(node)) return node.map((item) => named(item, false));
    if (typeof node !== "object" || node === null) return node;
    if (node.$ref !== undefined && !isDefinition) {
      return { tsType: node.$ref.replace("#/$defs/", ""), ...(node.description && { description: node.description }) };
    }
    return mapSchema(omit(node, ["examples", "default", "discriminator", "propertyNames", "pattern"]), (value) =>
      named(value, false),
    );
  };
  const parts = [];
  const { $defs, ...top } = schema;
  for (const [name, definition] of Object.entries({ Config: top, ...$defs })) {
    const { title: _, ...node } = named(definition, true);
    parts.push(
      await compile(node, name, {
        bannerComment: "",
        additionalProperties: false,
        ignoreMinAndMaxItems: true,
        style: { printWidth: 120 },
      }),
    );
  }
  return `/** ${banner} */\n\n${parts.join("\n")}`;
}

function renderValidator(schema) {
  const ajv = new Ajv2020({
    allErrors: true,
    discriminator: true,
    strict: true,
    strictRequired: false,
    strictTypes: false,
    allowUnionTypes: true,
    // Lengths are only ever asked to be at least 1, which code units answer as well as code points; without the
    // helper for code points the code loads nothing.
    unicode: false,
    logger: false,
    messages: false,
    inlineRefs: false,
    code: { source: true, esm: true, lines: true, optimize: 2 },
  });
  const code = standaloneCode(ajv, ajv.compile(withoutNotes(schema)))
    .replace('"use strict";\n', "")
    .replace(/export default \w+;\n/, "");
  if (/\brequire\(|\bimport\b/.test(code)) throw new Error("the validator still loads something at run time");
  return `// ${banner}
/* eslint-disable */
// @ts-nocheck
${shortened(withoutUnused(code))}
export const shape = ${JSON.stringify(shapeOf(schema))};
`;
}

/** What the config's own walks need of the schema: which keys a place has, and which strings may hold references. */
function shapeOf(node) {
  if (Array.isArray(node)) return node.map(shapeOf);
  if (typeof node !== "object" || node === null) return node;
  const kept = new Set([
    "$ref",
    "$defs",
    "properties",
    "additionalProperties",
    "items",
    "anyOf",
    "oneOf",
    "allOf",
    "const",
    "type",
  ]);
  return mapSchema(Object.fromEntries(Object.entries(node).filter(([key]) => kept.has(key))), shapeOf);
}

/** Schemas of which only the compiled form is used. */
function withoutUnused(code) {
  return code.replaceAll(/^const (schema\d+) = .*;\n/gm, (line, name) =>
    new RegExp(`\\b${name}\\b`, "g")[Symbol.match](code).length > 1 ? line : "",
  );
}

/**
 * The same in half the code, which every start takes from the compile cache. Each fault is noted by a call, without its place in
 * the schema; functions take the place of the value and nothing else; of schemas only the names of keys stay, and what faults show.
 */
function shortened(code) {
  const schemas = new Map(
    [...code.matchAll(/^const (schema\d+) = (.*);$/gm)].map(([, name, text]) => [name, JSON.parse(text)]),
  );
  const fault =
    /const (err\d+) = \{instancePath(?::(.*?))?,schemaPath:"[^"\n]*",keyword:("\w+"),params:(\{.*\})(?:,propertyName:(\w+))?\};\nif\(vErrors === null\)\{\nvErrors = \[\1\];\n\}\nelse \{\nvErrors\.push\(\1\);\n\}\n/g;
  const short = code
    .replaceAll(fault, (_all, _name, place = "instancePath", keyword, params, propertyName) => {
      const more = propertyName === undefined ? "" : `, ${propertyName}`;
      return `vErrors = withFault(vErrors, ${place}, ${keyword}, ${params}${more});\n`;
    })
    .replaceAll(/\{instancePath="", parentData,.*?dynamicAnchors=\{\}\}=\{\}/g, 'instancePath = ""')
    .replaceAll(
      /\{instancePath(?::([^{}]*?))?,parentData(?::\w+)?,parentDataProperty(?::[^{},]*)?,rootData,dynamicAnchors\}/g,
      (_all, place = "instancePath") => place,
    )
    // Written, and read by nobody.
    .replaceAll(/^if\(evaluated0\.dynamic(?:Props|Items)\)\{\n.*\n\}\n/gm, "")
    .replaceAll(/^(?:const evaluated0 = |evaluated0\.props = |validate\d+\.evaluated = ).*\n/gm, "")
    .replaceAll(/^const (schema\d+) = .*;$/gm, (_all, name) => {
      const keys = Object.keys(schemas.get(name).properties ?? {});
      return `const ${name} = ${JSON.stringify({ properties: Object.fromEntries(keys.map((key) => [key, 1])) })};`;
    })
    .replaceAll(/(schema\d+)((?:\.\w+|\[\d+\])+)/g, (all, name, path) =>
      path === ".properties"
        ? all
        : JSON.stringify(path.match(/\w+/g).reduce((node, key) => node[key], schemas.get(name))),
    );
  const left = /schemaPath|\berr\d+\b|parentData|rootData|dynamicAnchors|\bevaluated|\.evaluated/.exec(short);
  if (left !== null) throw new Error(`Ajv writes validators in another way than it did: ${left[0]}`);
  return `${withoutUnused(short)}
function withFault(faults, instancePath, keyword, params, propertyName) {
const fault = propertyName === undefined ? {instancePath, keyword, params} : {instancePath, keyword, params, propertyName};
if (faults === null) return [fault];
faults.push(fault);
return faults;
}`;
}

/** Notes for people would stand in the code as a copy of the schema. */
function withoutNotes(node) {
  if (Array.isArray(node)) return node.map(withoutNotes);
  if (typeof node !== "object" || node === null) return node;
  return mapSchema(omit(node, ["description", "examples", "default"]), withoutNotes);
}

const validatorTypes = `// ${banner}
import type { Config } from "./schema.gen.ts";

export interface SchemaError {
  /** JSON pointer to the value. */
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
  /** Set where the fault is in a key rather than in a value. */
  readonly propertyName?: string;
}

/** A schema with nothing but its structure. */
export interface Shape {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Shape>>;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly additionalProperties?: boolean | Shape;
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly allOf?: readonly Shape[];
}

export const shape: Shape;
export const validate: {
  (data: unknown): data is Config;
  errors?: readonly SchemaError[] | null;
};
`;

/** @returns {Promise<string[]>} paths of the files that differ */
export async function findStale() {
  const stale = [];
  for (const [path, content] of Object.entries(await generate())) {
    const current = await readFile(join(root, path), "utf8").catch(() => null);
    if (current !== content) stale.push(path);
  }
  return stale;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--check")) {
    const stale = await findStale();
    for (const path of stale) console.error(`stale: ${path}`);
    if (stale.length > 0) console.error("run `npm run codegen` and commit the result");
    process.exitCode = stale.length > 0 ? 1 : 0;
  } else {
    for (const [path, content] of Object.entries(await generate())) {
      await mkdir(join(root, dirname(path)), { recursive: true });
      await writeFile(join(root, path), content);
      console.log(path);
    }
  }
}
