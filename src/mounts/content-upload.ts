import type { SaveOptions } from "./save-options.ts";
import { noDamage } from "./damage.ts";
import type { Pack } from "./pack.ts";
import { createPackBuilder, type PackBuilder } from "./pack-builder.ts";
import { createPackUploader } from "./pack-upload.ts";

/** Contents on their way from the mount to the store. */
export interface ContentUpload {
  /**
   * What contents are written to, to be called once.
   * @param known blobs that need not be stored again: index by digest
   * @param totalBytes bytes that will be read; 0 where that is not known
   */
  begin(known: ReadonlyMap<string, number>, totalBytes: number): PackBuilder;
  /** Resolves when more may be read; nothing where it may at once. */
  room(): Promise<void> | undefined;
  onRead(bytes: number): void;
  /** Resolves when it is known what all packs will be: they are still on their way. */
  seal(): Promise<readonly Pack[]>;
  /** Resolves when all are stored. */
  finish(): Promise<void>;
  /** Bytes so far: read from the mount, and gone up. */
  readonly counts: { readonly readBytes: number; readonly contentBytes: number };
}

const dayMs = 86_400_000;

/** Days since the epoch. */
export function dayOf(now: number): number {
  return Math.floor(now / dayMs);
}

export function openContentUpload({ store, damage = noDamage, signal, now, onProgress }: SaveOptions): ContentUpload {
  const counts = { readBytes: 0, contentBytes: 0 };
  let total = 0;
  let builder: PackBuilder | null = null;
  const tell = (phase: "read" | "finish"): void => {
    const { readBytes: bytes, contentBytes: storedBytes } = counts;
    onProgress?.({ phase, bytes, totalBytes: total, storedBytes });
  };
  const uploader = createPackUploader({
    store,
    today: dayOf(now),
    damaged: damage.packs,
    ...(signal && { signal }),
    onStored(bytes) {
      counts.contentBytes += bytes;
      tell("read");
    },
    onSealed: (raw) => builder?.recycle(raw),
  });
  return {
    counts,
    begin(known, totalBytes) {
      total = totalBytes;
      builder = createPackBuilder({ known, onPack: (pack, raw) => uploader.add(pack, raw) });
      return builder;
    },
    room: () => uploader.room(),
    onRead(bytes) {
      counts.readBytes += bytes;
      tell("read");
    },
    seal() {
      builder?.finish();
      return uploader.seal();
    },
    async finish() {
      await uploader.finish();
      tell("finish");
    },
  };
}
