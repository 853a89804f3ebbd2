import type { Readable } from "node:stream";

/**
 * What makes BuildKit take two cache mounts for one: the id within its namespace, and the owner and mode of its first
 * folder. A mount with another owner or mode is another mount, with the same id.
 */
export interface MountIdentity {
  /** As the Dockerfile's `id=` says it, variables replaced; without one the cleaned target. */
  readonly id: string;
  /** The build argument BUILDKIT_CACHE_MOUNT_NS; mostly empty. */
  readonly namespace: string;
  /** Undefined where the Dockerfile does not say: 0 and undefined are two mounts. */
  readonly uid?: number;
  readonly gid?: number;
  /** The permission bits, such as 0o755. */
  readonly mode?: number;
}

export interface MountExecOptions {
  /** Sent to standard input, which is then closed; without it standard input is empty. */
  readonly input?: Readable | AsyncIterable<Uint8Array>;
  /**
   * Takes standard output piece by piece, each valid until the call returns; without it output is dropped. While a
   * promise that it returned waits no more is read, but for what has come already. What it throws ends the process.
   */
  readonly onOutput?: (piece: Buffer) => void | Promise<void>;
  /** How much may go in or come out, where it may be much: there may be a shorter way for that. */
  readonly expectedBytes?: number;
  readonly signal?: AbortSignal;
}

/** How a process ended. */
export interface MountExit {
  readonly exitCode: number;
  /** The last 64 KiB. */
  readonly stderr: string;
}

/**
 * A container that holds nothing but a static busybox and cache mounts, of which this is one, opened for this process alone (sharing
 * locked). Its working folder is the root of the mount, and it runs as root without a network. BKCACHE_NOTES names a folder
 * that the shells of all mounts of the builder share, and no build sees; BKCACHE_SCRATCH one that goes with the container,
 * which mounts that were opened together share.
 */
export interface MountShell {
  /**
   * Runs an applet of busybox: `["tar", "-c", ...]`. Rejects where it could not be started, its connection broke, it was
   * broken off, or input or `onOutput` failed.
   */
  exec(argv: readonly string[], options?: MountExecOptions): Promise<MountExit>;
  close(): Promise<void>;
}
