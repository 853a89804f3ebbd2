import type { Host } from "../../host/host.ts";
import { readManifestKey, type SnapshotRef } from "../../mounts/keys.ts";
import { type PruneResult, pruneStore } from "../../mounts/prune.ts";
import type { LevelInForce } from "../../cache/level.ts";
import { requireWrite } from "../../cache/use.ts";
import type { Plan } from "../../bake/model.ts";
import { labelMounts } from "../../carry/labels.ts";
import { withMountStore } from "../../carry/open-store.ts";
import { readStoreId } from "../../carry/store-id.ts";
import { type Confirm, requireAgreement } from "../../upkeep/agreement.ts";
import { graceFor, type KeepRules, rulesFor } from "../../upkeep/retention.ts";

export interface PruneRequest {
  readonly config: string | undefined;
  /** Value of --level. */
  readonly level?: string | undefined;
  /** Value of --cache. */
  readonly cache: string | undefined;
  /** Null for what the config says, else the usual. */
  readonly keep: KeepRules | null;
  /** Milliseconds; null as for `keep`. */
  readonly grace: number | null;
  readonly dryRun: boolean;
  /** Whether snapshots of other projects below the prefix go by the rules too. */
  readonly all: boolean;
  readonly confirm: Confirm<PrunedMounts>;
}

/** A snapshot that was deleted. Names are null where they are too long to stand in the key. */
export interface PrunedSnapshot {
  readonly objectKey: string;
  /** For people. */
  readonly name: string;
  readonly ref: SnapshotRef | null;
}

export interface PrunedMounts {
  /** For people: where. */
  readonly place: string;
  /** Whose snapshots the rules apply to; null for those of all. */
  readonly project: string | null;
  /** False where somebody was asked and said no: it is what would have been done. */
  readonly isDone: boolean;
  /** Milliseconds. */
  readonly grace: number;
  readonly snapshots: readonly PrunedSnapshot[];
  readonly result: PruneResult;
}

/**
 * Deletes snapshots by the rules.
 * @throws BkcacheError BK5056 where this run must not write; BK1002 where nobody has agreed to it, nor can be asked.
 */
export async function pruneMounts(host: Host, request: PruneRequest): Promise<PrunedMounts> {
  const { cache, dryRun, all, confirm } = request;
  const onLevel = (level: LevelInForce | null) => {
    if (!dryRun) requireWrite(host, { cache, level }, "delete");
  };
  return withMountStore(host, { ...request, onLevel }, async ({ store, plan }) => {
    if (!dryRun) requireAgreement(confirm, "snapshots");
    const keep = rulesFor(plan, "mounts", request.keep);
    const grace = graceFor(plan, request.grace);
    const applies = (mount: string) => all || readStoreId(mount)?.project === plan.project;
    const run = async (isDry: boolean): Promise<PrunedMounts> => {
      const { signal } = host;
      const result = await pruneStore({ store, keep, applies, grace, dryRun: isDry, now: host.now(), signal });
      return {
        place: store.place,
        project: all ? null : plan.project,
        isDone: !isDry,
        grace,
        snapshots: nameSnapshots(plan, result.snapshots),
        result,
      };
    };
    if (dryRun || typeof confirm !== "function") return run(dryRun);
    const preview = await run(true);
    return (await confirm(preview)) ? run(false) : preview;
  });
}

function nameSnapshots(plan: Plan, objectKeys: readonly string[]): readonly PrunedSnapshot[] {
  const refs = objectKeys.map(readManifestKey);
  const labels = labelMounts(
    plan,
    refs.flatMap((ref) => (ref === null ? [] : [ref.mount])),
  );
  return objectKeys.map((objectKey, index) => {
    const ref = refs[index] ?? null;
    return { objectKey, ref, name: ref === null ? objectKey : (labels.get(ref.mount) ?? ref.mount) };
  });
}
