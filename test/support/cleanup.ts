import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What must not outlive this process. Synchronous: nothing else runs in an exit handler. */
const pending = new Set<() => void>();
let isHooked = false;

/** Stops and removes everything that is pending. In vitest this runs at the end of each file (setup.ts). */
export function runCleanUp(): void {
  // Last in, first out: a server stops before the folder that it writes to goes.
  for (const cleanUp of [...pending].toReversed()) {
    pending.delete(cleanUp);
    try {
      cleanUp();
    } catch (error) {
      process.stderr.write(`clean-up failed: ${String(error)}\n`);
    }
  }
}

/** Runs `cleanUp` when the process ends, whatever the reason. Returns a function that takes it back. */
export function onProcessEnd(cleanUp: () => void): () => void {
  if (!isHooked) {
    isHooked = true;
    process.on("exit", runCleanUp);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.once(signal, () => {
        runCleanUp();
        // Without a listener the signal does what it always does.
        process.kill(process.pid, signal);
      });
    }
  }
  pending.add(cleanUp);
  return () => void pending.delete(cleanUp);
}

/** A temporary folder that goes when the process ends; its path is canonical. */
export function makeTempDir(label = "test", parent = tmpdir()): string {
  const dir = mkdtempSync(join(parent, `bkcache-${label}-`));
  onProcessEnd(() => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }));
  return dir;
}
