/**
 * `npm run release -- VERSION` makes the commit and the tag of a release here, and pushes and publishes nothing: a pushed tag is
 * what .github/workflows/release.yml publishes. `--dry-run` does the same and takes it back. `--notes vVERSION` prints what
 * CHANGELOG.md says of the release that is checked out. `--executables DIR` makes the single executables of dist. Without anything
 * it prints the steps to claim the name and to publish.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildExecutables } from "./release/executables.ts";
import { readSection } from "./release/changelog.ts";
import { firstSteps } from "./release/first-steps.ts";
import { release } from "./release/release.ts";

const root = join(import.meta.dirname, "../..");
// Ctrl-C ends the program that runs at the time, and what was changed so far is then taken back.
process.on("SIGINT", () => {});

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { "dry-run": { type: "boolean" }, executables: { type: "string" }, notes: { type: "string" } },
  });
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly name: string;
    readonly version: string;
  };
  if (values.notes !== undefined) {
    const { version } = manifest;
    if (values.notes !== `v${version}`)
      throw new Error(`package.json has version ${version}, not that of ${values.notes}`);
    process.stdout.write(readSection(readFileSync(join(root, "CHANGELOG.md"), "utf8"), version));
  } else if (values.executables !== undefined) {
    for (const file of await buildExecutables({ root, out: values.executables })) process.stdout.write(`${file}\n`);
  } else if (positionals.length === 0 && values["dry-run"] !== true) {
    process.stdout.write(firstSteps(manifest));
  } else {
    const [version] = positionals;
    if (version === undefined || positionals.length > 1)
      throw new Error("usage: npm run release -- VERSION [--dry-run]");
    release({
      root,
      version,
      date: new Date().toISOString().slice(0, 10),
      isDryRun: values["dry-run"] === true,
      say: (text) => process.stderr.write(`${text}\n`),
    });
  }
} catch (error) {
  process.stderr.write(`release: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
