import type { Diagnostic } from "../diagnostics/error.ts";
import { type Contents, readContents } from "./contents.ts";
import { type Diff, diffListing } from "./diff.ts";
import { type Listed, listMount, type Listing } from "./list.ts";
import type { LoadedSnapshot } from "./load.ts";
import type { Packer } from "./packer.ts";
import type { Packing } from "./packing.ts";
import { noParent, type Parents } from "./parent.ts";
import { planRead } from "./plan-read.ts";
import { readWhole, type Whole, type WholeOptions } from "./read-whole.ts";
import type { SaveOptions } from "./save-options.ts";
import { selectEntries } from "./select.ts";

/** What a mount holds, and where its contents are. */
export interface Taken {
  readonly listing: Pick<Listing, "root" | "settledBefore">;
  /** What goes into the snapshot, in the order of the paths' bytes. */
  readonly entries: readonly Listed[];
  /** The snapshot that has what was not read. */
  readonly loaded: LoadedSnapshot | null;
  readonly diff: Diff;
  readonly contents: Contents;
  readonly packer: Packer;
  readonly findings: readonly Diagnostic[];
  /**
   * The same, or what was found otherwise when it was looked at again: only then is it certain. Null where the mount has
   * to be listed.
   */
  readonly settled: Promise<Taken | null> | null;
}

/** Reads everything, where no snapshot has any of it. Null where that cannot be done without a listing. */
export async function takeWhole(
  options: SaveOptions,
  packing: Packing,
  onScript: WholeOptions["onScript"],
): Promise<Taken | null> {
  const { shell, signal } = options;
  const packer = packing.begin(new Map(), 0);
  const seen = await readWhole({ shell, packer, ...packing, onScript, ...(signal && { signal }) });
  if (seen === null) return null;
  const take = ({ listing, contents }: Whole, settled: Taken["settled"]): Taken => {
    const { entries, findings } = selectEntries(listing.entries, undefined);
    return { listing, entries, loaded: null, diff: diffListing(entries, null), contents, packer, findings, settled };
  };
  const settled = seen.settled.then((whole) => {
    if (whole === null) return null;
    return whole.contents === seen.contents ? taken : take(whole, null);
  });
  settled.catch(() => {});
  const taken = take(seen, settled);
  return taken;
}

/**
 * Lists the mount, and reads what the snapshot before does not have.
 * @param parents null where none is to be built on
 */
export async function takeChanges(options: SaveOptions, packing: Packing, parents: Parents | null): Promise<Taken> {
  const { shell, mount, signal } = options;
  const listing = await listMount(shell, signal);
  const { loaded, stampTime, findings } = parents === null ? noParent() : await parents.find(listing.stamp);
  const { entries, findings: left } = selectEntries(listing.entries, mount.maxSize);
  const { toRead, diff, knownBlobs } = planRead(entries, loaded?.snapshot ?? null, stampTime);
  const totalBytes = toRead.reduce((sum, entry) => sum + (entry.kind === "file" ? entry.size : 0), 0);
  const packer = packing.begin(knownBlobs, totalBytes);
  const { settledBefore } = listing;
  const contents = await readContents(toRead, { shell, settledBefore, packer, ...packing, ...(signal && { signal }) });
  return { listing, entries, loaded, diff, contents, packer, findings: [...findings, ...left], settled: null };
}
