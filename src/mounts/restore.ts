import type { MountExit, MountShell } from "../builder/gateway/shell.ts";
import { factsOf } from "../diagnostics/codes.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { Damage } from "./damage.ts";
import { manifestKey, type SnapshotRef } from "./keys.ts";
import { createOpener } from "./fetch.ts";
import { listNewest, type LoadedSnapshot, loadSnapshot } from "./load.ts";
import type { ManifestLimits } from "./manifest.ts";
import { explainFailure, runScript, type Script, type StartedScript, startScript } from "./shell-script.ts";
import { inspectMount, settleScript } from "./settle.ts";
import { type Snapshot, type SnapshotTotals, totalsOf } from "./snapshot.ts";
import { writeStamp } from "./stamp.ts";
import { layOut, openBatches, writeFiles, writeLinkScript, writeRest } from "./unpack.ts";

interface RestoreProgress {
  /** Bytes of content, so far and in all. */
  readonly bytes: number;
  readonly totalBytes: number;
  readonly files: number;
  readonly totalFiles: number;
  /** Bytes that came from the store. */
  readonly storedBytes: number;
}

export interface RestoreOptions {
  readonly store: ObjectStore;
  readonly shell: MountShell;
  readonly mount: {
    readonly id: string;
    /** Null: the newest snapshot is as good as any. */
    readonly key: string | null;
  };
  /** Where to look, the nearest first. */
  readonly scopes: readonly string[];
  /** Restores over what the mount holds; else a mount that holds anything is left alone. */
  readonly replace?: boolean;
  readonly limits?: ManifestLimits;
  readonly signal?: AbortSignal;
  /** Takes a snapshot that was read, before it is known whether its packs are there. */
  readonly onLoaded?: (loaded: LoadedSnapshot) => void;
  readonly onProgress?: (progress: RestoreProgress) => void;
}

export type RestoreResult =
  | {
      readonly kind: "restored";
      readonly loaded: LoadedSnapshot;
      readonly totals: SnapshotTotals;
      /** Bytes of packs and manifest that came down. */
      readonly storedBytes: number;
      readonly findings: readonly Diagnostic[];
      readonly damage: Damage;
    }
  /** The mount holds something; the snapshot that it was equal to once, where that is known. */
  | { readonly kind: "present"; readonly snapshot: SnapshotRef | null; readonly findings: readonly Diagnostic[] }
  /** No snapshot, or none that is whole. The mount is as it was. */
  | { readonly kind: "miss"; readonly findings: readonly Diagnostic[]; readonly damage: Damage }
  /** The builder could not take it. The mount is as it was. */
  | { readonly kind: "failed"; readonly findings: readonly Diagnostic[] };

/** Packs fetched and opened at once; each takes up to twice its 8 MiB. */
const window = 8;
/** Of one scope, before the next one is tried: a newest snapshot that cannot be read should not cost the cache. */
const triesOfScope = 2;

/**
 * Fills an empty mount from the first snapshot that is whole: the one of the key in each scope, then the newest ones.
 * Afterwards the mount is complete or as it was, also where the machine stops in between (see settle).
 * @throws BkcacheError the store's own, and BK5032 where the mount cannot even be looked at.
 */
export async function restoreMount(options: RestoreOptions): Promise<RestoreResult> {
  const { store, shell, signal } = options;
  const state = await inspectMount(shell, signal);
  const findings: Diagnostic[] = [];
  if (!state.isEmpty && options.replace !== true) {
    const stamp = state.stamp?.mount === options.mount.id ? state.stamp : null;
    const snapshot = stamp && { mount: stamp.mount, scope: stamp.scope, key: stamp.key };
    return { kind: "present", snapshot, findings };
  }
  const snapshots = new Set<string>();
  const packs = new Set<string>();
  const damage = { snapshots, packs };
  for await (const objectKey of findCandidates(options)) {
    try {
      const { limits } = options;
      const loaded = await loadSnapshot(store, objectKey, { ...(signal && { signal }), ...(limits && { limits }) });
      if (loaded === null) continue;
      options.onLoaded?.(loaded);
      const storedBytes = await fill(loaded, options, (pack) => packs.add(pack));
      return { kind: "restored", loaded, totals: totalsOf(loaded.snapshot), storedBytes, findings, damage };
    } catch (error) {
      if (!(error instanceof BkcacheError) || !(factsOf(error.code).isDamage || error.code === "BK5033")) throw error;
      findings.push(...error.findings);
      // Another snapshot would not fit either.
      if (error.code === "BK5033") return { kind: "failed", findings };
      snapshots.add(objectKey);
      // Nothing of it may be left for the next one.
      await inspectMount(shell, signal);
    }
  }
  return { kind: "miss", findings, damage };
}

/** Keys of manifests that may exist, each once, the best first. */
async function* findCandidates({ store, mount, scopes, signal }: RestoreOptions): AsyncGenerator<string> {
  const seen = new Set<string>();
  if (mount.key !== null) {
    for (const scope of scopes) {
      const objectKey = manifestKey({ mount: mount.id, scope, key: mount.key });
      seen.add(objectKey);
      yield objectKey;
    }
  }
  for (const scope of scopes) {
    const newest = await listNewest(store, { scope, mount: mount.id }, signal);
    const unseen = newest.filter((objectKey) => !seen.has(objectKey));
    for (const objectKey of unseen.slice(0, triesOfScope)) {
      seen.add(objectKey);
      yield objectKey;
    }
  }
}

