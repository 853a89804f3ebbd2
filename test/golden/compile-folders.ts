import { relative } from "node:path";
import { compile, loadConfig } from "../../src/index.ts";
import { emitDockerfiles } from "../../src/generate/dockerfiles.ts";

/*
 * Prints what is generated for each folder given, as JSON. A process of its own: the test runner loads TypeScript
 * configs in a way of its own, which is not the way under test.
 */
const results: Record<string, unknown> = {};
for (const dir of process.argv.slice(2)) {
  const { plan, files } = compile(await loadConfig({ cwd: dir }));
  const dockerfiles = await emitDockerfiles(plan, dir, { cwd: dir });
  if (dockerfiles.findings.length > 0) throw new Error(JSON.stringify(dockerfiles.findings));
  results[dir] = {
    ...files,
    ...Object.fromEntries(dockerfiles.files.map(({ path, content }) => [relative(dir, path), content])),
  };
}
process.stdout.write(JSON.stringify(results));
