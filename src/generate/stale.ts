import { relative } from "node:path";
import type { Diagnostic } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { differsInVersionOnly, emitFiles, stateOf } from "./write.ts";
import type { ReadText } from "../source/dockerfiles.ts";
import type { Source } from "../source/open.ts";

/** BK3001 where the committed files are not what the config says: plain `docker buildx bake` then builds something else. */
export async function findStale(
  host: Host,
  source: Pick<Source, "plan" | "dir" | "definition">,
  { locked, readText }: { readonly locked: boolean; readonly readText: ReadText },
): Promise<readonly Diagnostic[]> {
  // With a config, a definition that is known already comes from existing bake files.
  const options = { cwd: host.cwd, hasBakeFile: source.definition === null, readText };
  const emitted = await emitFiles(source.plan, source.dir, options);
  const findings: Diagnostic[] = [...emitted.findings];
  for (const file of emitted.files) {
    if (stateOf(file) === "unchanged" || differsInVersionOnly(file)) continue;
    const name = relative(host.cwd, file.path);
    const { isForeign } = file;
    // Somebody's own bake file beside a config is no news in every run.
    if (isForeign && !locked) continue;
    findings.push({
      code: "BK3001",
      message:
        file.before === null
          ? `${name} does not exist`
          : isForeign
            ? `${name} was not written by bkcache`
            : `${name} is stale: the config has changed since it was written`,
      hint: isForeign
        ? "overwrite it with `bkcache generate --force`, or move it away"
        : "run `bkcache generate` and commit the result",
    });
  }
  return findings;
}
