import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { ObjectInfo, ObjectStore } from "./object-store.ts";

/*
 * What it takes to delete objects that nobody uses while others write: the store's own clock, and little time between the last
 * reading of an object's age and the request that deletes it.
 */

/** Longest time in ms between the last reading of an object that nobody uses and the request that deletes it. */
export const sweepWindowMs = 5_000;
/** Time in ms after which such a request has been answered, or never will be. */
export const sweepAnswerMs = 5_000;
/** How long an object must have been unused before it goes, in ms, unless something else is asked for. */
export const defaultGrace = 24 * 3_600_000;

/** How time passes for what waits and measures. */
export interface Pace {
  /** Milliseconds since any moment. */
  now(): number;
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

export const realPace: Pace = {
  now: () => performance.now(),
  wait: async (ms, signal) => sleep(ms, undefined, signal && { signal }),
};

/** Objects swept at once. */
const atOnce = 16;

export interface SweepOptions {
  readonly store: ObjectStore;
  /** Whether an object as it is now may still go; `was` is how it was listed. */
  readonly isDue: (object: ObjectInfo, was: ObjectInfo) => boolean;
  readonly onDeleted: (object: ObjectInfo) => void;
  readonly pace?: Pace;
  readonly signal?: AbortSignal;
}

/**
 * Deletes those that are due still: a writer makes an object young that it finds and uses. Each is read right before it is
 * deleted, and left for a later run where that took too long.
 */
export async function sweep(
  objects: Iterable<ObjectInfo>,
  { store, isDue, onDeleted, pace = realPace, signal }: SweepOptions,
): Promise<void> {
  const withSignal = signal && { signal };
  const sweepOne = async (object: ObjectInfo): Promise<void> => {
    const begun = pace.now();
    const found = await store.stat(object.key, withSignal);
    if (found === null || pace.now() - begun > sweepWindowMs || !isDue(found, object)) return;
    await store.delete([object.key], withSignal);
    onDeleted(found);
  };
  // One iterator for all workers: of a million objects no more than these are promises. The first failure ends it for all.
  const failing = new AbortController();
  const left = untilAborted(objects, failing.signal);
  const work = async (): Promise<void> => {
    try {
      for (const object of left) await sweepOne(object);
    } catch (error) {
      failing.abort();
      throw error;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

function* untilAborted<T>(items: Iterable<T>, signal: AbortSignal): Generator<T, void> {
  for (const item of items) {
    if (signal.aborted) return;
    yield item;
  }
}

/** Whether it was not written in between. Some stores tell seconds in one answer and milliseconds in another. */
export function isUnchanged(object: ObjectInfo, was: Pick<ObjectInfo, "modifiedAt">): boolean {
  return Math.floor(object.modifiedAt / 1_000) === Math.floor(was.modifiedAt / 1_000);
}

/** What time it is by the store's clock, in ms since the epoch: the ages of its objects are by no other. */
export async function readStoreClock(store: ObjectStore, prefix: string, signal?: AbortSignal): Promise<number | null> {
  const withSignal = signal && { signal };
  const key = makeNoteKey(prefix);
  await store.put(key, Buffer.from("{}"), withSignal);
  const object = await store.stat(key, withSignal);
  await store.delete([key], withSignal);
  return object?.modifiedAt ?? null;
}

/** A new key for a note; its object's age is the time of the note. */
export function makeNoteKey(prefix: string): string {
  return `${prefix}${Date.now()}-${randomBytes(4).toString("hex")}`;
}
