import type { Diagnostic } from "../diagnostics/error.ts";
import { type Contents, readContents } from "./contents.ts";
import { type Diff, diffListing } from "./diff.ts";
import { keepLacking } from "./keep-lacking.ts";
import { type Listed, listMount, type Listing } from "./list.ts";
import type { LoadedSnapshot } from "./load.ts";
import type { PackBuilder } from "./pack-builder.ts";
import type { ContentUpload } from "./content-upload.ts";
import { noParent, type Parents } from "./parent.ts";
import { planRead } from "./plan-read.ts";
import { readEntireMount, type EntireMount } from "./read-entire.ts";
import type { SaveOptions } from "./save-options.ts";
import { selectEntries } from "./select.ts";
import type { Entry } from "./snapshot.ts";

/** What a mount holds, and where its contents are. */
export interface MountReading {
  readonly listing: Pick<Listing, "root" | "settledBefore">;
  /** What goes into the snapshot, in the order of the paths' bytes. */
  readonly entries: readonly Listed[];
  /** What the snapshot before has, the mount lacks, and the next snapshot goes on with. */
  readonly kept: readonly Entry[];
  /** The snapshot that has what was not read. */
  readonly loaded: LoadedSnapshot | null;
  readonly diff: Diff;
  readonly contents: Contents;
  readonly builder: PackBuilder;
  readonly findings: readonly Diagnostic[];
  /**
   * The same, or what was found otherwise when it was looked at again: only then is it certain. Null where the mount has
   * to be listed.
   */
  readonly settled: Promise<MountReading | null> | null;
}

/** Reads everything, where no snapshot has any of it. Null where that cannot be done without a listing. */
export async function readAll(options: SaveOptions, upload: ContentUpload): Promise<MountReading | null> {
  const { shell, signal } = options;
  const builder = upload.begin(new Map(), 0);
  const seen = await readEntireMount({ shell, builder, ...upload, ...(signal && { signal }) });
  if (seen === null) return null;
  const readingOf = ({ listing, contents }: EntireMount, settled: MountReading["settled"]): MountReading => {
    const { entries, findings } = selectEntries(listing.entries, undefined);
    return {
      listing,
      entries,
      kept: [],
      loaded: null,
      diff: diffListing(entries, null),
      contents,
      builder,
      findings,
      settled,
    };
  };
  const settled = seen.settled.then((entire) => {
    if (entire === null) return null;
    return entire.contents === seen.contents ? reading : readingOf(entire, null);
  });
  settled.catch(() => {});
  const reading = readingOf(seen, settled);
  return reading;
}

/**
 * Lists the mount, and reads what the snapshot before does not have.
 * @param parents null where none is to be built on
 */
export async function readChanges(
  options: SaveOptions,
  upload: ContentUpload,
  parents: Parents | null,
): Promise<MountReading> {
  const { shell, mount, signal } = options;
  const listing = await listMount(shell, signal);
  const { loaded, stampTime, findings } = parents === null ? noParent() : await parents.find(listing.note);
  const { entries, findings: left } = selectEntries(listing.entries, mount.maxSize);
  const isIncomplete = options.isIncomplete === true || isPart(listing.note, mount.id);
  const parent = loaded?.snapshot ?? null;
  const kept = isIncomplete && parent !== null ? keepLacking(entries, parent, mount.maxSize) : [];
  const { toRead, diff, knownBlobs } = planRead(entries, parent, { stampTime, kept });
  const totalBytes = toRead.reduce((sum, entry) => sum + (entry.kind === "file" ? entry.size : 0), 0);
  const builder = upload.begin(knownBlobs, totalBytes);
  const { settledBefore } = listing;
  const contents = await readContents(toRead, { shell, settledBefore, builder, ...upload, ...(signal && { signal }) });
  return { listing, entries, kept, loaded, diff, contents, builder, findings: [...findings, ...left], settled: null };
}

/** What a mount lacks of a snapshot that was saved on top of another it lacks still. */
function isPart(note: Listing["note"], mountId: string): boolean {
  return note?.stamp.isPart === true && note.stamp.mount === mountId;
}
