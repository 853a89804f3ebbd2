import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { defineConfig, type UserConfig } from "tsdown";

/** Writes the licences of what was bundled beside the bundle, as those licences ask. */
const thirdPartyLicenses = {
  name: "third-party-licenses",
  generateBundle(
    this: { emitFile(file: { type: "asset"; fileName: string; source: string }): void },
    _options: unknown,
    bundle: Record<string, { type: string; moduleIds?: string[] }>,
  ) {
    const folders = new Set<string>();
    for (const file of Object.values(bundle)) {
      for (const id of file.moduleIds ?? []) {
        const match = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id);
        if (match !== null) folders.add(match[0]);
      }
    }
    const chapters = [...folders].sort().flatMap((folder) => {
      if (!existsSync(join(folder, "package.json"))) return [];
      const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<
        string,
        string
      >;
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
      const text = file === undefined ? `Licensed under ${license}.` : readFileSync(join(folder, file), "utf8").trim();
      return [`${name} ${version} (${license})\n\n${text}\n`];
    });
    const source = `bkcache contains code of these packages.\n\n${chapters.join(`\n${"-".repeat(80)}\n\n`)}`;
    this.emitFile({ type: "asset", fileName: "THIRD-PARTY-LICENSES.txt", source });
  },
};

/** What Node loads before any program, so that a look at each use would cost more than it saves. */
const loadedAnyway = new Set(["buffer", "events", "fs", "path", "process", "timers", "url", "util"]);

/**
 * Takes Node's own modules by `process.getBuiltinModule`, and most of them at their first use. An ESM import of one reads
 * every property that it exports, and those of `node:http`, `node:util` and `node:crypto` load undici, a diff engine and
 * web crypto; `node:child_process`, which commander imports for what bkcache does not use, loads sockets.
 * Without it `--help` takes 15 % more CPU time, `generate` 7 %.
 */
const lazyBuiltins = {
  name: "lazy-builtins",
  resolveId: {
    order: "pre" as const,
    handler(id: string, _importer: string | undefined, { kind }: { readonly kind: string }) {
      if (!isBuiltin(id) || id === "node:module") return null;
      const name = id.replace("node:", "");
      return `\0builtin:${name}.${loadedAnyway.has(name) && kind !== "require-call" ? "mjs" : "cjs"}`;
    },
  },
  load(id: string) {
    const [, name, kind] = /^\0builtin:(.*)\.([cm]js)$/.exec(id) ?? [];
    if (name === undefined) return null;
    const take = `process.getBuiltinModule(${JSON.stringify(name)})`;
    const exported: unknown = process.getBuiltinModule(name);
    // As an ES module only what is used is taken; each import of a CommonJS one copies everything.
    if (kind === "mjs") {
      const names = Object.keys(exported as object).filter((key) => /^[\w$]+$/.test(key) && key !== "default");
      // To look at one of those loads what it is made of, as streams for `fs.ReadStream`.
      const isGetter = (key: string) => Object.getOwnPropertyDescriptor(exported, key)?.get !== undefined;
      const taken = names.map((key) => {
        return `const $${key} = /* @__PURE__ */ ${isGetter(key) ? "takeLater" : "take"}(${JSON.stringify(key)});`;
      });
      return [
        `const module = ${take};`,
        "const take = (key) => module[key];",
        "const takeLater = (key) => new Proxy(function () {}, {",
        "  get: (_, name) => module[key][name], construct: (_, values) => new module[key](...values),",
        "});",
        ...taken,
        `export { module as default, ${names.map((key) => `$${key} as ${key}`).join(", ")} };`,
      ].join("\n");
    }
    // Some are a function, or have classes that others extend as they load.
    if (loadedAnyway.has(name) || typeof exported !== "object" || exported === null) return `module.exports = ${take};`;
    const getters = Object.keys(exported).map(
      (key) => `get ${JSON.stringify(key)}() { return ${take}[${JSON.stringify(key)}]; }`,
    );
    return `module.exports = { ${getters.join(", ")} };`;
  },
};

/**
 * cosmiconfig reads YAML with js-yaml in loaders that `config/locate` replaces by its own, and for settings of cosmiconfig
 * itself in a `.config/config.yaml`: those are then taken as empty. With it `generate` takes 3 % more CPU time.
 */
const withoutJsYaml = {
  name: "without-js-yaml",
  resolveId: { order: "pre" as const, handler: (id: string) => (id === "js-yaml" ? "\0js-yaml.cjs" : null) },
  load: (id: string) => (id === "\0js-yaml.cjs" ? "exports.load = () => ({});" : null),
};

/**
 * Writes every character outside of ASCII as an escape, which is the same in a string, a template and a pattern: one such
 * character makes V8 keep the whole chunk in two bytes for each, and Node convert it once more for its cache. Without it
 * `generate` takes 3 % more CPU time.
 */
const asciiOnly = {
  name: "ascii-only",
  // Not `renderChunk`: what follows it prints each string anew.
  generateBundle(_options: unknown, bundle: Record<string, { readonly type: string; code?: string }>) {
    for (const file of Object.values(bundle)) {
      if (file.type !== "chunk" || file.code === undefined) continue;
      // oxlint-disable-next-line no-control-regex
      file.code = file.code.replaceAll(/[^\x00-\x7f]/g, (unit) => {
        return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
      });
    }
  },
};

