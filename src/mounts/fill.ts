import type { MountExit, MountShell } from "../builder/gateway/shell.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { blockBytes, fitsCpio, writeCpio, writeFiles, writeLinkScript, writeRest } from "./archive.ts";
import { createOpener, type FetchOptions } from "./fetch.ts";
import type { LoadedSnapshot } from "./load.ts";
import { type MountState, parseState, printState, settleScript } from "./settle.ts";
import { explainFailure, readScript, runScript } from "./shell-script.ts";
import { type FileEntry, totalsOf } from "./snapshot.ts";
import { writeStamp } from "./stamp.ts";
import { layOut, openBatches } from "./unpack.ts";

export interface FillOptions extends FetchOptions {
  readonly store: ObjectStore;
  readonly onFile?: (file: FileEntry) => void;
}

/** A mount that was settled. */
export interface OpenedMount {
  readonly state: MountState;
  /**
   * Puts a snapshot in the place of what the mount holds. Where it fails, the mount is as it was.
   * @throws BkcacheError BK5031 for a pack that is missing or damaged, BK5033 where the builder could not take it.
   */
  put(loaded: Pick<LoadedSnapshot, "snapshot" | "sha256">, options: FillOptions): Promise<void>;
}

const linksName = ".bkcache-links";

/** Says how the mount is, and whether busybox has cpio. */
const lookScript = `${settleScript}${printState}
printf '\\0'
case "
$(busybox --list 2>/dev/null)
" in *"
cpio
"*) printf cpio ;; esac
`;

/**
 * Reads a line that says how the archive comes: with cpio, which reads no further than its end, or in so many blocks for tar.
 * It is followed by a second one, for which it is tar in any case: busybox makes some links last of all in an archive, so that
 * the folders need one of their own. One that ends too early lacks the stamp, which is its last file.
 */
const fillScript = `${settleScript}
IFS=' ' read -r format blocks owner mode || exit 1
busybox mkdir .bkcache-restore
cd .bkcache-restore
if [ "$format" = cpio ]; then
  busybox cpio -i -m >/dev/null
else
  busybox dd bs=${blockBytes} count="$blocks" iflag=fullblock 2>/dev/null | busybox tar -x -f -
fi
busybox tar -x -f -
[ -f .bkcache ]
if [ -f ${linksName} ]; then
  busybox sh ${linksName}
  busybox rm ${linksName}
fi
cd ..
busybox chown "$owner" .
busybox chmod "$mode" .
busybox mv .bkcache-restore .bkcache-wipe
settle
`;

/** Packs fetched and opened at once; each takes up to twice its 8 MiB. */
const window = 8;
const maxStateBytes = 1 << 20;

/** Settles the mount and looks whether it holds anything. @throws BkcacheError BK5032. */
export async function openMount(shell: MountShell, signal?: AbortSignal): Promise<OpenedMount> {
  const script = { text: lookScript };
  const output = await readScript(shell, script, { maxBytes: maxStateBytes, ...(signal && { signal }) });
  const hasCpio = output.endsWith("\0cpio");
  return {
    state: parseState(output),
    async put(loaded, options) {
      const failures: unknown[] = [];
      const aborter = new AbortController();
      const given = options.signal === undefined ? [] : [options.signal];
      const stop = AbortSignal.any([aborter.signal, ...given]);
      const input = endingEarly(archive(loaded, { ...options, signal: stop, hasCpio }), failures);
      try {
        // It ends with its input: a process that is broken off takes the shell with it, and with that the way to clean up.
        const expectedBytes = totalsOf(loaded.snapshot).bytes;
        const result = await runScript(shell, { text: fillScript }, { input, expectedBytes });
        if (failures.length > 0) throw failures[0];
        if (result.exitCode !== 0) throw notUnpacked(result);
      } catch (error) {
        // Where this fails too, the next run does it.
        await runScript(shell, { text: settleScript }).catch(() => {});
        throw error;
      } finally {
        // Nothing is fetched any more for an archive that nobody reads.
        aborter.abort();
      }
    },
  };
}

/** What the script reads. */
async function* archive(
  { snapshot, sha256 }: Pick<LoadedSnapshot, "snapshot" | "sha256">,
  options: FillOptions & { readonly signal: AbortSignal; readonly hasCpio: boolean },
): AsyncGenerator<Buffer> {
  const { signal, hasCpio, onFile } = options;
  const { root, blobs, mount, scope, key } = snapshot;
  const layout = layOut(snapshot);
  const files = { blobs, queue: openBatches(layout, createOpener(snapshot, options), window), onFile };
  const isCpio = hasCpio && fitsCpio(layout);
  const { blocks, pieces } = isCpio ? { blocks: 0, pieces: writeCpio(layout, files) } : writeFiles(layout, files);
  yield Buffer.from(
    `${[isCpio ? "cpio" : "tar", blocks, `${root.uid}:${root.gid}`, root.mode.toString(8)].join(" ")}\n`,
  );
  for await (const piece of pieces) {
    yield piece;
    signal.throwIfAborted();
  }
  // From here on the mount must not be left by a mere change of mind.
  const stamp = Buffer.from(`${writeStamp({ mount, scope, key, sha256 })}\n`);
  const links = layout.symlinks.length === 0 ? [] : [{ path: linksName, content: writeLinkScript(layout.symlinks) }];
  yield* writeRest(layout, [...links, { path: ".bkcache", content: stamp }]);
}

/** Ends where the pieces fail, and keeps the reason. */
async function* endingEarly(pieces: AsyncIterable<Buffer>, failures: unknown[]): AsyncGenerator<Buffer> {
  try {
    yield* pieces;
  } catch (error) {
    failures.push(error);
  }
}

function notUnpacked(exit: MountExit): BkcacheError {
  return new BkcacheError({
    code: "BK5033",
    message: `the builder could not unpack the snapshot: ${explainFailure(exit)}`,
    hint: "look at the free space of the builder: docker buildx du",
  });
}
