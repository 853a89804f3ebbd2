import { randomUUID } from "node:crypto";
import { type Call, type Channel, GrpcError, GrpcStatus } from "./channel.ts";
import { helperPath } from "./llb.ts";
import { type ExecMessage, LLBBridge } from "./messages.ts";
import type { MountExecOptions, MountExit } from "./shell.ts";
import type { Decoded, Encoded } from "./wire.ts";

type ExecCall = Call<Encoded<typeof ExecMessage>, Decoded<typeof ExecMessage>>;

/** Where the mount lies in its container. */
export const mountPath = "/k";
/** The folder of notes, which all containers share. */
export const notesPath = "/n";
/** Bytes of input in one message at most; BuildKit holds each message whole, and refuses those of 16 MiB. */
const maxInput = 256 * 1024;
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
  readonly onStarted?: () => void;
  /** What the user is to see of a failed call. */
  readonly explain: (error: unknown) => Promise<unknown>;
}

/** For containers and processes, in whose ids BuildKit takes nothing but letters and digits. */
export function newId(): string {
  return randomUUID().replaceAll("-", "");
}

/** Runs a process in a container. It fails as `explain` says, or with what input and `onOutput` threw. */
export async function runProcess(
  channel: Channel,
  argv: readonly string[],
  options: ProcessOptions,
): Promise<MountExit> {
  const { container, metadata, isFirst, explain, signal, input = [], onOutput = () => {}, onStarted } = options;
  const call: ExecCall = channel.open(LLBBridge.ExecProcess, { metadata, signal });
  const ProcessID = newId();
  const script = isFirst ? report + stay : report;
  const args = [helperPath, "sh", "-c", script, ProcessID, helperPath, ...argv];
  const Meta = { args, cwd: mountPath, env: ["PATH=/bin", "LC_ALL=C", "TZ=UTC0", `BKCACHE_NOTES=${notesPath}`] };
  const Init = { ContainerID: container, Meta, Fds: [0, 1, 2] };

  let isOver = false;
  const { promise: ended, resolve, reject } = Promise.withResolvers<MountExit>();
  void sendAll(call, { ProcessID, Init, input, isOver: () => isOver }).catch((error: unknown) => {
    // Half an input must not pass for a whole one.
    reject(error);
    call.cancel();
  });
  const onEnd = (exit: MountExit) => {
    isOver = true;
    resolve(exit);
  };
  receive(call, { ProcessID, onStarted, onOutput, onEnd }).catch(reject);
  try {
    return await ended;
  } catch (cause) {
    isOver = true;
    throw await explain(cause);
  }
}

const nothing = Buffer.alloc(0);

interface Receiver {
  readonly ProcessID: string;
  readonly onStarted: (() => void) | undefined;
  readonly onOutput: NonNullable<MountExecOptions["onOutput"]>;
  readonly onEnd: (exit: MountExit) => void;
}

/** Reads to the end of the call, which comes after that of the process, and for the first one with its container's. */
async function receive(call: ExecCall, { ProcessID, onStarted, onOutput, onEnd }: Receiver): Promise<void> {
  const mark = Buffer.from(`${ProcessID}\n`);
  const lastLine = new RegExp(`${ProcessID} (\\d+)\\n$`);
  let stderr = nothing;
  let held = nothing;
  let reason = "the builder does not say how the process ended";
  let hasEnded = false;
  /** Of what `onOutput` has returned. */
  let handled: Promise<unknown> | undefined;
  const end = (exit: MountExit): void => {
    hasEnded = true;
    if (handled === undefined) onEnd(exit);
    else void handled.then(() => onEnd(exit)).catch(() => {});
  };
  await call.receive(({ Started, File, Exit, Done }) => {
    if (Started !== undefined) onStarted?.();
    if (Exit?.Error !== undefined) reason = Exit.Error.message;
    // The call ends where both sides have said that they are through.
    if (Done !== undefined) call.end();
    if (File === undefined || hasEnded) return undefined;
    let answer;
    if (File.Fd === 1) {
      const output = held.length === 0 ? File.Data : Buffer.concat([held, File.Data]);
      const length = output.length - overlap(output, mark);
      held = length === output.length ? nothing : Buffer.from(output.subarray(length));
      if (length > 0) answer = onOutput(output.subarray(0, length));
    } else {
      stderr = Buffer.concat([stderr, File.Data]).subarray(-maxStderr);
    }
    if (answer !== undefined) handled = Promise.all([handled, answer]);
    const [line, exitCode] = held.equals(mark) ? (lastLine.exec(stderr.toString("latin1")) ?? []) : [];
    if (line !== undefined) {
      end({ exitCode: Number(exitCode), stderr: stderr.toString("utf8", 0, stderr.length - line.length) });
    }
    return answer;
  });
  if (!hasEnded) throw new GrpcError(GrpcStatus.UNKNOWN, reason);
}

/** How many bytes at the end of `data` may be the beginning of `mark`. */
function overlap(data: Uint8Array, mark: Buffer): number {
  const last = data[data.length - 1];
  for (let length = Math.min(mark.length, data.length); length > 0; length--) {
    if (last !== mark[length - 1]) continue;
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
