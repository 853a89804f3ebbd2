import { randomBytes } from "node:crypto";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { showCount } from "../diagnostics/units.ts";
import { compose } from "./compose.ts";
import { noDamage } from "./damage.ts";
import { hasSameEntries } from "./diff.ts";
import { manifestKey, type SnapshotRef } from "./keys.ts";
import { noteReplaced } from "./garbage.ts";
import type { LoadedSnapshot } from "./load.ts";
import { writeManifest } from "./manifest.ts";
import { type Path, showName } from "./names.ts";
import { dayOf, openContentUpload, type ContentUpload } from "./content-upload.ts";
import { openParents } from "./parent.ts";
import { refreshPacks, refreshSnapshot } from "./refresh.ts";
import type { SaveOptions } from "./save-options.ts";
import { type Snapshot, totalsOf } from "./snapshot.ts";
import type { Stamp } from "./stamp.ts";
import { withShortLivedMemory } from "./short-lived.ts";
import { stampMount } from "./stamp-mount.ts";
import { type MountReading, readChanges, readAll } from "./read-mount.ts";

export type SaveResult =
  | {
      readonly kind: "saved";
      readonly saved: LoadedSnapshot;
      /** Bytes of packs that went up. */
      readonly contentBytes: number;
      /** Bytes that were read from the mount. */
      readonly readBytes: number;
      readonly newPacks: number;
      /** Files of the snapshot before that the mount lacks, and this one has. */
      readonly keptFiles: number;
      readonly findings: readonly Diagnostic[];
    }
  /** The mount is as the snapshot, or as empty as the store. */
  | { readonly kind: "unchanged"; readonly snapshot: SnapshotRef | null; readonly findings: readonly Diagnostic[] }
  /** There is a snapshot with this key. */
  | { readonly kind: "exists"; readonly snapshot: SnapshotRef; readonly findings: readonly Diagnostic[] }
  | { readonly kind: "refused"; readonly findings: readonly Diagnostic[] };

/** Also how long a pack that is gone can go unnoticed by saves that build on it. */
const defaultRefreshDays = 1;

/**
 * Saves the content of a mount: finds what the snapshot before does not have, writes packs of it and, last of all, the
 * manifest. Whatever stops it, the store holds the snapshots that it held, and at most packs that nobody uses.
 * @throws BkcacheError BK5032 for the mount, and the store's own.
 */
export async function saveMount(options: SaveOptions): Promise<SaveResult> {
  return withShortLivedMemory(() => save(options));
}

async function save(options: SaveOptions): Promise<SaveResult> {
  // What is to be left out is known only when everything was listed.
  const mayReadAll = options.mount.maxSize === undefined;
  try {
    const how = { hasParent: true, mayReadAll };
    return (await saveOnto(options, how)) ?? (await saveListed(options, true));
  } catch (error) {
    // Packs of the snapshot before have gone: the next one does without all of it.
    if (!(error instanceof BkcacheError) || error.code !== "BK5031") throw error;
    const result = await saveListed({ ...options, overwrite: true }, false);
    return { ...result, findings: [...error.findings, ...result.findings] };
  }
}

async function saveListed(options: SaveOptions, hasParent: boolean): Promise<SaveResult> {
  const result = await saveOnto(options, { hasParent, mayReadAll: false });
  if (result === null) throw new Error("a mount that was listed was not saved");
  return result;
}

interface How {
  /** Whether to build on an earlier snapshot. */
  readonly hasParent: boolean;
  /** Whether to read everything at once where there is none. */
  readonly mayReadAll: boolean;
}

/**
 * Null where the mount was to be read at once, and cannot be.
 * @throws BkcacheError also BK5031, where a pack that the snapshot would need is not there.
 */
async function saveOnto(options: SaveOptions, how: How): Promise<SaveResult | null> {
  const underWay: UnderWay = { uploads: [], checks: [] };
  try {
    return await saveWith(underWay, options, how);
  } finally {
    // Nothing may go on in the background when this returns.
    await Promise.allSettled([...underWay.uploads.map((upload) => upload.finish()), ...underWay.checks]);
  }
}

/** What is under way, and has to end before a save does. */
interface UnderWay {
  readonly uploads: ContentUpload[];
  readonly checks: Promise<unknown>[];
}

