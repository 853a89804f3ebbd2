import { suggest } from "../../diagnostics/nearest.ts";
import { BkcacheError } from "../../diagnostics/error.ts";
import type { Host } from "../../host/host.ts";
import { exportSnapshot } from "../../mounts/export.ts";
import { listSnapshots } from "../../mounts/inventory.ts";
import type { SnapshotRef } from "../../mounts/keys.ts";
import { loadSnapshot } from "../../mounts/load.ts";
import { isNamed, labelMounts } from "../../carry/labels.ts";
import { withMountStore } from "../../carry/open-store.ts";

export interface ExportRequest {
  readonly config: string | undefined;
  /** Value of --level. */
  readonly level?: string | undefined;
  /** Name, id or whole name in the store. */
  readonly word: string;
  readonly scope: string | undefined;
  readonly key: string | undefined;
}

export interface ExportedSnapshot extends SnapshotRef {
  /** For people. */
  readonly name: string;
  readonly files: number;
  /** Bytes of all files. */
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly savedAt: number;
}

/**
 * Hands the newest snapshot that fits to `write`, as a tar archive. An archive that breaks off throws within `write`.
 * @throws BkcacheError BK5058 where there is none; BK1002 where the word means several mounts; BK5031 for damage.
 */
export async function exportMount(
  host: Host,
  { word, scope, key, ...request }: ExportRequest,
  write: (archive: AsyncIterable<Buffer>) => Promise<void>,
): Promise<ExportedSnapshot> {
  return withMountStore(host, request, async ({ store, plan }) => {
    const { signal } = host;
    const { items } = await listSnapshots({ store, signal, ...(scope !== undefined && { scope }) });
    const fitting = items.filter((item) => key === undefined || item.key === key);
    const mine = fitting.filter(({ mount }) => isNamed(plan, mount, word));
    const mounts = [...new Set(mine.map(({ mount }) => mount))];
    if (mounts.length > 1) throw ambiguous(word, mounts);
    // The newest stands first.
    const [newest] = mine;
    const loaded = newest === undefined ? null : await loadSnapshot(store, newest.objectKey, { signal });
    if (newest === undefined || loaded === null) {
      const labels = labelMounts(
        plan,
        fitting.map(({ mount }) => mount),
      );
      throw missing({ word, scope, key }, [...labels.values()]);
    }
    await write(exportSnapshot(loaded.snapshot, { store, signal }));
    const { mount, files, bytes, savedAt } = newest;
    const name = labelMounts(plan, mounts).get(mount) ?? word;
    return { name, mount, scope: newest.scope, key: newest.key, files, bytes, savedAt };
  });
}

function ambiguous(word: string, mounts: readonly string[]): BkcacheError {
  return new BkcacheError({
    code: "BK1002",
    message: `${word} stands for ${mounts.length} mounts`,
    hint: `give the whole name of one: ${mounts.map((mount) => `"${mount}"`).join(", ")}`,
  });
}

function missing(
  { word, scope, key }: Pick<ExportRequest, "word" | "scope" | "key">,
  known: readonly string[],
): BkcacheError {
  const where = [
    ...(scope === undefined ? [] : [`in the scope ${scope}`]),
    ...(key === undefined ? [] : [`with the key ${key}`]),
  ];
  const guess = suggest(word, known);
  return new BkcacheError({
    code: "BK5058",
    message: [`there is no snapshot of ${word}`, ...where].join(" "),
    hint: guess === undefined ? "`bkcache mounts ls --remote` lists what there is" : `did you mean ${guess}?`,
  });
}
