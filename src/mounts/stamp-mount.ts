import type { MountShell } from "../builder/gateway/shell.ts";
import { keepNote, notePath } from "./note-script.ts";
import { explainFailure, type StartedScript, startScript, unreadable } from "./shell-script.ts";
import { type Stamp, writeStamp } from "./stamp.ts";

const script = `set -e
${notePath}
busybox cat > "$note.new"
[ -s "$note.new" ] || exec busybox rm -f "$note.new"
busybox touch -d "@$1" "$note.new"
${keepNote}`;

export interface Stamper {
  readonly script: StartedScript;
  /** Notes what the mount is equal to. @throws BkcacheError BK5032. */
  write(stamp: Stamp): Promise<void>;
}

/**
 * Starts to note what the mount is equal to; what that is may become known later, or never.
 * @param time since when, in seconds by the builder's clock
 */
export function startStamp(shell: MountShell, time: number, signal?: AbortSignal): Stamper {
  const started = startScript(shell, { text: script, args: [String(time)] }, signal && { signal });
  return {
    script: started,
    async write(stamp) {
      const input = (async function* () {
        yield writeStamp(stamp);
      })();
      const exit = await started.run({ input });
      if (exit.exitCode !== 0) throw unreadable(explainFailure(exit));
    },
  };
}
