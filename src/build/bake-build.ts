import type { Host } from "../host/host.ts";
import type { BakeRequest } from "../source/bake-request.ts";
import { collectRarely } from "../builder/go-collector.ts";
import { featuresOf } from "../cache/features.ts";
import { runFileEnv } from "../source/ask-bake.ts";
import { createDockerfileReader, type ReadText } from "../source/dockerfiles.ts";
import { fileFlags, runFile, targetArguments } from "../source/run-file.ts";
import { findAllow } from "./bake-allow.ts";
import { type BakeResult, runCachedBuild } from "./cached-build.ts";
import type { BuildRequest, CacheRequest } from "./ready.ts";

/** What is known of a bake when bake itself has been asked for the definition. */
interface BakeBuild extends BakeRequest, Pick<BuildRequest, "targets" | "evaluated" | "meanwhile" | "startedAt"> {
  readonly cache: Omit<CacheRequest, "rules">;
  readonly readText: ReadText;
}

/** Builds targets with `buildx bake`, from a run file that names the caches of this run. */
export async function runBakeBuild(host: Host, build: BakeBuild): Promise<BakeResult> {
  const { buildx, source, args, cache, targets, evaluated, startedAt, readText, ...rest } = build;
  const { plan, dir } = source;
  const { layers } = cache.use;
  const isOff = !layers.read && !layers.write;
  return runCachedBuild(host, {
    ...rest,
    verb: "bake",
    buildx,
    builder: { flag: args.builder, definition: source.builder },
    plan,
    targets,
    evaluated,
    readDockerfile: createDockerfileReader(dir, readText),
    dir,
    runDir: dir,
    cache: { ...cache, rules: source.rules },
    output: { strict: args.own.strict, report: args.own.report, metadataFile: args.metadataFile },
    startedAt,
    features: (definition) => featuresOf({ targets: definition.targets, variables: plan.variables, flags: args.flags }),
    async command(choice, { definition }) {
      const allow = await findAllow(host, build, definition, choice);
      // Entries of another file would stand beside those of the run file, which has none.
      const none = isOff && source.overlays.length > 0 ? ["--set", "*.cache-from=", "--set", "*.cache-to="] : [];
      const flags = [...source.overrides, ...none, ...args.passthrough, ...allow];
      const input = runFile(source, targets, choice.targets);
      return {
        args: [...fileFlags(["-", ...source.overlays]), ...flags],
        targets: targetArguments(source, args),
        hasJobs: args.flags.some((flag) => flag === "--jobs" || flag === "-j"),
        env: {
          ...collectRarely({ hasFiles: source.overlays.length > 0, input, args: flags }),
          ...runFileEnv(host.env),
        },
        input,
      };
    },
  });
}
