import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What must not outlive this process. Synchronous: nothing else runs in an exit handler. */
const pending = new Set<() => void>();
let isHooked = false;

function runAll(): void {
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
    process.on("exit", runAll);
    for (const [signal, code] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
      ["SIGHUP", 129],
    ] as const) {
      process.on(signal, () => process.exit(code));
    }
  }
  pending.add(cleanUp);
  return () => void pending.delete(cleanUp);
}

/** A temporary folder that goes when the process ends; its path is canonical. */
export function makeTempDir(label = "test"): string {
  const dir = mkdtempSync(join(tmpdir(), `bkcache-${label}-`));
  onProcessEnd(() => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }));
  return dir;
}
