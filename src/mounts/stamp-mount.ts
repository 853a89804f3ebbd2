import type { MountShell } from "../builder/gateway/shell.ts";
import { notePath } from "./note-script.ts";
import { explainFailure, runScript, unreadable } from "./shell-script.ts";
import { type Note, writeStamp } from "./stamp.ts";

const script = `set -e
${notePath}
printf '%s\\n' "$1" > "$note.new"
busybox touch -d "@$2" "$note.new"
busybox mv -f "$note.new" "$note"`;

/** Notes what the mount is equal to, and since when. @throws BkcacheError BK5032. */
export async function stampMount(shell: MountShell, { stamp, time }: Note, signal?: AbortSignal): Promise<void> {
  const exit = await runScript(shell, { text: script, args: [writeStamp(stamp), String(time)] }, signal && { signal });
  if (exit.exitCode !== 0) throw unreadable(explainFailure(exit));
}
