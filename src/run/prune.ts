import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { openMountSource } from "../carry/source.ts";
import { requireWrite } from "../cache/use.ts";
import { type Confirm, requireAgreement } from "../upkeep/agreement.ts";
import { listedBackends } from "../upkeep/layer-places.ts";
import { pruneLayerCaches, type PrunedLayers } from "./layers/prune.ts";
import { pruneMounts, type PrunedMounts } from "./mounts/prune.ts";
import { isPruned } from "../upkeep/retention.ts";

export interface PruneAllRequest {
  readonly config: string | undefined;
  /** Value of --level. */
  readonly level?: string | undefined;
  /** Value of --cache. */
  readonly cache: string | undefined;
  readonly dryRun: boolean;
  /** Whether what is of other projects below the prefix goes by the rules too. */
  readonly all: boolean;
  readonly confirm: Confirm<PrunedAll>;
}

export interface PrunedAll {
  readonly project: string;
  /** False where it is what would be done. */
  readonly isDone: boolean;
  /** Null for what the config leaves alone, and where no backend holds it. */
  readonly layers: PrunedLayers | null;
  readonly mounts: PrunedMounts | null;
  /** Why one of the two was not pruned. */
  readonly failures: readonly Diagnostic[];
}

/**
 * Deletes layer caches and snapshots of mounts by the config's `retention`. Where one of the two fails the other goes on.
 * @throws BkcacheError BK5056 where this run must not write; BK1002 where nobody has agreed to it, nor can be asked.
 */
export async function pruneAll(host: Host, request: PruneAllRequest): Promise<PrunedAll> {
  const { cache, dryRun, confirm } = request;
  const { plan, level } = await openMountSource(host, request);
  if (!dryRun) {
    requireWrite(host, { cache, level }, "delete");
    requireAgreement(confirm, "caches");
  }
  const run = async (isDry: boolean): Promise<PrunedAll> => {
    const failures: Diagnostic[] = [];
    const attempt = async <T>(isWanted: boolean, work: () => Promise<T>): Promise<T | null> => {
      if (!isWanted) return null;
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof BkcacheError)) throw error;
        failures.push(...error.findings);
        return null;
      }
    };
    const asked = { ...request, backends: [], keep: null, grace: null, dryRun: isDry, confirm: null };
    const layers = await attempt(isPruned(plan, "layers") && listedBackends(plan).length > 0, () =>
      pruneLayerCaches(host, asked),
    );
    const isCarried = plan.mountBackend !== null;
    const mounts = await attempt(isPruned(plan, "mounts") && isCarried, () => pruneMounts(host, asked));
    return { project: plan.project, isDone: !isDry, layers, mounts, failures: withoutRepeats(failures, layers) };
  };
  if (dryRun || typeof confirm !== "function") return run(dryRun);
  const preview = await run(true);
  return (await confirm(preview)) ? run(false) : preview;
}

/** A backend that holds layers and mounts fails for both, and is said once. */
function withoutRepeats(failures: readonly Diagnostic[], layers: PrunedLayers | null): readonly Diagnostic[] {
  const said = new Set((layers?.silent ?? []).flatMap(({ findings }) => findings.map(({ message }) => message)));
  return failures.filter(({ message }) => said.size < said.add(message).size);
}