async function saveWith(underWay: UnderWay, options: SaveOptions, how: How): Promise<SaveResult | null> {
  const { store, mount, signal, damage = noDamage } = options;
  const ref = mount.key === null ? null : { mount: mount.id, scope: mount.scope, key: mount.key };
  if (ref !== null && options.overwrite !== true && !damage.snapshots.has(manifestKey(ref))) {
    const object = await store.stat(manifestKey(ref), signal && { signal });
    if (object !== null) {
      await refreshSnapshot(object, { ...refreshing(options), now: options.now });
      return { kind: "exists", snapshot: ref, findings: [] };
    }
  }
  options.onProgress?.({ phase: "list", bytes: 0, totalBytes: 0, storedBytes: 0 });
  const parents = how.hasParent ? openParents(options) : null;
  // A store that does not answer is met where the parent is looked for.
  const isFirst = how.mayReadAll && (parents === null || (await parents.areNone().catch(() => false)));
  const upload = openContentUpload(options);
  underWay.uploads.push(upload);
  const reading = isFirst ? await readAll(options, upload) : await readChanges(options, upload, parents);
  if (reading === null) return null;
  if (reading.settled !== null) underWay.checks.push(reading.settled);
  return writeSnapshot(options, { reading, upload });
}

interface Work {
  readonly reading: MountReading;
  readonly upload: ContentUpload;
}

async function writeSnapshot(options: SaveOptions, work: Work): Promise<SaveResult | null> {
  const { store, signal, now, damage = noDamage } = options;
  const withSignal = signal && { signal };
  const { upload } = work;
  let { reading } = work;
  // The last packs are on their way while the manifest, which goes after them, is made; and so is the last check of what
  // was read, which seldom finds anything.
  let draft = await makeDraft(options, work);
  const settled = reading.settled === null ? reading : await reading.settled;
  if (settled === null) return null;
  if (settled !== reading) {
    reading = settled;
    draft = await makeDraft(options, { ...work, reading });
  }
  if (draft.kind === "nothing") return draft.result;
  const { findings } = draft;
  const isPart = reading.kept.length > 0;
  const stamp = (equalTo: Stamp) =>
    stampMount(options.shell, { stamp: equalTo, time: reading.listing.settledBefore }, signal);
  await upload.finish();
  if (draft.kind === "unchanged") {
    const same = refOf(draft.loaded.snapshot);
    // So that the next save need not read the same again.
    if (reading.contents.read.size > 0 || isPart) await stamp({ ...same, sha256: draft.loaded.sha256, isPart });
    const object = await store.stat(draft.loaded.objectKey, withSignal);
    if (object !== null) await refreshSnapshot(object, { ...refreshing(options), now });
    return { kind: "unchanged", snapshot: same, findings };
  }
  const { snapshot, bytes, sha256 } = draft;
  const objectKey = manifestKey(snapshot);
  const onlyIfAbsent = options.overwrite !== true && !damage.snapshots.has(objectKey);
  if (!onlyIfAbsent) await noteReplaced(store, objectKey, { packs: snapshot.packs, ...withSignal });
  if ((await store.put(objectKey, bytes, { onlyIfAbsent, sha256, ...withSignal })) === "exists") {
    return { kind: "exists", snapshot: refOf(snapshot), findings };
  }
  await stamp({ ...refOf(snapshot), sha256, isPart });
  const saved = { snapshot, objectKey, sha256, bytes: bytes.length };
  const keptFiles = reading.kept.filter(({ kind }) => kind !== "dir").length;
  return { kind: "saved", saved, ...upload.counts, newPacks: draft.newPacks, keptFiles, findings };
}

/** What is to be written. */
type Draft =
  | { readonly kind: "nothing"; readonly result: SaveResult }
  | { readonly kind: "unchanged"; readonly loaded: LoadedSnapshot; readonly findings: readonly Diagnostic[] }
  | {
      readonly kind: "snapshot";
      readonly snapshot: Snapshot;
      readonly bytes: Buffer;
      readonly sha256: string;
      readonly newPacks: number;
      readonly findings: readonly Diagnostic[];
    };

