import { giveBack } from "../store/chunks.ts";
import type { Spool } from "./spool.ts";

export interface OrderedParts {
  /** Whether all parts before this one have been given on, and no other has. */
  isNext(number: number): boolean;
  /** Gives a part on in its turn, and until then puts it on the disk, or keeps it. Each number once; its bytes may change once the call is done. */
  add(number: number, part: AddedPart): Promise<void>;
  /** Waits until so many parts have been given on, all that were added. @throws what giving them on has thrown */
  finish(count: number): Promise<void>;
  /** Removes what waits; nothing is given on any more. */
  discard(): Promise<void>;
}

export interface AddedPart {
  readonly bytes: Uint8Array;
  /** Asked, at once, where its turn is not come: whether the bytes may stay in memory for as long as that takes. */
  readonly keep: () => boolean;
}

interface Waiting {
  readonly read: () => Promise<Uint8Array>;
  readonly remove: () => Promise<void>;
}

/** Puts parts that come in any order, numbered from 1, into their order: a digest is computed from the first byte to the last. */
export function createOrderedParts(
  spool: Spool,
  pass: (bytes: Uint8Array, number: number) => Promise<void>,
): OrderedParts {
  const waiting = new Map<number, Waiting>();
  /** All parts up to this one have their turn. */
  let queued = 0;
  let passed = 0;
  let turn: Promise<void> = Promise.resolve();
  let failure: { readonly error: unknown } | undefined;
  let isDiscarded = false;

  const queue = (load: () => Promise<Uint8Array>, release: () => Promise<void>): Promise<void> => {
    queued += 1;
    const number = queued;
    turn = turn.then(async () => {
      try {
        if (isDiscarded || failure !== undefined) return;
        const bytes = await load();
        await pass(bytes, number);
        giveBack(bytes);
        passed += 1;
      } catch (error) {
        failure = { error };
      } finally {
        await release();
      }
    });
    return turn;
  };
  const queueWaiting = (): void => {
    for (let found = waiting.get(queued + 1); found !== undefined; found = waiting.get(queued + 1)) {
      waiting.delete(queued + 1);
      const { read, remove } = found;
      void queue(read, remove);
    }
  };
  return {
    isNext: (number) => number === queued + 1 && passed === queued,
    async add(number, { bytes, keep }) {
      if (number === queued + 1) {
        const done = queue(
          async () => bytes,
          async () => {},
        );
        queueWaiting();
        return done;
      }
      if (isDiscarded) return;
      if (keep())
        return new Promise(
          (resolve) => void waiting.set(number, { read: async () => bytes, remove: async () => resolve() }),
        );
      const spooled = await spool.write(bytes);
      if (isDiscarded) return spooled.remove();
      waiting.set(number, spooled);
      // Its turn may have come while it was written.
      queueWaiting();
    },
    async finish(count) {
      await turn;
      if (failure !== undefined) throw failure.error;
      if (passed !== count) throw new Error(`${passed} parts have been given on, not ${count}`);
    },
    async discard() {
      isDiscarded = true;
      await turn;
      await Promise.all([...waiting.values()].map((each) => each.remove()));
      waiting.clear();
    },
  };
}
