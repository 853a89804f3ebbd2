import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readlinkSync, rmSync, statSync } from "node:fs";
import { open, unlink, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { createChunks } from "../store/chunks.ts";
import { S3Error } from "./errors.ts";

/** Bytes on disk that wait for others which come before them. */
export interface Spool {
  /** @throws S3Error ServiceUnavailable where there are too many; an error of the system where the disk is full */
  write(bytes: Uint8Array): Promise<SpooledBytes>;
  /** Removes all. */
  close(): void;
}

export interface SpooledBytes {
  /** Whoever is done with the bytes may give them back (`chunks.ts`). */
  readonly read: () => Promise<Buffer>;
  readonly remove: () => Promise<void>;
}

export interface SpoolOptions {
  /** Folder in which the spool's own is made. */
  readonly parent?: string;
  readonly maxBytes?: number;
}

/** Bytes of BuildKit's parts. */
const chunkBytes = 8 * 2 ** 20;
/** Age in ms from which a folder of another machine, or of one that had this folder before, belongs to nobody. */
const abandonedAfter = 24 * 3_600_000;

/**
 * A folder of this process. Its name says whose it is, so that the next spool removes it where the process was killed.
 * Made at the first write: most relays need none.
 */
export function openSpool({ parent = tmpdir(), maxBytes = 4 * 2 ** 30 }: SpoolOptions = {}): Spool {
  const prefix = `bkcache-relay-${machineId()}-`;
  const dir = join(parent, `${prefix}${process.pid}-${randomBytes(6).toString("hex")}`);
  removeAbandoned(parent, prefix);
  const chunks = createChunks(chunkBytes);
  let isMade = false;
  let isClosed = false;
  let held = 0;
  let count = 0;
  const close = (): void => {
    isClosed = true;
    process.off("exit", close);
    if (isMade) rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  };
  return {
    close,
    async write(bytes) {
      if (held + bytes.byteLength > maxBytes) {
        throw new S3Error("ServiceUnavailable", "too much waits for parts that come before it");
      }
      if (isClosed) throw new S3Error("ServiceUnavailable", "the relay ends");
      if (!isMade) {
        mkdirSync(dir, { mode: 0o700 });
        process.on("exit", close);
        isMade = true;
      }
      held += bytes.byteLength;
      count += 1;
      const path = join(dir, String(count));
      let isThere = true;
      const remove = async (): Promise<void> => {
        if (!isThere) return;
        isThere = false;
        held -= bytes.byteLength;
        await unlink(path).catch(() => {});
      };
      const size = bytes.byteLength;
      try {
        await writeFile(path, bytes, { flag: "wx", mode: 0o600 });
      } catch (error) {
        await remove();
        throw error;
      }
      return {
        async read() {
          const bytes = size <= chunkBytes ? chunks.take().subarray(0, size) : Buffer.allocUnsafeSlow(size);
          const file = await open(path);
          try {
            const { bytesRead } = await file.read(bytes, 0, size, 0);
            if (bytesRead !== size) throw new Error(`${path} has ${bytesRead} bytes of ${size}`);
          } finally {
            await file.close();
          }
          return bytes;
        },
        remove,
      };
    },
  };
}

/** Tells process ids of this machine, and of this container, from those of others that share its temporary folder. */
function machineId(): string {
  let namespace = "";
  try {
    namespace = readlinkSync("/proc/self/ns/pid");
  } catch {
    // Not Linux: there is one for each machine.
  }
  return createHash("sha256").update(`${hostname()} ${namespace}`).digest("hex").slice(0, 8);
}

function removeAbandoned(parent: string, ownPrefix: string): void {
  try {
    for (const name of readdirSync(parent)) {
      if (!/^bkcache-relay-[0-9a-f]{8}-\d+-[0-9a-f]{12}$/.test(name)) continue;
      const path = join(parent, name);
      const pid = Number(name.slice(ownPrefix.length).split("-")[0]);
      const isOurs = name.startsWith(ownPrefix);
      if (isOurs ? isRunning(pid) : Date.now() - statSync(path).mtimeMs < abandonedAfter) continue;
      rmSync(path, { recursive: true, force: true });
    }
  } catch {
    // What is left lies in the way of nobody.
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
