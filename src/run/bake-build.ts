import type { Host } from "../host/host.ts";
import type { BakeRequest } from "./request.ts";
import { findAllow } from "./bake-allow.ts";
import type { CacheUse } from "../cache/use.ts";
import { type BakeResult, type CachedBuild, runCachedBuild } from "./cached-build.ts";
import { runFileEnv } from "../source/ask-bake.ts";
import { featuresOf } from "../cache/features.ts";
import { collectRarely } from "../builder/go-collector.ts";
import { openBuilderSession } from "../builder/session.ts";
import { awaitedLater } from "../host/awaited-later.ts";
import { fileFlags, ownCache, runFile, targetArguments } from "../source/run-file.ts";

/** What is known of a bake when bake itself has been asked for the definition. */
interface BakeBuild
  extends
    BakeRequest,
    Pick<CachedBuild, "targets" | "scopes" | "drafts" | "mountBackend" | "evaluated" | "meanwhile" | "startedAt"> {
  readonly use: CacheUse;
}

/** Builds targets with `buildx bake`, from a run file that names the caches of this run. */
export async function runBakeBuild(host: Host, build: BakeBuild): Promise<BakeResult> {
  const { buildx, source, args, use, targets } = build;
  const isOff = !use.read && !use.write;
  return runCachedBuild(host, {
    ...build,
    verb: "bake",
    plan: source.plan,
    session: awaitedLater(
      openBuilderSession(host, buildx, { flag: args.builder, definition: source.builder, dir: source.dir }),
    ),
    use: { layers: use, mounts: use },
    rules: source.rules,
    features: (definition) =>
      featuresOf({ targets: definition.targets, variables: source.plan.variables, flags: args.flags }),
    dir: source.dir,
    runDir: source.dir,
    async command(choice, { definition }) {
      const allow = await findAllow(host, build, definition, choice);
      const flags = [...source.overrides, ...args.passthrough, ...allow, ...targetArguments(source, args)];
      const input = runFile(source, targets, isOff ? ownCache(source) : choice.targets);
      return {
        args: [...fileFlags(["-", ...source.overlays]), ...flags],
        env: {
          ...collectRarely({ hasFiles: source.overlays.length > 0, input, args: flags }),
          ...runFileEnv(host.env),
        },
        input,
      };
    },
  });
}
