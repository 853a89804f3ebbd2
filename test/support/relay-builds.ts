import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Buildkit } from "./buildkit.ts";
import { makeTempDir } from "./cleanup.ts";
import { cleanEnv } from "./env.ts";
import { findTool } from "./toolchain.ts";

export interface BuildOptions {
  /** A folder with a Dockerfile. */
  readonly context: string;
  /** Named contexts by their folders. */
  readonly contexts?: Readonly<Record<string, string>>;
  /** Cache entries of BuildKit's s3 backend. */
  readonly from?: string;
  readonly to?: string;
  /** Names of files in the result whose digests are wanted. */
  readonly files?: readonly string[];
  readonly signal?: AbortSignal;
}

export interface BuildResult {
  readonly exitCode: number;
  /** What BuildKit says of its steps. */
  readonly log: string;
  /** Commands of the Dockerfile that were run, as BuildKit shows them; all others were cached. */
  readonly ran: readonly string[];
  /** SHA-256 of each file. */
  readonly files: Readonly<Record<string, string>>;
}

/** A build by BuildKit itself, without bkcache. With `files` the result is unpacked, and with it all that it takes from a cache. */
export async function buildDirectly(builder: Pick<Buildkit, "socket">, options: BuildOptions): Promise<BuildResult> {
  const { context, contexts = {}, from, to, files = [], signal } = options;
  const dest = makeTempDir("result");
  const argv = ["--addr", builder.socket, "build", "--frontend", "dockerfile.v0", "--progress", "plain"];
  argv.push("--local", `context=${context}`, "--local", `dockerfile=${context}`);
  for (const [name, folder] of Object.entries(contexts)) {
    argv.push("--local", `${name}=${folder}`, "--opt", `context:${name}=local:${name}`);
  }
  if (from !== undefined) argv.push("--import-cache", from);
  if (to !== undefined) argv.push("--export-cache", to);
  if (files.length > 0) argv.push("--output", `type=local,dest=${dest}`);
  const { exitCode, log } = await new Promise<Pick<BuildResult, "exitCode" | "log">>((resolve) => {
    const done = (error: { readonly code?: unknown } | null, stdout: string, stderr: string): void =>
      resolve({ exitCode: error === null ? 0 : Number(error.code ?? 1), log: stdout + stderr });
    execFile(findTool("buildctl"), argv, { env: cleanEnv(), maxBuffer: 2 ** 26, ...(signal && { signal }) }, done);
  });
  const digest = (name: string) =>
    createHash("sha256")
      .update(readFileSync(join(dest, name)))
      .digest("hex");
  return {
    exitCode,
    log,
    ran: readRan(log),
    files: exitCode === 0 ? Object.fromEntries(files.map((name) => [name, digest(name)])) : {},
  };
}

function readRan(log: string): readonly string[] {
  // One that is read from the cache says so, or which blobs it reads.
  const isRead = (id: string | undefined) => new RegExp(`^#${id} (?:CACHED|sha256:|extracting)`, "m").test(log);
  const names = [...log.matchAll(/^#(\d+) \[(?:\S+ )?\d+\/\d+\] (.*)$/gm)];
  const isDone = (id: string | undefined) => new RegExp(`^#${id} DONE`, "m").test(log);
  return [...new Set(names.flatMap(([, id, name = ""]) => (isDone(id) && !isRead(id) ? [name] : [])))];
}
