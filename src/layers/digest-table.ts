import { randomBytes } from "node:crypto";

/*
 * Digests of blobs by number. A bucket may hold a million, and a million strings are ten times the memory.
 */

const digestBytes = 32;
/** Digests of one block of memory, so that growing copies none of them. */
const perBlock = 65_536;

export interface DigestTable {
  /** Digests in it; they are numbered from 0 in the order in which they came. */
  readonly size: number;
  /** The number of the digest, which is put into the table where it is not yet there. */
  add(digest: Buffer): number;
  /** -1 where it is not in the table. */
  find(digest: Buffer): number;
  at(number: number): Buffer;
}

export function createDigestTable(): DigestTable {
  const blocks: Buffer[] = [];
  let size = 0;
  /** Open addressing: 0 is empty, else the number plus one. */
  let slots = new Uint32Array(1_024);
  // Of this table alone: who writes manifests must not be able to choose digests that meet in one slot.
  const factors = Array.from({ length: digestBytes / 4 }, () => randomBytes(4).readUInt32LE(0) | 1);

  const at = (number: number): Buffer => {
    const start = (number % perBlock) * digestBytes;
    return (blocks[Math.floor(number / perBlock)] as Buffer).subarray(start, start + digestBytes);
  };
  /** The slot that holds the digest, or the empty one where it belongs. */
  const slotOf = (digest: Buffer): number => {
    const mask = slots.length - 1;
    let sum = 0;
    for (let word = 0; word < factors.length; word += 1)
      sum = (sum + Math.imul(digest.readInt32LE(word * 4), factors[word] as number)) | 0;
    let slot = (sum ^ (sum >>> 15)) & mask;
    for (;;) {
      const found = slots[slot] as number;
      if (found === 0 || at(found - 1).equals(digest)) return slot;
      slot = (slot + 1) & mask;
    }
  };
  const grow = (): void => {
    slots = new Uint32Array(slots.length * 2);
    for (let number = 0; number < size; number += 1) slots[slotOf(at(number))] = number + 1;
  };
  return {
    get size() {
      return size;
    },
    add(digest) {
      if (digest.length !== digestBytes) throw new Error(`a digest of ${digest.length} bytes`);
      const slot = slotOf(digest);
      const found = slots[slot] as number;
      if (found !== 0) return found - 1;
      if (size === blocks.length * perBlock) blocks.push(Buffer.allocUnsafeSlow(perBlock * digestBytes));
      digest.copy(blocks.at(-1) as Buffer, (size % perBlock) * digestBytes);
      size += 1;
      slots[slot] = size;
      if (size * 2 > slots.length) grow();
      return size - 1;
    },
    find: (digest) => (slots[slotOf(digest)] as number) - 1,
    at,
  };
}

/** Numbers side by side with those of a table, grown as they come. */
export interface NumberColumn {
  get(index: number): number;
  set(index: number, value: number): void;
}

/** @param missing what stands where nothing was set */
export function createColumn(missing: number): NumberColumn {
  const blocks: Float64Array[] = [];
  return {
    get: (index) => blocks[Math.floor(index / perBlock)]?.[index % perBlock] ?? missing,
    set(index, value) {
      const block = Math.floor(index / perBlock);
      while (blocks.length <= block) blocks.push(new Float64Array(perBlock).fill(missing));
      (blocks[block] as Float64Array)[index % perBlock] = value;
    },
  };
}

/** The 32 bytes of `sha256:<hex>`; null for another text. */
export function readDigest(text: string): Buffer | null {
  return /^sha256:[0-9a-f]{64}$/.test(text) ? Buffer.from(text.slice(7), "hex") : null;
}

export function showDigest(digest: Buffer): string {
  return `sha256:${digest.toString("hex")}`;
}
