import { BkcacheError } from "../diagnostics/error.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { type Pace, realPace, sweepAnswerMs, sweepWindowMs } from "../store/sweep.ts";
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
  readonly pace?: Pace;
}

/** Age in ms from which a pack that lies in the store may be about to be swept: no grace is meant to be shorter. */
const adoptedAge = 3_600_000;

const compressedAtOnce = 2;
const uploadedAtOnce = 6;

export function createPackUploader({
  store,
  signal,
  today,
  damaged,
  onStored,
  onSealed,
  pace = realPace,
}: PackUploaderOptions): PackUploader {
  const compressing = createLimit(compressedAtOnce);
  const uploading = createLimit(uploadedAtOnce);
  const packs: Pack[] = [];
  const running = new Set<Promise<void>>();
  const sealing: Promise<void>[] = [];
  const withSignal = signal && { signal };
  const adopted: { readonly key: string; readonly at: number }[] = [];
  let failure: { readonly error: unknown } | null = null;

  const check = (): void => {
    if (failure !== null) throw failure.error;
    signal?.throwIfAborted();
  };

  /** One that lies there unused may be about to be swept, or is gone since the answer that it exists. */
  const isUsable = async ({ id, storedBytes }: Omit<Pack, "day">): Promise<boolean> => {
    const key = packKey(id);
    const before = await store.stat(key, withSignal);
    if (before?.size !== storedBytes || !(await store.touch(key, withSignal))) return false;
    const after = await store.stat(key, withSignal);
    if (after === null) return false;
    if (after.modifiedAt - before.modifiedAt > adoptedAge) adopted.push({ key, at: pace.now() });
    return true;
  };

  /** Who had looked at such a pack before it was made young has deleted it by now, or leaves it alone. */
  const confirmAdopted = async (): Promise<void> => {
    for (const { key, at } of adopted) {
      const rest = at + sweepWindowMs + sweepAnswerMs - pace.now();
      if (rest > 0) await pace.wait(rest, signal);
      if ((await store.stat(key, withSignal)) !== null) continue;
      throw new BkcacheError({
        code: "BK5031",
        message: `${store.place}${key}, a pack that was there, is missing`,
        hint: "it was deleted while the snapshot was written; the save begins again",
      });
    }
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
      const options = { onlyIfAbsent, sha256: pack.id, ...withSignal };
      const answer = await store.put(packKey(pack.id), bytes, options);
      const isThere = answer === "exists" && (await isUsable(pack));
      if (answer === "exists" && !isThere) {
        await store.put(packKey(pack.id), bytes, { ...options, onlyIfAbsent: false });
      }
      onStored?.(isThere ? 0 : bytes.length);
    });
  };

  const hasRoom = () => running.size < compressedAtOnce + uploadedAtOnce;
  // No queue: whoever reads is held back before there is another pack in memory, which a limit would take in at once.
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
      await confirmAdopted();
    },
  };
}
