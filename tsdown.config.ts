import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { defineConfig } from "tsdown";

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

/**
 * Takes Node's own modules by `process.getBuiltinModule`. An ESM import of one reads every property that it exports, and
 * those of `node:http`, `node:util` and `node:crypto` load undici, a diff engine and web crypto: 25 ms for nothing.
 */
const lazyBuiltins = {
  name: "lazy-builtins",
  resolveId: {
    order: "pre" as const,
    handler: (id: string) => (isBuiltin(id) && id !== "node:module" ? `\0builtin:${id.replace("node:", "")}.cjs` : null),
  },
  load(id: string) {
    const [, name] = /^\0builtin:(.*)\.cjs$/.exec(id) ?? [];
    return name === undefined ? null : `module.exports = process.getBuiltinModule(${JSON.stringify(name)});`;
  },
};

/**
 * Everything is bundled, the SDKs as chunks that load when a bucket is used: a bundled start costs about
 * two bare Node starts, an unbundled one nearly three, and `npx bkcache` installs one package.
 */
export default defineConfig({
  entry: { bin: "src/bin.ts", index: "src/index.ts", "define-config": "src/config/define-config.ts" },
  format: "esm",
  platform: "node",
  target: "node22.18",
  fixedExtension: false,
  dts: { tsgo: true },
  sourcemap: false,
  clean: true,
  logLevel: "warn",
  deps: { alwaysBundle: [/.*/] },
  // The SDK's ESM build sheds what is not used, which its CommonJS build cannot; that halves what a bucket costs to open.
  inputOptions: { resolve: { mainFields: ["module", "main"] } },
  plugins: [lazyBuiltins, thirdPartyLicenses],
  // .mjs: Node then looks for no package.json to learn what kind of module a chunk is.
  outputOptions: { chunkFileNames: "chunks/[name]-[hash].mjs" },
});
