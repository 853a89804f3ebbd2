import type { Host } from "../host/host.ts";
import type { BakeRequest } from "./request.ts";
import { findAllow } from "./bake-allow.ts";
import type { CacheUse } from "../cache/use.ts";
import { type BakeResult, type CachedBuild, runCachedBuild } from "./cached-build.ts";
import { runFileEnv } from "../source/ask-bake.ts";
import { featuresOf } from "../cache/features.ts";
import { collectRarely } from "../builder/go-collector.ts";
import { openBuilderSession } from "../builder/session.ts";
import { quiet } from "../host/quiet.ts";
import { fileFlags, ownCache, runFile, wordsFor } from "../source/run-file.ts";

/** What is known of a bake when bake itself has been asked for the definition. */
interface BakeBuild
  extends
    BakeRequest,
    Pick<CachedBuild, "targets" | "scopes" | "drafts" | "mountBackend" | "defined" | "meanwhile" | "startedAt"> {
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
    session: quiet(
      openBuilderSession(host, buildx, { flag: args.builder, definition: source.builder, dir: source.dir }),
    ),
    use: { layers: use, mounts: use },
    rules: source.rules,
    features: (definition) =>
      featuresOf({ targets: definition.targets, variables: source.plan.variables, flags: args.flags }),
    dir: source.dir,
    runDir: source.dir,
    async command(choice, { definition, expected }) {
      const allow = await findAllow(host, build, definition, choice);
      const words = [...source.overrides, ...args.passthrough, ...allow, ...wordsFor(source, args)];
      const input = runFile(source, targets, { cache: isOff ? ownCache(source) : choice.targets, expected });
      return {
        args: [...fileFlags(["-", ...source.overlays]), ...words],
        env: {
          ...collectRarely({ hasFiles: source.overlays.length > 0, input, args: words }),
          ...runFileEnv(host.env),
        },
        input,
      };
    },
  });
}