/** What the program and the API have in common. */
const shared = {
  platform: "node",
  target: "node22.21",
  sourcemap: false,
  logLevel: "warn",
  deps: { alwaysBundle: [/.*/] },
  // ESM builds shed what is not used, which CommonJS builds cannot; of the SDK that halves what a bucket costs to open.
  // The one of yaml is meant for browsers, and the same but for how it prints warnings.
  inputOptions: {
    // What is meant as it is: chunks follow the groups below, and the types take their time.
    checks: { ineffectiveDynamicImport: false, pluginTimings: false },
    resolve: {
      mainFields: ["module", "main"],
      alias: { yaml: join(import.meta.dirname, "node_modules/yaml/browser/index.js") },
    },
  },
  plugins: [lazyBuiltins, withoutJsYaml, asciiOnly],
} satisfies UserConfig;

/** Says of `bin.js` what the package around it does not: that it is CommonJS. */
const commonJsFolder = {
  name: "commonjs-folder",
  generateBundle(this: { emitFile(file: { type: "asset"; fileName: string; source: string }): void }) {
    this.emitFile({ type: "asset", fileName: "package.json", source: '{ "type": "commonjs" }\n' });
  },
};

/**
 * What is one chunk, with all that it imports: each names its roots, and what two have in common belongs to the first. A chunk
 * costs half a millisecond by itself: without these `generate` takes 4 % more CPU time, and a build loads 42 chunks in place
 * of 7. One chunk for each room, in their place, takes 6 % to 10 % more, since it brings what a command does not need.
 */
const chunks = Object.entries({
  // What every command loads, and all that one loads that only helps or fails.
  base: [
    "src/cli/main.ts",
    "src/cli/help-flag.ts",
    "src/cli/report/result.ts",
    "src/host/",
    ...["error", "nearest", "redact", "unreachable"].map((name) => `src/diagnostics/${name}.ts`),
  ],
  // What a config needs; and what lint has in common with a bake, so that neither loads the other's part.
  core: [
    "src/source/project.ts",
    "src/generate/write.ts",
    "src/config/module-loader.ts",
    "src/config/plain.ts",
    "src/bake/requested.ts",
    "src/dockerfile/lint/copy.ts",
  ],
  // What the steps of Dockerfiles do, and all that is said of them at the end of `generate`.
  steps: ["walk", "images", "plain-copy"].map((name) => `src/dockerfile/lint/${name}.ts`),
  lint: ["src/lint/config.ts", "src/lint/named.ts"],
  // Before bake is asked, while bake is at work, and at the end of a build.
  bake: ["src/run/bake.ts", "src/cli/commands/bake.ts"],
  "cached-build": ["src/build/cached-build.ts", "src/build/bake-build.ts"],
  gateway: ["gateway", "connection", "workers"].map((name) => `src/builder/gateway/${name}.ts`),
  outcome: ["src/build/after-build.ts", "src/cli/report/outcome.ts"],
  // What is asked of S3 before buildx, and small enough to come with whatever else asks a bucket: as 13 chunks it takes a cached
  // bake some 3 ms longer (read off one trace).
  store: ["agents", "failure", "s3-error", "s3-reader"].map((name) => `src/store/${name}.ts`),
  // Beside buildx.
  stores: ["open", "s3-store"].map((name) => `src/store/${name}.ts`),
}).map(([name, files]) => {
  const roots = files.map((file) => join(import.meta.dirname, file));
  // A file that was moved would only make the start slower, and nobody would see why.
  const missing = roots.filter((root) => !existsSync(root));
  if (missing.length > 0) throw new Error(`no such root of the chunk ${name}: ${missing.join(", ")}`);
  return { name, roots };
});

/**
 * Everything is bundled, the SDKs as chunks that load when a bucket is used: a bundled start costs about
 * two bare Node starts, an unbundled one nearly three, and `npx bkcache` installs one package.
 * As CommonJS: Node loads a module in one go then, where it goes back to its event loop for each import of an ES module.
 */
export const program = {
  ...shared,
  entry: { bin: "src/bin.ts" },
  format: "cjs",
  // A third of what Node reads and takes from its cache at each start: without it `generate` takes 4 % longer. Names stay as
  // they are, so that a stack still says where it was.
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  // Below an error there is the advice to write ES modules.
  logLevel: "error",
  dts: false,
  outExtensions: () => ({ js: ".js" }),
  plugins: [...shared.plugins, commonJsFolder, thirdPartyLicenses],
  // .cjs: Node then looks for no package.json to learn what kind of module a chunk is.
  outputOptions: {
    chunkFileNames: "chunks/[name]-[hash].cjs",
    codeSplitting: {
      groups: chunks.map(({ name, roots }, index) => ({
        name,
        test: (id: string) =>
          roots.some((root) => id === root || (root.endsWith("/") && id.startsWith(root))) ||
          (index === 0 && id.startsWith("\0builtin:")),
        priority: chunks.length - index,
      })),
    },
  },
} satisfies UserConfig;

/** What programs import: an ES module with types. */
const api = {
  ...shared,
  entry: { index: "src/index.ts" },
  format: "esm",
  dts: { tsgo: true },
  outputOptions: { chunkFileNames: "chunks/[name]-[hash].mjs" },
} satisfies UserConfig;

export default defineConfig([program, api]);
