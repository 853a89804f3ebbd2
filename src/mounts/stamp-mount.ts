import type { MountShell } from "../builder/gateway/shell.ts";
import { notePath } from "./note-script.ts";
import { explainFailure, runScript, unreadable } from "./shell-script.ts";
import { type Note, writeStamp } from "./stamp.ts";

/**
 * One that stops in between leaves a note with the time of its writing, which is as true as long as nobody else has the
 * mount; or half of one, which is none.
 */
const script = `set -e
${notePath}
printf '%s\\n' "$1" > "$note"
busybox touch -d "@$2" "$note"`;

/** Notes what the mount is equal to, and since when. @throws BkcacheError BK5032. */
export async function stampMount(shell: MountShell, { stamp, time }: Note, signal?: AbortSignal): Promise<void> {
  const exit = await runScript(shell, { text: script, args: [writeStamp(stamp), String(time)] }, signal && { signal });
  if (exit.exitCode !== 0) throw unreadable(explainFailure(exit));
}
