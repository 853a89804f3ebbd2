import { readFile, unlink } from "node:fs/promises";
import { orNull, placeFile, writeFlushed } from "./fs-files.ts";
import type { Upload } from "./object-store.ts";
import { createParts } from "./parts.ts";
import { checkDigest } from "./refusals.ts";

export interface FsUploadOptions {
  /** Name of the backend in the config. */
  readonly backend: string;
  readonly key: string;
  /** Of the object. */
  readonly path: string;
  /** What the names of the parts begin with. */
  readonly temporary: string;
  readonly onlyIfAbsent: boolean;
  readonly signal: AbortSignal | undefined;
  /** Says failures of the file system for people. */
  readonly guard: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Parts as files of their own, since nobody says how long the ones before will be. */
export function beginFsUpload(options: FsUploadOptions): Upload {
  const { backend, key, path, temporary, onlyIfAbsent, signal, guard } = options;
  const parts = createParts<string>(key);
  const files = new Set<string>();
  const writing = new Set<Promise<unknown>>();
  let written = 0;
  const removeAll = async (): Promise<void> => {
    parts.end();
    await Promise.allSettled(writing);
    for (const file of files) await orNull(unlink(file)).catch(() => {});
  };
  return {
    async part(number, body, { sha256, isChecked = false } = {}) {
      parts.check(number);
      if (!isChecked) checkDigest(backend, key, body, sha256);
      written += 1;
      const file = `${temporary}-${written}`;
      files.add(file);
      const work = guard(() => writeFlushed(file, [body], signal));
      writing.add(work);
      await work.finally(() => writing.delete(work));
      parts.set(number, file);
    },
    async complete() {
      const ordered = parts.inOrder();
      const joined = `${temporary}-object`;
      files.add(joined);
      const result = await guard(async () => {
        await writeFlushed(joined, readAll(ordered), signal);
        signal?.throwIfAborted();
        return placeFile(joined, path, onlyIfAbsent);
      });
      await removeAll();
      return result;
    },
    abort: async () => {
      if (!parts.hasEnded) await removeAll();
    },
  };
}

async function* readAll(files: readonly string[]): AsyncGenerator<Buffer, void, undefined> {
  for (const file of files) yield await readFile(file);
}
