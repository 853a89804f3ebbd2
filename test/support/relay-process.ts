import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { Counts } from "../../src/relay/metrics.ts";
import type { Keys } from "../../src/relay/signature.ts";
import { onProcessEnd } from "./cleanup.ts";
import { cleanEnv } from "./env.ts";

export interface RelayMainOptions {
  /** As a config declares it, with its name. */
  readonly backend: object;
  /** Name under which the relay serves it. */
  readonly bucket: string;
  readonly tier?: { readonly path: string; readonly maxSize: number };
  readonly mayWrite?: boolean;
  /** Bounds in ms of the waits between the tries of one request to the store. */
  readonly waits?: readonly number[];
  /** Each request on standard error. */
  readonly logs?: boolean;
}

export interface RelayReady {
  readonly endpoint: string;
  readonly keys: Keys;
}

export interface RelayUsage {
  readonly cpuMs: number;
  /** The most that it has had, in MB. */
  readonly memory: number;
  readonly counts: Counts | null;
}

export interface RelayProcess extends RelayReady {
  readonly pid: number;
  /** What BuildKit takes to reach it, without a name. */
  readonly attributes: string;
  usage(): Promise<RelayUsage>;
  /** Ends it in order. */
  stop(): Promise<void>;
  /** As `kill -9`. */
  kill(): Promise<void>;
  log(): string;
}

export interface RelayProcessOptions extends RelayMainOptions {
  /** The store's credentials, and TMPDIR. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The program, where it is not the sources. */
  readonly program?: string;
  readonly execArgv?: readonly string[];
}

export async function startRelay({
  env,
  program,
  execArgv = [],
  ...options
}: RelayProcessOptions): Promise<RelayProcess> {
  const main = program ?? join(import.meta.dirname, "relay-main.ts");
  const child = fork(main, [JSON.stringify(options)], {
    env: cleanEnv(env),
    execArgv: [...execArgv],
    stdio: ["ignore", "inherit", "pipe", "ipc"],
  });
  const forget = onProcessEnd(() => void child.kill("SIGKILL"));
  const exited = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
  let log = "";
  child.stderr?.on("data", (chunk: Buffer) => (log += chunk.toString()));
  const ready = await Promise.race([
    answerOf<RelayReady>(child),
    exited.then(() => Promise.reject(new Error(`the relay has ended:\n${log}`))),
  ]);
  const { endpoint, keys } = ready;
  const end = async (work: () => void): Promise<void> => {
    work();
    await exited;
    forget();
  };
  return {
    ...ready,
    pid: child.pid ?? 0,
    attributes: s3Attributes({ endpoint, bucket: options.bucket, ...keys }),
    async usage() {
      const answer = answerOf<RelayUsage>(child);
      child.send("usage");
      return answer;
    },
    stop: () => end(() => void child.send("stop")),
    kill: () => end(() => void child.kill("SIGKILL")),
    log: () => log,
  };
}

function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve) => void child.once("message", (message) => resolve(message as T)));
}

/** A cache entry of BuildKit's, without a name. */
export function s3Attributes(place: {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region?: string;
}): string {
  const { endpoint, bucket, accessKeyId, secretAccessKey, region = "eu-central-1" } = place;
  return [
    "type=s3",
    `endpoint_url=${endpoint}`,
    `bucket=${bucket}`,
    `region=${region}`,
    "use_path_style=true",
    `access_key_id=${accessKeyId}`,
    `secret_access_key=${secretAccessKey}`,
  ].join(",");
}
