import { createHash, type Hash } from "node:crypto";
import { type AddedPart, createOrderedParts } from "./ordered-parts.ts";
import type { Spool } from "./spool.ts";
import type { Tier } from "./tier.ts";
import type { TierFile } from "./tier-files.ts";

/** The digest of a blob whose parts come in any order, which the tier gets on the way. */
export interface UploadDigest {
  /**
   * What has come of a part that is being received is digested while it is in the processor's cache, where its turn has come;
   * whoever does so hands it to `add`. Null where its turn is not come.
   */
  begin(number: number): Hash | null;
  /** Each number once; the bytes may change once the call is done. @param digested from `begin`, with all bytes of the part */
  add(number: number, part: AddedPart, digested: Hash | null): Promise<void>;
  /** SHA-256 in hex of so many parts, all that were added. */
  finish(count: number): Promise<string>;
  /** Leaves the blob in the tier. */
  keep(): Promise<void>;
  /** Removes what was written; harmless after `keep`. */
  discard(): Promise<void>;
}

export interface UploadDigestOptions {
  readonly hex: string;
  readonly spool: Spool;
  readonly tier: Tier | null;
}

export function createUploadDigest({ hex, spool, tier }: UploadDigestOptions): UploadDigest {
  let hash = createHash("sha256");
  const begun = new Map<number, Hash>();
  let file: TierFile | null | undefined;
  const giveUp = async (): Promise<void> => {
    const failed = file;
    file = null;
    await failed?.abort().catch(() => {});
  };
  const parts = createOrderedParts(spool, async (bytes, number) => {
    if (file === undefined) file = (await tier?.write(hex)) ?? null;
    hash = begun.get(number) ?? hash.update(bytes);
    begun.delete(number);
    try {
      await file?.write(bytes);
    } catch {
      await giveUp();
    }
  });
  return {
    begin: (number) => (parts.isNext(number) ? hash.copy() : null),
    add(number, part, digested) {
      if (digested !== null) begun.set(number, digested);
      return parts.add(number, part);
    },
    async finish(count) {
      await parts.finish(count);
      return hash.digest("hex");
    },
    async keep() {
      const complete = file;
      file = null;
      await complete?.commit().catch(() => {});
    },
    async discard() {
      await parts.discard();
      await giveUp();
    },
  };
}
