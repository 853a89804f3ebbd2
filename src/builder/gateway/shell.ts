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
  readonly signal?: AbortSignal;
}

/** A running process in the mount. Both `stdout` and `done` must be taken; `stdout` has back pressure. */
export interface MountProcess {
  readonly stdout: Readable;
  /** Rejects only where the process could not be started or its connection broke. */
  readonly done: Promise<{
    readonly exitCode: number;
    /** The last 64 KiB. */
    readonly stderr: string;
  }>;
}

/**
 * A container that holds nothing but a static busybox and one cache mount, opened for this process alone (sharing
 * locked). Its working folder is the root of the mount, and it runs as root without a network.
 */
export interface MountShell {
  /** Runs an applet of busybox: `["tar", "-c", ...]`. */
  exec(argv: readonly string[], options?: MountExecOptions): MountProcess;
  close(): Promise<void>;
}
