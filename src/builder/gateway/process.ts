import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { type Call, type Channel, GrpcError, GrpcStatus } from "./channel.ts";
import { helperPath } from "./llb.ts";
import { type ExecMessage, LLBBridge } from "./messages.ts";
import type { MountExecOptions, MountProcess } from "./shell.ts";
import type { Decoded, Encoded } from "./wire.ts";

type ExecCall = Call<Encoded<typeof ExecMessage>, Decoded<typeof ExecMessage>>;
type ExitStatus = Awaited<MountProcess["done"]>;

/** Where the mount lies in its container. */
export const mountPath = "/k";
/** Bytes of input in one message at most; BuildKit holds each message whole, and refuses those of 16 MiB. */
const maxInput = 256 * 1024;
/** Bytes of output that wait for a reader. */
const maxWaiting = 1024 * 1024;
const maxStderr = 64 * 1024;

/**
 * Runs `$@` and says at the end of standard error how that ended, then at the end of standard output that it has. It ends
 * well in any case, since BuildKit ends a container with the first process that fails.
 */
const report = '"$@"; echo "$0 $?" >&2; echo "$0"';
/** BuildKit starts further processes in a container, at the cost of one, only as long as its first one lives. */
const stay = "; exec sleep 2147483647 </dev/null >/dev/null 2>&1";

export interface ProcessOptions extends MountExecOptions {
  readonly container: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Whether it is the first in its container, where it stays after its end. */
  readonly isFirst: boolean;
  /** What the user is to see of a failed call. */
  readonly explain: (error: unknown) => Promise<unknown>;
}

/** For containers and processes, in whose ids BuildKit takes nothing but letters and digits. */
export function newId(): string {
  return randomUUID().replaceAll("-", "");
}

/** Starts a process in a container. It fails as `explain` says, or with what the input threw. */
export function startProcess(channel: Channel, argv: readonly string[], options: ProcessOptions): MountProcess {
  const { container, metadata, isFirst, explain, signal, input = [] } = options;
  const call: ExecCall = channel.open(LLBBridge.ExecProcess, { metadata, signal });
  const ProcessID = newId();
  const script = isFirst ? report + stay : report;
  const args = [helperPath, "sh", "-c", script, ProcessID, helperPath, ...argv];
  const Meta = { args, cwd: mountPath, env: ["PATH=/bin", "LC_ALL=C", "TZ=UTC0"] };
  const Init = { ContainerID: container, Meta, Fds: [0, 1, 2] };

  let wake = () => {};
  let isOver = false;
  const stdout = new Readable({
    highWaterMark: maxWaiting,
    read: () => wake(),
    destroy: (error, callback) => {
      // Nobody reads on, so that the process works for no one.
      if (!isOver) call.cancel();
      wake();
      callback(error);
    },
  });
  // Who waits for `done` learns of it there.
  stdout.on("error", () => {});

  const { promise: ended, resolve, reject } = Promise.withResolvers<ExitStatus>();
  void sendAll(call, { ProcessID, Init, input, isOver: () => isOver }).catch((error: unknown) => {
    // Half an input must not pass for a whole one.
    reject(error);
    call.cancel();
  });
  const receiver = {
    ProcessID,
    async onOutput(chunk: Uint8Array) {
      if (!stdout.destroyed && !stdout.push(chunk)) await new Promise<void>((resolve) => (wake = resolve));
    },
    onEnd(status: ExitStatus) {
      isOver = true;
      stdout.push(null);
      resolve(status);
    },
  };
  receive(call, receiver).catch(reject);
  const done = ended.catch(async (cause: unknown) => {
    isOver = true;
    const error = await explain(cause);
    stdout.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  });
  // It is there to be waited for, not to end this process.
  done.catch(() => {});
  return { stdout, done };
}

const nothing = Buffer.alloc(0);

interface Receiver {
  readonly ProcessID: string;
  readonly onOutput: (chunk: Uint8Array) => Promise<void>;
  readonly onEnd: (status: ExitStatus) => void;
}

/** Reads to the end of the call, which comes after that of the process, and for the first one with its container's. */
async function receive(call: ExecCall, { ProcessID, onOutput, onEnd }: Receiver): Promise<void> {
  const mark = Buffer.from(`${ProcessID}\n`);
  const lastLine = new RegExp(`${ProcessID} (\\d+)\\n$`);
  let stderr = nothing;
  let held = nothing;
  let reason = "the builder does not say how the process ended";
  let hasEnded = false;
  for await (const { File, Exit, Done } of call.messages) {
    if (Exit?.Error !== undefined) reason = Exit.Error.message;
    // The call ends where both sides have said that they are through.
    if (Done !== undefined) call.end();
    if (File === undefined || hasEnded) continue;
    if (File.Fd === 1) {
      const output = held.length === 0 ? File.Data : Buffer.concat([held, File.Data]);
      const end = output.length - overlap(output, mark);
      held = end === output.length ? nothing : Buffer.from(output.subarray(end));
      if (end > 0) await onOutput(output.subarray(0, end));
    } else {
      stderr = Buffer.concat([stderr, File.Data]).subarray(-maxStderr);
    }
    const [line, exitCode] = held.equals(mark) ? (lastLine.exec(stderr.toString("latin1")) ?? []) : [];
    if (line === undefined) continue;
    hasEnded = true;
    onEnd({ exitCode: Number(exitCode), stderr: stderr.toString("utf8", 0, stderr.length - line.length) });
  }
  if (!hasEnded) throw new GrpcError(GrpcStatus.UNKNOWN, reason);
}

/** How many bytes at the end of `data` may be the beginning of `mark`. */
function overlap(data: Uint8Array, mark: Buffer): number {
  for (let length = Math.min(mark.length, data.length); length > 0; length--) {
    if (data.at(-1) !== mark[length - 1]) continue;
    if (mark.subarray(0, length).equals(data.subarray(data.length - length))) return length;
  }
  return 0;
}

interface Outgoing {
  readonly ProcessID: string;
  readonly Init: Encoded<typeof ExecMessage>["Init"];
  readonly input: NonNullable<MountExecOptions["input"]> | readonly Uint8Array[];
  readonly isOver: () => boolean;
}

async function sendAll(call: ExecCall, { ProcessID, Init, input, isOver }: Outgoing): Promise<void> {
  await call.send({ ProcessID, Init });
  for await (const chunk of input as AsyncIterable<Uint8Array>) {
    for (let at = 0; at < chunk.length && !isOver(); at += maxInput) {
      await call.send({ ProcessID, File: { Data: chunk.subarray(at, at + maxInput) } });
    }
    if (isOver()) break;
  }
  await call.send({ ProcessID, File: { EOF: true } });
}
