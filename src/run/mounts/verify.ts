import type { Host } from "../../host/host.ts";
import type { SnapshotRef } from "../../mounts/keys.ts";
import { verifySnapshots } from "../../mounts/verify.ts";
import type { Diagnostic } from "../../diagnostics/error.ts";
import { isNamed, labelMounts } from "../../carry/labels.ts";
import { withMountStore } from "../../carry/open-store.ts";

export interface VerifyRequest {
  readonly config: string | undefined;
  /** Value of --level. */
  readonly level?: string | undefined;
  /** Names or ids of mounts; all where there are none. */
  readonly names: readonly string[];
}

/** A snapshot that cannot be restored. */
export interface BrokenSnapshot {
  readonly objectKey: string;
  /** For people. */
  readonly name: string;
  /** Null where nobody can tell any more whose it was. */
  readonly ref: SnapshotRef | null;
  readonly finding: Diagnostic;
}

export interface VerifiedMounts {
  /** For people: where. */
  readonly place: string;
  readonly snapshots: number;
  readonly broken: readonly BrokenSnapshot[];
  readonly packs: number;
  /** Bytes that were read. */
  readonly bytes: number;
}

/** Reads all packs of the snapshots, and says which of these cannot be restored. */
export async function verifyMounts(host: Host, { names, ...request }: VerifyRequest): Promise<VerifiedMounts> {
  return withMountStore(host, request, async ({ store, plan }) => {
    const isWanted = ({ mount }: SnapshotRef) => names.length === 0 || names.some((name) => isNamed(plan, mount, name));
    const { sound, broken, packs, bytes } = await verifySnapshots({
      store,
      isWanted,
      signal: host.signal,
      onProgress: ({ packs: done, totalPacks }) => host.live([`verifying: ${done} of ${totalPacks} packs`]),
    });
    host.live([]);
    const labels = labelMounts(
      plan,
      broken.flatMap(({ ref }) => (ref === null ? [] : [ref.mount])),
    );
    return {
      place: store.place,
      snapshots: sound + broken.length,
      broken: broken.map(({ objectKey, ref, finding }) => ({
        objectKey,
        ref,
        finding,
        name: ref === null ? objectKey : (labels.get(ref.mount) ?? ref.mount),
      })),
      packs,
      bytes,
    };
  });
}
