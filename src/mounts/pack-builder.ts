import { hash } from "node:crypto";
import { blobBytes, packBytes } from "./pack.ts";

/** A stretch of a new pack; `pack` counts the packs of this builder. */
export interface NewBlob {
  readonly pack: number;
  readonly offset: number;
  readonly length: number;
  readonly digest: string;
}

/** A blob of an earlier snapshot (by its index there) or one of this builder (by its index in `blobs`). */
export type BlobSource = { readonly known: number } | { readonly added: number };

export interface PackBuilder {
  /** A file begins. Files come one after the other. */
  begin(size: number): void;
  write(bytes: Buffer): void;
  /** The file is whole: where its content is. */
  end(): readonly BlobSource[];
  /** The file is not whole, and is forgotten. */
  abandon(): void;
  /** Hands on what is left. */
  finish(): void;
  /** Takes back the buffer of a pack that is done with: new ones make the garbage collector run. */
  recycle(raw: Buffer): void;
  readonly blobs: readonly NewBlob[];
}

export interface PackBuilderOptions {
  /** Blobs that need not be stored again: index by digest. */
  readonly known: ReadonlyMap<string, number>;
  /** A full pack. The buffer is the receiver's. */
  readonly onPack: (pack: number, raw: Buffer) => void;
}

interface OpenPack {
  readonly number: number;
  readonly buffer: Buffer;
  length: number;
}

/** Buffers that no builder has: mounts follow one after the other. */
const spare: ArrayBufferLike[] = [];
const maxSpare = 8;

/**
 * Sorts contents into packs: a blob that is known, here or in an earlier snapshot, is not stored again. A small file is
 * one blob and shares packs with others; one of more than `blobBytes` is cut, and has packs of its own, so that they
 * die as a whole. The same files in the same order make the same packs.
 */
export function createPackBuilder({ known, onPack }: PackBuilderOptions): PackBuilder {
  const blobs: NewBlob[] = [];
  const added = new Map<string, number>();
  let packs = 0;
  let shared: OpenPack | null = null;
  let own: OpenPack | null = null;
  let isLarge = false;
  let sources: BlobSource[] = [];
  /** Bytes of the open blob, which stand at the end of its pack. */
  let pending = 0;

  const open = (): OpenPack => {
    const memory = spare.pop();
    const buffer = memory === undefined ? Buffer.allocUnsafeSlow(packBytes) : Buffer.from(memory);
    return { number: packs++, buffer, length: 0 };
  };
  const close = (pack: OpenPack | null): null => {
    if (pack !== null && pack.length > 0) onPack(pack.number, pack.buffer.subarray(0, pack.length));
    return null;
  };

  const current = (): OpenPack => (isLarge ? (own ??= open()) : (shared ??= open()));

  const endBlob = (): void => {
    if (pending === 0) return;
    const pack = current();
    const offset = pack.length - pending;
    const digest = hash("sha256", pack.buffer.subarray(offset, pack.length), "base64");
    const knownIndex = known.get(digest);
    let addedIndex = added.get(digest);
    if (knownIndex === undefined && addedIndex === undefined) {
      addedIndex = blobs.length;
      blobs.push({ pack: pack.number, offset, length: pending, digest });
      added.set(digest, addedIndex);
    } else {
      pack.length = offset;
    }
    sources.push(knownIndex === undefined ? { added: addedIndex ?? 0 } : { known: knownIndex });
    pending = 0;
    // Two whole blobs fill a pack.
    if (isLarge && pack.length + blobBytes > packBytes) own = close(own);
  };

  return {
    blobs,
    begin(size) {
      isLarge = size > blobBytes;
      sources = [];
      pending = 0;
      if (!isLarge && shared !== null && shared.length + size > packBytes) shared = close(shared);
    },
    write(bytes) {
      for (let at = 0; at < bytes.length;) {
        const pack = current();
        const length = Math.min(bytes.length - at, blobBytes - pending);
        bytes.copy(pack.buffer, pack.length, at, at + length);
        pack.length += length;
        pending += length;
        at += length;
        if (pending === blobBytes) endBlob();
      }
    },
    end() {
      endBlob();
      if (isLarge) own = close(own);
      return sources;
    },
    abandon() {
      const pack = isLarge ? own : shared;
      if (pack !== null) pack.length -= pending;
      pending = 0;
      if (isLarge) own = close(own);
    },
    finish() {
      shared = close(shared);
    },
    recycle(raw) {
      if (spare.length < maxSpare) spare.push(raw.buffer);
    },
  };
}
