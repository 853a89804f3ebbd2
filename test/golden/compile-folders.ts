import { compile, loadConfig } from "../../src/index.ts";

/*
 * Prints what is generated for each folder given, as JSON. A process of its own: the test runner loads TypeScript
 * configs in a way of its own, which is not the way under test.
 */
const results: Record<string, unknown> = {};
for (const dir of process.argv.slice(2)) results[dir] = compile(await loadConfig({ cwd: dir })).files;
process.stdout.write(JSON.stringify(results));
