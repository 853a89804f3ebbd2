import { BkcacheError } from "../../diagnostics/error.ts";
import type { Host } from "../../host/host.ts";
import type { LevelInForce } from "../../cache/level.ts";
import { requireWrite } from "../../cache/use.ts";
import { type Confirm, requireAgreement } from "../../upkeep/agreement.ts";
import {
  describeName,
  isMeant,
  nameCache,
  type NamedLayers,
  type NameFilter,
  requireKnown,
  wordsFor,
} from "../../layers/names.ts";
import { removeRecords } from "../../inputs/beside-caches.ts";
import { forEachPlace, type LayerSelection, type OfPlaces } from "../../upkeep/layer-places.ts";

export interface RemoveRequest extends LayerSelection, NameFilter {
  /** Value of --cache. */
  readonly cache: string | undefined;
  readonly dryRun: boolean;
  readonly confirm: Confirm<RemovedLayers>;
}

interface RemovedPlace {
  readonly backend: string;
  readonly place: string;
  readonly caches: readonly (NamedLayers & { readonly key: string; readonly name: string })[];
}

export interface RemovedLayers extends OfPlaces<RemovedPlace> {
  /** False where it is what would be done. */
  readonly isDone: boolean;
}

/**
 * Deletes the caches that are named, or whose scope is; of this project alone where they are named by the scope only.
 * @throws BkcacheError BK1002 where neither is given, and for a word that means nothing; BK5056 where this run must not write.
 */
export async function removeLayers(host: Host, request: RemoveRequest): Promise<RemovedLayers> {
  const { names, scope, cache, dryRun, confirm } = request;
  if (names.length === 0 && scope === undefined) {
    throw new BkcacheError({
      code: "BK1002",
      message: "neither a target nor a scope is named",
      hint: "run `bkcache layers rm TARGET...`, or `bkcache layers rm --scope SCOPE`",
    });
  }
  const onLevel = (level: LevelInForce | null) => {
    if (dryRun) return;
    requireWrite(host, { cache, level }, "delete");
    requireAgreement(confirm, "caches");
  };
  const run = async (isDry: boolean): Promise<RemovedLayers> => {
    const removed = await forEachPlace(
      host,
      { ...request, onLevel },
      async ({ backend, layers, store }, plan): Promise<RemovedPlace> => {
        const { caches, unreadable } = await layers.list();
        const all = [...caches, ...Object.entries(unreadable).map(([key, name]) => ({ key, name }))];
        const isOfProject = (name: string) => names.length > 0 || describeName(plan, name).project === plan.project;
        const meant = all.filter(({ name }) => isOfProject(name) && isMeant(plan, name, request));
        if (!isDry) {
          await layers.remove(meant.map(({ key }) => key));
          await removeRecords(store, meant, host.signal);
        }
        return {
          backend,
          place: layers.place,
          caches: meant.map(({ key, name }) => nameCache(plan, { key, name })),
        };
      },
    );
    const known = removed.places.flatMap(({ caches }) => caches.flatMap(({ name }) => wordsFor(removed.plan, name)));
    if (removed.silent.length === 0) requireKnown(names, [...known, ...Object.keys(removed.plan.targets)]);
    return { ...removed, isDone: !isDry };
  };
  // Nothing goes before every word is known to mean something.
  const preview = await run(true);
  if (dryRun) return preview;
  const isEmpty = preview.places.every(({ caches }) => caches.length === 0);
  return isEmpty || typeof confirm !== "function" || (await confirm(preview)) ? run(false) : preview;
}
