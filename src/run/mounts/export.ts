import { suggest } from "../../diagnostics/nearest.ts";
import { BkcacheError } from "../../diagnostics/error.ts";
import type { Host } from "../../host/host.ts";
import { exportSnapshot } from "../../mounts/export.ts";
import { readManifests } from "../../mounts/inventory.ts";
import type { SnapshotRef } from "../../mounts/keys.ts";
import { totalsOf } from "../../mounts/snapshot.ts";
import { isNamed, labelMounts } from "../../carry/labels.ts";
import { withMountStore } from "../../carry/open-store.ts";

export interface ExportRequest {
  readonly config: string | undefined;
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
  { config, word, scope, key }: ExportRequest,
  write: (archive: AsyncIterable<Buffer>) => Promise<void>,
): Promise<ExportedSnapshot> {
  return withMountStore(host, config, async ({ store, plan }) => {
    const { signal } = host;
    const { manifests } = await readManifests({ store, signal, ...(scope !== undefined && { scope }) });
    const fitting = manifests.filter(({ loaded: { snapshot } }) => key === undefined || snapshot.key === key);
    const mine = fitting.filter(({ loaded }) => isNamed(plan, loaded.snapshot.mount, word));
    const mounts = [...new Set(mine.map(({ loaded }) => loaded.snapshot.mount))];
    if (mounts.length > 1) throw ambiguous(word, mounts);
    const [newest] = mine.sort((a, b) => b.object.modifiedAt - a.object.modifiedAt);
    if (newest === undefined) {
      const labels = labelMounts(
        plan,
        fitting.map(({ loaded }) => loaded.snapshot.mount),
      );
      throw missing({ word, scope, key }, [...labels.values()]);
    }
    const { snapshot } = newest.loaded;
    await write(exportSnapshot(snapshot, { store, signal }));
    const { files, bytes } = totalsOf(snapshot);
    const name = labelMounts(plan, mounts).get(snapshot.mount) ?? word;
    const { mount, scope: found, key: foundKey } = snapshot;
    return { name, mount, scope: found, key: foundKey, files, bytes, savedAt: newest.object.modifiedAt };
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
