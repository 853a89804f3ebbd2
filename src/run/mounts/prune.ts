import type { Host } from "../../host/host.ts";
import { readManifestKey, type SnapshotRef } from "../../mounts/keys.ts";
import { type PruneOptions, type PruneResult, pruneStore } from "../../mounts/prune.ts";
import { requireWrite } from "../../cache/use.ts";
import { labelMounts } from "../../carry/labels.ts";
import { withMountStore } from "../../carry/open-store.ts";

export interface PruneRequest extends Pick<PruneOptions, "keep"> {
  readonly config: string | undefined;
  /** Value of --cache. */
  readonly cache: string | undefined;
  /** Milliseconds. */
  readonly grace: number;
  readonly dryRun: boolean;
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
  readonly snapshots: readonly PrunedSnapshot[];
  readonly result: PruneResult;
}

/** What stays where the user says nothing else: newest snapshots of each mount in each scope. */
export const defaultKeepLast = 3;

/** Deletes snapshots by the rules. @throws BkcacheError BK5056 where this run must not write. */
export async function pruneMounts(host: Host, request: PruneRequest): Promise<PrunedMounts> {
  const { config, cache, keep, grace, dryRun } = request;
  if (!dryRun) requireWrite(host, cache, "delete");
  return withMountStore(host, config, async ({ store, plan }) => {
    const result = await pruneStore({ store, keep, grace, dryRun, now: host.now(), signal: host.signal });
    const refs = result.snapshots.map(readManifestKey);
    const labels = labelMounts(
      plan,
      refs.flatMap((ref) => (ref === null ? [] : [ref.mount])),
    );
    const snapshots = result.snapshots.map((objectKey, index) => {
      const ref = refs[index] ?? null;
      return { objectKey, ref, name: ref === null ? objectKey : (labels.get(ref.mount) ?? ref.mount) };
    });
    return { place: store.place, snapshots, result };
  });
}
