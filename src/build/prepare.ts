import { type CacheChoice, noCache } from "../cache/choice.ts";
import { chooseCache } from "../cache/choose.ts";
import { countPlatforms } from "../cache/entries-in-use.ts";
import { findCachesInContext } from "../cache/inside-context.ts";
import { awaitedLater } from "../host/awaited-later.ts";
import type { Host } from "../host/host.ts";
import { planCalls } from "./calls.ts";
import type { BuildRequest, Ready, Step } from "./ready.ts";
import type { Resources } from "./resources.ts";

/**
 * Decides everything that a run does: the builder, the cache of each target, the calls of buildx.
 * @throws BkcacheError for all that is wrong before the build starts.
 */
export async function prepare(
  host: Host,
  request: BuildRequest,
  resources: Pick<Resources, "session" | "relay" | "metadataFile">,
): Promise<Ready> {
  const { verb, buildx, targets, output, startedAt, cache, evaluated } = request;
  const { layers } = cache.use;
  const choice = layers.read || layers.write ? await choose(host, request, resources) : noCache;
  const [{ builder }, known] = await Promise.all([resources.session, evaluated]);
  for (const finding of findCachesInContext(known.definition.targets, choice, request.runDir)) {
    host.tell({ ...finding, level: "warning" });
  }
  const steps = await toSteps(host, request, resources, choice);
  return { verb, buildx, targets, output, startedAt, builder, choice, ...steps };
}

/** The calls of buildx for a choice of caches. */
export async function toSteps(
  host: Host,
  request: BuildRequest,
  resources: Pick<Resources, "session" | "metadataFile">,
  choice: CacheChoice,
): Promise<Pick<Ready, "steps" | "metadataOfAll">> {
  const { verb, output } = request;
  const [{ builder }, known] = await Promise.all([resources.session, request.evaluated]);
  const command = await request.command(choice, known);
  const calls = await planCalls(host, request, { choice, known, command, session: await resources.session });
  const own = output.metadataFile;
  const metadataOfAll = own !== undefined && calls.length > 1 ? own : null;
  const steps: Step[] = [];
  const { targets: _targets, hasJobs: _hasJobs, ...shared } = command;
  for (const call of calls) {
    const metadataFile = metadataOfAll === null && own !== undefined ? own : await resources.metadataFile();
    const toMetadata = metadataFile === null ? [] : ["--metadata-file", metadataFile];
    // Where the user asked for no metadata file, the provenance in it would be worked out for nobody.
    const isForNobody = own === undefined && metadataFile !== null && !host.env["BUILDX_METADATA_PROVENANCE"];
    steps.push({
      ...shared,
      args: [verb, "--builder", builder.name, ...toMetadata, ...command.args, ...call.flags, ...call.targets],
      env: { ...command.env, ...choice.env, ...(isForNobody && { BUILDX_METADATA_PROVENANCE: "disabled" }) },
      cwd: request.runDir,
      metadataFile,
      ...(steps.length > 0 && { isBeside: true }),
    });
  }
  return { steps, metadataOfAll };
}

function choose(
  host: Host,
  request: BuildRequest,
  { session, relay }: Pick<Resources, "session" | "relay">,
): Promise<CacheChoice> {
  const { plan, targets, evaluated, cache, output } = request;
  const gate = Promise.all([session, evaluated]).then(([{ builder }, { definition }]) => ({
    builder,
    buildx: request.buildx.version,
    features: request.features(definition),
    rules: cache.rules,
    platforms: (target: string) => countPlatforms(definition.targets[target]),
  }));
  return chooseCache(host, {
    plan,
    targets,
    drafts: cache.drafts,
    keys: request.verb === "bake" ? "run file" : "environment",
    use: cache.use,
    values: evaluated.then(({ values }) => values),
    gate: awaitedLater(gate),
    session,
    relay,
    strict: output.strict,
  });
}
