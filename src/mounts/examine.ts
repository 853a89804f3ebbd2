import type { MountShell } from "../builder/gateway/shell.ts";
import { readScript, unreadable } from "./shell-script.ts";
import { printNote } from "./note-script.ts";
import { settleScript } from "./settle.ts";
import { readNote, type Stamp } from "./stamp.ts";

/** What is in a mount, without reading any content. */
export interface MountContent {
  /** What was left by a restore that was cut off: put in place, or removed; null where there was nothing. */
  readonly settled: "finished" | "removed" | null;
  /** The snapshot that the mount was equal to once. */
  readonly stamp: Stamp | null;
  /** All but folders. */
  readonly files: number;
  /** What they take on the builder's disk. */
  readonly bytes: number;
}

/** Settles the mount and counts what is in it. @throws BkcacheError BK5032 */
export async function examineMount(shell: MountShell, signal?: AbortSignal): Promise<MountContent> {
  const text = `
if [ -d .bkcache-wipe ] || [ -d .bkcache-swap ]; then printf finished
elif [ -d .bkcache-restore ]; then printf removed
fi
printf '\\0'
${settleScript}${printNote}
busybox find . ! -type d -print0 | busybox tr -d -c '\\000' | busybox wc -c
busybox du -s -k .
`;
  const output = await readScript(shell, { text }, { maxBytes: 1 << 20, ...(signal && { signal }) });
  const [settled = "", stamp = "", counts = ""] = output.split("\0");
  const [files, kibibytes] = counts.split("\n").map((line) => Number.parseInt(line, 10));
  if (files === undefined || kibibytes === undefined || Number.isNaN(files + kibibytes)) {
    throw unreadable("its content cannot be counted");
  }
  return {
    settled: settled === "finished" || settled === "removed" ? settled : null,
    stamp: readNote(stamp)?.stamp ?? null,
    files,
    bytes: kibibytes * 1024,
  };
}
