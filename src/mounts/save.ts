import { randomBytes } from "node:crypto";
import type { MountShell } from "../builder/gateway/shell.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { compose } from "./compose.ts";
import { type Contents, readContents, startReader } from "./contents.ts";
import { hasSameEntries } from "./diff.ts";
import { type Damage, noDamage } from "./damage.ts";
import { manifestKey, type SnapshotRef } from "./keys.ts";
import { listMount } from "./list.ts";
import type { LoadedSnapshot } from "./load.ts";
import { writeManifest } from "./manifest.ts";
import { showName } from "./names.ts";
import { createPacker, type Packer } from "./packer.ts";
import { noParent, openParents } from "./parent.ts";
import { planRead } from "./plan-read.ts";
import { refreshPacks, refreshSnapshot } from "./refresh.ts";
import type { StartedScript } from "./run.ts";
import { selectEntries } from "./select.ts";
import { type Snapshot, totalsOf, type Writer } from "./snapshot.ts";
import { startStamp } from "./stamp-mount.ts";
import { createUploader } from "./upload.ts";

interface Progress {
  readonly phase: "list" | "read" | "finish";
  /** Bytes of content, so far and in all. */
  readonly bytes: number;
  readonly totalBytes: number;
  /** Bytes that went over the network to or from the store. */
  readonly storedBytes: number;
}