async function makeDraft(options: SaveOptions, { reading, upload }: Work): Promise<Draft> {
  const { mount, now } = options;
  const { listing, entries, kept, loaded, contents } = reading;
  const findings = [...reading.findings];
  const parent = loaded?.snapshot ?? null;
  if (kept.length === 0 && entries.every((entry) => entry.kind === "dir")) {
    const isLoss = parent !== null && totalsOf(parent).files > 0;
    if (isLoss) return { kind: "nothing", result: { kind: "refused", findings: [...findings, emptied(parent)] } };
    if (entries.length === 0) return { kind: "nothing", result: { kind: "unchanged", snapshot: null, findings } };
  }
  const newPacks = await upload.seal();
  const { known } = reading.diff;
  const newBlobs = reading.builder.blobs;
  const composed = compose({
    entries,
    kept,
    diff: reading.diff,
    parent,
    known,
    read: contents.read,
    newBlobs,
    newPacks,
  });
  if (contents.torn.length > 0) findings.push(torn(contents.torn));
  const root = { mode: listing.root.mode & 0o3777, uid: listing.root.uid, gid: listing.root.gid };
  if (loaded !== null && isUnchanged(options, composed, loaded.snapshot, root)) {
    return { kind: "unchanged", loaded, findings };
  }
  const shrunk = parent && findShrunk(composed, parent);
  if (shrunk) findings.push(shrunk);
  const snapshot: Snapshot = {
    mount: mount.id,
    scope: mount.scope,
    key: mount.key ?? makeKey(now),
    parent: parent && { scope: parent.scope, key: parent.key },
    created: Math.floor(now / 1000),
    writer: options.writer,
    root,
    ...composed,
    packs: await refreshPacks(composed.packs, { ...refreshing(options), today: dayOf(now) }),
  };
  return { kind: "snapshot", snapshot, ...(await writeManifest(snapshot)), newPacks: newPacks.length, findings };
}

function refreshing({ store, refreshDays = defaultRefreshDays, signal }: SaveOptions) {
  return { store, refreshDays, ...(signal && { signal }) };
}

function isUnchanged(
  { mount }: SaveOptions,
  composed: Pick<Snapshot, "entries" | "blobs" | "packs">,
  parent: Snapshot,
  root: Snapshot["root"],
): boolean {
  const isSameRoot = root.mode === parent.root.mode && root.uid === parent.root.uid && root.gid === parent.root.gid;
  if (mount.key !== null || mount.scope !== parent.scope || !isSameRoot) return false;
  // Blobs are numbered in the order of the entries, so equal contents have equal numbers.
  const isSameBlob = (blob: Snapshot["blobs"][number], index: number) => blob.digest === parent.blobs[index]?.digest;
  return (
    composed.blobs.length === parent.blobs.length &&
    composed.blobs.every(isSameBlob) &&
    hasSameEntries(composed.entries, parent.entries)
  );
}

/** A name of its own for a snapshot that has no key: its time, to be read by people, and what makes it unique. */
function makeKey(now: number): string {
  const time = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  return `${time}-${randomBytes(6).toString("hex")}`;
}

function refOf({ mount, scope, key }: SnapshotRef): SnapshotRef {
  return { mount, scope, key };
}

function emptied(parent: Snapshot): Diagnostic {
  const { files } = totalsOf(parent);
  return {
    code: "BK5035",
    message: `mount "${parent.mount}" is empty on this builder, while its snapshot "${parent.key}" has ${files} files`,
    hint: "look at it with bkcache mounts ls; where the emptiness is meant, remove the snapshots with bkcache mounts prune",
  };
}

function torn(paths: readonly Path[]): Diagnostic {
  const names = paths.slice(0, 3).map((path) => `"${showName(path)}"`);
  return {
    code: "BK5034",
    message: `${showCount(paths.length, "file")} changed while being read, and not part of the snapshot: ${names.join(", ")}`,
    hint: "do not build with this mount while it is saved",
  };
}

const muchSmaller = 0.25;

function findShrunk(now: Pick<Snapshot, "entries" | "packs">, parent: Snapshot): Diagnostic | null {
  const [{ bytes }, { bytes: before }] = [totalsOf(now), totalsOf(parent)];
  if (bytes >= before * muchSmaller) return null;
  const percent = Math.round((100 * bytes) / before);
  return {
    code: "BK5036",
    message: `mount "${parent.mount}" has ${percent} % of the bytes of its snapshot "${parent.key}"`,
    hint: "where no clean-up was meant, look with bkcache mounts ls whether the builder has two mounts of this name",
  };
}
