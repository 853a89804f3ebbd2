import type { Snapshot } from "./snapshot.ts";

/** A pack of which less than this lives is left behind. */
const leastLive = 0.5;
/** What a restore fetches, by what it needs. */
const mostFetched = 1.25;
/** Packs below this length are put together as soon as there are too many. */
const smallBytes = 4 * 2 ** 20;
const mostSmall = 8;

interface PackUse {
  readonly pack: number;
  readonly rawBytes: number;
  live: number;
  /** Whether it has a part of a file that was cut: such packs are small for good. */
  hasPart: boolean;
}

/**
 * The packs of a snapshot that the next one goes on with. What lives in the others is read from the mount again and
 * packed anew, so that no number of saves makes a restore fetch more than 1.25 times what it needs, or ever more objects.
 * @param live indices of the blobs that the next snapshot has as well
 */
export function chooseKeptPacks({ packs, blobs, entries }: Snapshot, live: Iterable<number>): ReadonlySet<number> {
  const uses: readonly PackUse[] = packs.map(({ rawBytes }, pack) => ({ pack, rawBytes, live: 0, hasPart: false }));
  const useOf = (blob: number): PackUse => uses[blobs[blob]?.pack ?? -1] as PackUse;
  for (const blob of new Set(live)) useOf(blob).live += blobs[blob]?.length ?? 0;
  for (const entry of entries) {
    if (entry.kind === "file" && entry.blobs.length > 1) for (const blob of entry.blobs) useOf(blob).hasPart = true;
  }
  const kept = uses
    .filter((use) => use.live >= use.rawBytes * leastLive)
    .sort((a, b) => b.live / b.rawBytes - a.live / a.rawBytes);
  let raw = kept.reduce((sum, use) => sum + use.rawBytes, 0);
  let needed = kept.reduce((sum, use) => sum + use.live, 0);
  while (raw > needed * mostFetched) {
    const worst = kept.pop();
    if (worst === undefined) break;
    raw -= worst.rawBytes;
    needed -= worst.live;
  }
  const isSmall = (use: PackUse): boolean => use.rawBytes < smallBytes && !use.hasPart;
  const areTooMany = kept.filter(isSmall).length > mostSmall;
  return new Set(kept.filter((use) => !(areTooMany && isSmall(use))).map((use) => use.pack));
}