export interface SaveOptions {
  readonly store: ObjectStore;
  readonly shell: MountShell;
  readonly mount: {
    /** Name of the mount in the store. */
    readonly id: string;
    readonly scope: string;
    /** Null: the snapshot gets a key of its own, and nothing is written where nothing changed. */
    readonly key: string | null;
    /** Bytes of all files in the snapshot; the oldest ones are left out. */
    readonly maxSize?: number;
  };
  /** Scopes whose newest snapshot the save may build on, the nearest first; the mount's own when left out. */
  readonly parentScopes?: readonly string[];
  /** A snapshot that is in memory already, taken where it is the one that is looked for. */
  readonly parent?: LoadedSnapshot;
  /** What a restore has found, so that the save makes it good. */
  readonly damage?: Damage;
  readonly writer: Writer;
  /** Writes over a snapshot with the same key. */
  readonly overwrite?: boolean;
  /** Age in days from which a pack that is used on is made young again, for the sake of lifecycle rules. */
  readonly refreshDays?: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export type SaveResult =
  | {
      readonly kind: "saved";
      readonly saved: LoadedSnapshot;
      /** Bytes of packs that went up. */
      readonly contentBytes: number;
      /** Bytes that were read from the mount. */
      readonly readBytes: number;
      readonly newPacks: number;
      readonly findings: readonly Diagnostic[];
    }
  /** The mount is as the snapshot, or as empty as the store. */
  | { readonly kind: "unchanged"; readonly snapshot: SnapshotRef | null; readonly findings: readonly Diagnostic[] }
  /** There is a snapshot with this key. */
  | { readonly kind: "exists"; readonly snapshot: SnapshotRef; readonly findings: readonly Diagnostic[] }
  | { readonly kind: "refused"; readonly findings: readonly Diagnostic[] };

const dayMs = 86_400_000;
const defaultRefreshDays = 5;

/**
 * Saves the content of a mount: lists it, reads what the snapshot before does not have, writes packs and, last of all,
 * the manifest. Whatever stops it, the store holds the snapshots that it held, and at most packs that nobody uses.
 * @throws BkcacheError BK5032 for the mount, and the store's own.
 */
export async function saveMount(options: SaveOptions): Promise<SaveResult> {
  try {
    return await saveOnto(options, true);
  } catch (error) {
    // Packs of the snapshot before have gone: the next one does without all of it.
    if (!(error instanceof BkcacheError) || error.code !== "BK5031") throw error;
    const result = await saveOnto({ ...options, overwrite: true }, false);
    return { ...result, findings: [...error.findings, ...result.findings] };
  }
}

/** @throws BkcacheError also BK5031, where a pack that the snapshot would need is not there. */
async function saveOnto(options: SaveOptions, hasParent: boolean): Promise<SaveResult> {
  const scripts: Started[] = [];
  const uploads: Promise<void>[] = [];
  try {
    return await saveWith({ scripts, uploads }, options, hasParent);
  } finally {
    // Nothing may go on in the background when this returns.
    await Promise.allSettled(uploads);
    for (const script of await Promise.all(scripts)) await script?.close();
  }
}

/** One that was started early, where that was worth it. */
type Started = Promise<StartedScript | undefined>;

/** What is under way, and has to end before a save does. */
interface UnderWay {
  readonly scripts: Started[];
  readonly uploads: Promise<void>[];
}

async function saveWith({ scripts, uploads }: UnderWay, options: SaveOptions, hasParent: boolean): Promise<SaveResult> {
  const { store, shell, mount, signal, onProgress, damage = noDamage } = options;
  const withSignal = signal && { signal };
  const { refreshDays = defaultRefreshDays, now } = options;
  const refreshing = { store, refreshDays, ...withSignal };
  const ref = mount.key === null ? null : { mount: mount.id, scope: mount.scope, key: mount.key };
  if (ref !== null && options.overwrite !== true && !damage.snapshots.has(manifestKey(ref))) {
    const object = await store.stat(manifestKey(ref), withSignal);
    if (object !== null) {
      await refreshSnapshot(object, { ...refreshing, now });
      return { kind: "exists", snapshot: ref, findings: [] };
    }
  }
  onProgress?.({ phase: "list", bytes: 0, totalBytes: 0, storedBytes: 0 });
  // Both take their time, one on the builder and one here. What the mount was equal to is the newest one, most often.
  const parents = hasParent ? openParents(options) : null;
  const reader = (parents?.isFirst() ?? Promise.resolve(false)).then(
    (isFirst) => (isFirst ? startReader(shell, signal) : undefined),
    () => undefined,
  );
  scripts.push(reader);
  const listing = await listMount(shell, signal);
  const { loaded, stampTime, findings } = parents === null ? noParent() : await parents.find(listing.stamp);
  const parent = loaded?.snapshot ?? null;
  const selection = selectEntries(listing.entries, mount.maxSize);
  findings.push(...selection.findings);
  const { entries } = selection;
  if (entries.every((entry) => entry.kind === "dir")) {
    const isLoss = parent !== null && totalsOf(parent).files > 0;
    if (isLoss) return { kind: "refused", findings: [...findings, emptied(parent)] };
    if (entries.length === 0) return { kind: "unchanged", snapshot: null, findings };
  }

  const work = planRead(entries, parent, stampTime);
  const totalBytes = work.toRead.reduce((sum, entry) => sum + (entry.kind === "file" ? entry.size : 0), 0);
  let readBytes = 0;
  let contentBytes = 0;
  const tell = (phase: Progress["phase"]) =>
    onProgress?.({ phase, bytes: readBytes, totalBytes, storedBytes: contentBytes });
  const today = Math.floor(options.now / dayMs);
  const uploader = createUploader({
    store,
    today,
    damaged: damage.packs,
    ...withSignal,
    onStored(bytes) {
      contentBytes += bytes;
      tell("read");
    },
    onSealed: (raw) => packer.recycle(raw),
  });
  const packer: Packer = createPacker({ known: work.knownBlobs, onPack: (pack, raw) => uploader.add(pack, raw) });
  let contents: Contents;
  try {
    contents = await readContents(work.toRead, {
      shell,
      reader: await reader,
      settledBefore: listing.settledBefore,
      packer,
      room: () => uploader.room(),
      ...withSignal,
      onRead(bytes) {
        readBytes += bytes;
        tell("read");
      },
    });
    packer.finish();
  } finally {
    const stored = uploader.finish();
    stored.catch(() => {});
    uploads.push(stored);
  }
  // The last packs are on their way while the manifest, which goes after them, is made.
  const newPacks = await uploader.seal();
  const allStored = async () => {
    await uploader.finish();
    tell("finish");
  };
  const known = work.diff.known;
  const composed = compose({
    entries,
    diff: work.diff,
    parent,
    known,
    read: contents.read,
    newBlobs: packer.blobs,
    newPacks,
  });
  if (contents.torn.length > 0) findings.push(torn(contents));

  const root = { mode: listing.root.mode & 0o3777, uid: listing.root.uid, gid: listing.root.gid };
  if (loaded !== null && isUnchanged(options, composed, loaded.snapshot, root)) {
    await allStored();
    const same = refOf(loaded.snapshot);
    // So that the next save need not read the same again.
    if (work.toRead.length > 0) {
      await startStamp(shell, listing.settledBefore, signal).write({ ...same, sha256: loaded.sha256 });
    }
    const object = await store.stat(loaded.objectKey, withSignal);
    if (object !== null) await refreshSnapshot(object, { ...refreshing, now });
    return { kind: "unchanged", snapshot: same, findings };
  }
  const stamper = startStamp(shell, listing.settledBefore, signal);
  scripts.push(Promise.resolve(stamper.script));
  const shrunk = parent && findShrunk(composed, parent);
  if (shrunk) findings.push(shrunk);
  const packs = await refreshPacks(composed.packs, { ...refreshing, today });
  const created = Math.floor(options.now / 1000);
  const snapshot: Snapshot = {
    mount: mount.id,
    scope: mount.scope,
    key: mount.key ?? makeKey(options.now),
    parent: parent && { scope: parent.scope, key: parent.key },
    created,
    writer: options.writer,
    root,
    ...composed,
    packs,
  };
  const { bytes, sha256 } = await writeManifest(snapshot);
  const objectKey = manifestKey(snapshot);
  await allStored();
  const onlyIfAbsent = options.overwrite !== true && !damage.snapshots.has(objectKey);
  if ((await store.put(objectKey, bytes, { onlyIfAbsent, sha256, ...withSignal })) === "exists") {
    return { kind: "exists", snapshot: refOf(snapshot), findings };
  }
  await stamper.write({ ...refOf(snapshot), sha256 });
  const saved = { snapshot, objectKey, sha256, bytes: bytes.length };
  return { kind: "saved", saved, contentBytes, readBytes, newPacks: newPacks.length, findings };
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

function torn({ torn: paths }: Contents): Diagnostic {
  const names = paths.slice(0, 3).map((path) => `"${showName(path)}"`);
  return {
    code: "BK5034",
    message: `${paths.length} files changed while they were read and are not part of the snapshot: ${names.join(", ")}`,
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
