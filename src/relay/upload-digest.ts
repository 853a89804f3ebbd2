import { createHash } from "node:crypto";
import { type AddedPart, createOrderedParts } from "./ordered-parts.ts";
import type { Spool } from "./spool.ts";
import type { Tier } from "./tier.ts";
import type { TierFile } from "./tier-files.ts";

/** The digest of a blob whose parts come in any order, which the tier gets on the way. */
export interface UploadDigest {
  /** Each number once; the bytes may change once the call is done. */
  add(number: number, part: AddedPart): Promise<void>;
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
  const hash = createHash("sha256");
  let file: TierFile | null | undefined;
  const giveUp = async (): Promise<void> => {
    const failed = file;
    file = null;
    await failed?.abort().catch(() => {});
  };
  const parts = createOrderedParts(spool, async (bytes) => {
    if (file === undefined) file = (await tier?.write(hex)) ?? null;
    hash.update(bytes);
    try {
      await file?.write(bytes);
    } catch {
      await giveUp();
    }
  });
  return {
    add: (number, part) => parts.add(number, part),
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
