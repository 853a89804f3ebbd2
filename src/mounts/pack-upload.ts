import type { ObjectStore } from "../store/object-store.ts";
import { packKey } from "./keys.ts";
import { createLimit } from "../host/limit.ts";
import { type Pack, sealPack } from "./pack.ts";

/** Packs on their way to the store. What fails is thrown by the next `room` or by `finish`. */
export interface PackUploader {
  add(pack: number, raw: Buffer): void;
  /** Resolves when another pack may be added without too much memory in use; nothing where it may at once. */
  room(): Promise<void> | undefined;
  /** Resolves when it is known what all packs will be, by their numbers: they are still on their way. */
  seal(): Promise<readonly Pack[]>;
  /** Resolves when all are stored. */
  finish(): Promise<void>;
}

export interface PackUploaderOptions {
  readonly store: ObjectStore;
  readonly signal?: AbortSignal;
  /** Days since the epoch. */
  readonly today: number;
  /** Ids of packs that lie in the store with other contents, or too few. */
  readonly damaged: ReadonlySet<string>;
  readonly onStored?: (bytes: number) => void;
  /** The buffer of a pack is not needed any more. */
  readonly onSealed?: (raw: Buffer) => void;
}

const compressedAtOnce = 2;
const uploadedAtOnce = 6;

export function createPackUploader({
  store,
  signal,
  today,
  damaged,
  onStored,
  onSealed,
}: PackUploaderOptions): PackUploader {
  const compressing = createLimit(compressedAtOnce);
  const uploading = createLimit(uploadedAtOnce);
  const packs: Pack[] = [];
  const running = new Set<Promise<void>>();
  const sealing: Promise<void>[] = [];
  let failure: { readonly error: unknown } | null = null;

  const check = (): void => {
    if (failure !== null) throw failure.error;
    signal?.throwIfAborted();
  };

  /** One that lies there unused may be about to be swept, or is gone since the answer that it exists. */
  const isUsable = async ({ id, storedBytes }: Omit<Pack, "day">): Promise<boolean> => {
    const object = await store.stat(packKey(id), signal && { signal });
    return object?.size === storedBytes && store.touch(packKey(id), signal && { signal });
  };

  const seal = async (number: number, raw: Buffer) => {
    const { bytes, ...pack } = await compressing(() => sealPack(raw));
    onSealed?.(raw);
    packs[number] = { ...pack, day: today };
    return { bytes, pack };
  };

  const carry = async (sealed: ReturnType<typeof seal>): Promise<void> => {
    const { bytes, pack } = await sealed;
    await uploading(async () => {
      check();
      const onlyIfAbsent = !damaged.has(pack.id);
      const options = { onlyIfAbsent, sha256: pack.id, ...(signal && { signal }) };
      const answer = await store.put(packKey(pack.id), bytes, options);
      const isThere = answer === "exists" && (await isUsable(pack));
      if (answer === "exists" && !isThere) {
        await store.put(packKey(pack.id), bytes, { ...options, onlyIfAbsent: false });
      }
      onStored?.(isThere ? 0 : bytes.length);
    });
  };

  const hasRoom = () => running.size < compressedAtOnce + uploadedAtOnce;
  const makeRoom = async (): Promise<void> => {
    while (!hasRoom()) await Promise.race(running);
    check();
  };

  return {
    add(number, raw) {
      const sealed = seal(number, raw);
      // Without what it resolves to: the bytes are to go as soon as they are stored.
      const isSealed = sealed.then(() => {});
      isSealed.catch(() => {});
      sealing.push(isSealed);
      const task = carry(sealed)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => running.delete(task));
      running.add(task);
    },
    room() {
      check();
      return hasRoom() ? undefined : makeRoom();
    },
    async seal() {
      await Promise.all(sealing);
      check();
      return packs;
    },
    async finish() {
      await Promise.all(running);
      check();
    },
  };
}
