import type { Host } from "../../host/host.ts";
import type { LayerPruneResult, PrunedCache } from "../../layers/prune.ts";
import type { LevelInForce } from "../../cache/level.ts";
import { requireWrite } from "../../cache/use.ts";
import { type Confirm, requireAgreement } from "../../upkeep/agreement.ts";
import { graceFor, type KeepRules, rulesFor } from "../../upkeep/retention.ts";
import { isOwn, nameCache, type NamedLayers } from "../../layers/names.ts";
import { removeRecords } from "../../inputs/beside-caches.ts";
import { forEachPlace, type LayerSelection, type OfPlaces } from "../../upkeep/layer-places.ts";

export interface LayerPruneRequest extends LayerSelection {
  /** Value of --cache. */
  readonly cache: string | undefined;
  /** Null for what the config says, else the usual. */
  readonly keep: KeepRules | null;
  /** Milliseconds; null as for `keep`. */
  readonly grace: number | null;
  readonly dryRun: boolean;
  /** Whether caches of other projects below the prefix go by the rules too. */
  readonly all: boolean;
  readonly confirm: Confirm<PrunedLayers>;
}

export interface PrunedPlace {
  readonly backend: string;
  /** Milliseconds. */
  readonly grace: number;
  /** For people. */
  readonly place: string;
  readonly caches: readonly (NamedLayers & PrunedCache)[];
  readonly result: LayerPruneResult;
}

export interface PrunedLayers extends OfPlaces<PrunedPlace> {
  /** Whose caches the rules apply to; null for those of all. */
  readonly project: string | null;
  /** False where it is what would be done. */
  readonly isDone: boolean;
}

/**
 * Deletes layer caches by the rules, and blobs that no cache names.
 * @throws BkcacheError BK5056 where this run must not write; BK1002 where nobody has agreed to it, nor can be asked.
 */
export async function pruneLayerCaches(host: Host, request: LayerPruneRequest): Promise<PrunedLayers> {
  const { cache, dryRun, all, confirm } = request;
  const onLevel = (level: LevelInForce | null) => {
    if (dryRun) return;
    requireWrite(host, { cache, level }, "delete");
    requireAgreement(confirm, "caches");
  };
  const run = async (isDry: boolean): Promise<PrunedLayers> => {
    const pruned = await forEachPlace(
      host,
      { ...request, onLevel },
      async ({ backend, layers, store }, plan): Promise<PrunedPlace> => {
        const keep = rulesFor(plan, "layers", request.keep);
        const grace = graceFor(plan, request.grace);
        const applies = (name: string) => all || isOwn(plan, name);
        const result = await layers.prune({ keep, applies, grace, dryRun: isDry, now: host.now() });
        if (!isDry) await removeRecords(store, result.caches, host.signal);
        const caches = result.caches.map((each) => nameCache(plan, each));
        return { backend, place: layers.place, grace, caches, result };
      },
    );
    return { ...pruned, project: all ? null : pruned.plan.project, isDone: !isDry };
  };
  if (dryRun || typeof confirm !== "function") return run(dryRun);
  const preview = await run(true);
  return (await confirm(preview)) ? run(false) : preview;
}