/**
 * Several run side by side, since busybox tar keeps one core busy, and makes the folders that its files need. Settling the
 * mount has removed what an earlier one left.
 */
const filesScript = `busybox mkdir -p .bkcache-restore && cd .bkcache-restore && exec busybox tar -x -f -`;
/** Each costs the builder a process to start, and more than two are fed no faster. */
const maxReaders = 2;

const linksName = ".bkcache-links";
/**
 * Waits for a line, since it is started with the others. An archive that ends too early lacks the stamp, which is its last
 * file.
 */
const commitScript = `IFS= read -r _ || exit 1
set -e
busybox mkdir -p .bkcache-restore
cd .bkcache-restore
busybox tar -x -f -
[ -f .bkcache ]
if [ -f ${linksName} ]; then
  busybox sh ${linksName}
  busybox rm ${linksName}
fi
cd ..
busybox chown "$1" .
busybox chmod "$2" .
busybox mv .bkcache-restore .bkcache-wipe
${settleScript}`;

/** Returns the bytes that came from the store. */
async function fill(
  loaded: LoadedSnapshot,
  options: RestoreOptions,
  onDamaged: (pack: string) => void,
): Promise<number> {
  const { shell, signal } = options;
  const { snapshot, sha256 } = loaded;
  const layout = layOut(snapshot);
  const tracker = trackProgress(snapshot, loaded.bytes, options.onProgress);
  const aborter = new AbortController();
  const stop = AbortSignal.any(signal === undefined ? [aborter.signal] : [aborter.signal, signal]);
  const { root } = snapshot;
  const script = { text: commitScript, args: [`${root.uid}:${root.gid}`, root.mode.toString(8)] };
  const run = (each: Script) => (input: AsyncIterable<Buffer>) => runScript(shell, each, { input });
  let committing: StartedScript | undefined;
  try {
    const open = createOpener(snapshot, {
      store: options.store,
      signal: stop,
      onFetched: tracker.onFetched,
      onDamaged,
    });
    const queue = openBatches(layout, open, window);
    const { blobs } = snapshot;
    const read = async (links?: Parameters<typeof writeFiles>[1]): Promise<void> => {
      const archive = writeFiles({ blobs, queue, onFile: tracker.onFile }, links);
      // One that fails ends the others.
      await feed(run({ text: filesScript }), archive, stop).catch((error: unknown) => aborter.abort(error));
    };
    const others = Array.from({ length: Math.max(0, Math.min(maxReaders, layout.batches.length) - 1) }, () => read());
    const first = read({ of: layout, ready: Promise.all(others) });
    committing = startScript(shell, script);
    await Promise.all([...others, first]);
    stop.throwIfAborted();
    const stamp = writeStamp({ mount: snapshot.mount, scope: snapshot.scope, key: snapshot.key, sha256 });
    const links = layout.symlinks.length === 0 ? [] : [{ path: linksName, content: writeLinkScript(layout.symlinks) }];
    const rest = writeRest(layout, [...links, { path: ".bkcache", content: stamp }]);
    const commit = committing;
    // From here on the mount must not be left by a mere change of mind.
    await feed((input) => commit.run({ input: afterLine(input) }), rest, undefined);
    return tracker.storedBytes();
  } catch (error) {
    aborter.abort(error);
    await committing?.close();
    // Where this fails too, the next run does it.
    await runScript(shell, { text: settleScript }).catch(() => {});
    throw error;
  }
}

/** With the line that the script waits for. */
async function* afterLine(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield Buffer.from("\n");
  yield* pieces;
}

/**
 * Runs a script on this input. Where that fails, or nobody wants it any more, it ends early, and the script with it: a
 * process that is broken off takes the shell with it, and with that the way to clean up.
 */
async function feed(
  run: (input: AsyncIterable<Buffer>) => Promise<MountExit>,
  pieces: AsyncIterable<Buffer>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const failures: unknown[] = [];
  const iterator = pieces[Symbol.asyncIterator]();
  const readNext = async (): Promise<Buffer | null> => {
    try {
      signal?.throwIfAborted();
      const next = await iterator.next();
      return next.done === true ? null : next.value;
    } catch (error) {
      failures.push(error);
      return null;
    }
  };
  const input = (async function* () {
    for (let piece = await readNext(); piece !== null; piece = await readNext()) yield piece;
  })();
  const result = await run(input);
  if (failures.length > 0) throw failures[0];
  if (result.exitCode !== 0) {
    throw new BkcacheError({
      code: "BK5033",
      message: `the builder could not unpack the snapshot: ${explainFailure(result)}`,
      hint: "look at the free space of the builder: docker buildx du",
    });
  }
}

function trackProgress(snapshot: Snapshot, manifestBytes: number, onProgress: RestoreOptions["onProgress"]) {
  const totals = totalsOf(snapshot);
  let bytes = 0;
  let files = 0;
  let storedBytes = manifestBytes;
  const tell = () => onProgress?.({ bytes, totalBytes: totals.bytes, files, totalFiles: totals.files, storedBytes });
  return {
    onFile: (file: { readonly size: number }): void => {
      bytes += file.size;
      files++;
      tell();
    },
    onFetched: (length: number): void => {
      storedBytes += length;
      tell();
    },
    storedBytes: () => storedBytes,
  };
}
