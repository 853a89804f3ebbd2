import { randomUUID } from "node:crypto";
import { GrpcError, GrpcStatus } from "./channel.ts";
import { helperPath } from "./llb.ts";
import type { MountExecOptions, MountExit } from "./shell.ts";
import type { OutputPiece, Stdio } from "./stdio.ts";

/** Bytes of input in one message at most; BuildKit holds each message whole, and refuses those of 16 MiB. */
const maxInput = 256 * 1024;
const maxStderr = 64 * 1024;

/**
 * Runs commands one after the other, since the builder takes its time to start a process. A line says of each its id, its
 * folder, the number of its text, the bytes of that, or 0 where it came before, the bytes of its input, or `-` where all that
 * is left is its input, and its arguments; the text follows, then the input. Its end is said at the end of standard error,
 * with the exit code, then at the end of standard output.
 */
export const loop = `
while IFS=' ' read -r id dir number size input args; do
  if [ "$size" != 0 ]; then
    text=$(busybox dd bs="$size" count=1 iflag=fullblock 2>/dev/null)
    [ "\${#text}" = "$size" ] || break
    eval "text$number=\\$text"
  fi
  eval "text=\\$text$number; set -- $args"
  case $input in
  0) (cd "$dir" || exit; eval "$text") </dev/null ;;
  -) (cd "$dir" || exit; eval "$text") ;;
  *) busybox dd bs="$input" count=1 iflag=fullblock 2>/dev/null | (cd "$dir" || exit; eval "$text") ;;
  esac
  echo "$id $?" >&2
  echo "$id"
  [ "$input" != - ] || break
done`;

export interface Command extends Pick<MountExecOptions, "onOutput" | "signal"> {
  readonly argv: readonly string[];
  readonly folder: string;
  readonly input: GatheredInput;
}

/** A process in a container that runs commands, one at a time. */
export interface Process {
  /** Fails as `explain` says, or with what input and `onOutput` threw; it is lost then. */
  run(command: Command): Promise<MountExit>;
  /** Whether it takes no other command. */
  isOver(): boolean;
  /** Whether a command was broken off, or it ended by itself. */
  isLost(): boolean;
  /** Lets it end, with the command under way. */
  end(): void;
}

/** For containers and processes, in whose ids BuildKit takes nothing but letters and digits. */
export function newId(): string {
  return randomUUID().replaceAll("-", "");
}

/**
 * @param stdio of a process that runs `loop`
 * @param explain what the user is to see of a failure
 */
export function openProcess(stdio: Stdio, explain: (error: unknown) => Promise<unknown>): Process {
  /** Of the texts that it has. */
  const numbers = new Map<string, number>();
  let underWay: Receiver | null = null;
  let isOver = false;
  let isLost = false;
  let hasEnded = false;
  let reason = "the builder does not say how the process ended";
  let failure: unknown;
  const end = (): void => {
    isOver = true;
    if (!hasEnded) stdio.end();
    hasEnded = true;
  };
  void stdio
    .receive((piece) => underWay?.take(piece))
    .then(
      (said) => {
        reason = said ?? reason;
        return underWay === null ? null : new GrpcError(GrpcStatus.UNKNOWN, reason);
      },
      (error: unknown) => error,
    )
    .then((error) => {
      isOver = true;
      isLost ||= error !== null;
      failure = error;
      underWay?.fail(error);
    });

  const sendCommand = async ({ argv, folder, input }: Command, id: string, isDone: () => boolean): Promise<void> => {
    const [text, args] = splitCommand(argv);
    const { head, rest } = input;
    const number = numbers.get(text) ?? numbers.size;
    const bytes = Buffer.from(numbers.has(text) ? "" : text);
    numbers.set(text, number);
    const inputBytes = rest === null ? head.length : "-";
    const line = [id, folder, number, bytes.length, inputBytes, ...args.map(quote)].join(" ");
    const isWanted = (): boolean => rest === null || !isDone();
    const message = Buffer.concat([Buffer.from(`${line}\n`), bytes, head]);
    for (let at = 0; at < message.length && isWanted(); at += maxInput)
      await stdio.send(message.subarray(at, at + maxInput));
    if (rest === null) return;
    for await (const chunk of { [Symbol.asyncIterator]: () => rest }) {
      for (let at = 0; at < chunk.length && isWanted(); at += maxInput)
        await stdio.send(chunk.subarray(at, at + maxInput));
      if (isDone()) break;
    }
    end();
  };
  return {
    isOver: () => isOver,
    isLost: () => isLost,
    end,
    async run(command) {
      const { signal, onOutput = () => {} } = command;
      if (isOver) throw await explain(failure ?? new GrpcError(GrpcStatus.UNKNOWN, reason));
      if (command.input.rest !== null) isOver = true;
      const id = newId();
      const { promise: ended, resolve, reject } = Promise.withResolvers<MountExit>();
      let isDone = false;
      const lose = (error: unknown): void => {
        // Half an input must not pass for a whole one.
        [isOver, isLost] = [true, true];
        reject(error);
        stdio.cancel();
      };
      const onAbort = (): void => lose(signal?.reason);
      signal?.addEventListener("abort", onAbort);
      if (signal?.aborted === true) onAbort();
      const onEnd = (exit: MountExit): void => {
        isDone = true;
        resolve(exit);
      };
      underWay = { take: createReceiver(id, { onOutput, onEnd, onRefused: lose }), fail: reject };
      sendCommand(command, id, () => isDone).catch(lose);
      try {
        return await ended;
      } catch (cause) {
        throw await explain(cause);
      } finally {
        isDone = true;
        underWay = null;
        signal?.removeEventListener("abort", onAbort);
      }
    },
  };
}

/** What the shell evaluates, which ends with no newline, since the shell would drop it, and the arguments. */
function splitCommand(argv: readonly string[]): readonly [text: string, args: readonly string[]] {
  const [applet, option, script = "", , ...args] = argv;
  const isScript = applet === "sh" && option === "-c" && !args.some((arg) => arg.includes("\n"));
  return isScript ? [script.trimEnd(), args] : [["exec", helperPath, ...argv.map(quote)].join(" "), []];
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

interface Receiver {
  /** What it returns is waited for, as with `onOutput`. */
  readonly take: (piece: OutputPiece) => void | Promise<void>;
  readonly fail: (error: unknown) => void;
}

interface ReceiverOptions {
  readonly onOutput: NonNullable<MountExecOptions["onOutput"]>;
  readonly onEnd: (exit: MountExit) => void;
  /** Takes what `onOutput` threw. */
  readonly onRefused: (error: unknown) => void;
}

const nothing = Buffer.alloc(0);

/** Reads to the end of a command. */
function createReceiver(id: string, { onOutput, onEnd, onRefused }: ReceiverOptions): Receiver["take"] {
  const mark = Buffer.from(`${id}\n`);
  const lastLine = new RegExp(`${id} (\\d+)\\n$`);
  let stderr = nothing;
  let held = nothing;
  let hasEnded = false;
  /** Of what `onOutput` has returned. */
  let handled: Promise<unknown> | undefined;
  const end = (exit: MountExit): void => {
    hasEnded = true;
    if (handled === undefined) onEnd(exit);
    else void handled.then(() => onEnd(exit)).catch(() => {});
  };
  return ({ fd, data }) => {
    if (hasEnded) return undefined;
    let answer;
    if (fd === 1) {
      const output = held.length === 0 ? data : Buffer.concat([held, data]);
      const length = output.length - overlap(output, mark);
      held = length === output.length ? nothing : Buffer.from(output.subarray(length));
      try {
        if (length > 0) answer = onOutput(output.subarray(0, length));
      } catch (error) {
        hasEnded = true;
        onRefused(error);
        return undefined;
      }
    } else {
      stderr = Buffer.concat([stderr, data]).subarray(-maxStderr);
    }
    if (answer !== undefined) {
      answer = answer.catch(onRefused);
      handled = Promise.all([handled, answer]);
    }
    const [line, exitCode] = held.equals(mark) ? (lastLine.exec(stderr.toString("latin1")) ?? []) : [];
    if (line !== undefined) {
      end({ exitCode: Number(exitCode), stderr: stderr.toString("utf8", 0, stderr.length - line.length) });
    }
    return answer;
  };
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

/** Bytes of input that are sent with a command, after which its process takes another one. */
const maxHead = 512 * 1024;

/** The input of a command: all of it, or its beginning and the rest. */
export interface GatheredInput {
  readonly head: Buffer;
  readonly rest: AsyncIterator<Uint8Array> | null;
}

/** Reads input until it is known whether it is short. It fails as the input does, or with the reason of the signal. */
export async function gatherInput(
  input: MountExecOptions["input"],
  signal: AbortSignal | undefined,
): Promise<GatheredInput> {
  signal?.throwIfAborted();
  if (input === undefined) return { head: nothing, rest: null };
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  aborted.catch(() => {});
  const onAbort = () => reject(signal?.reason);
  signal?.addEventListener("abort", onAbort);
  try {
    const rest: AsyncIterator<Uint8Array> = input[Symbol.asyncIterator]();
    const pieces: Buffer[] = [];
    let length = 0;
    while (length <= maxHead) {
      const next = await Promise.race([rest.next(), aborted]);
      if (next.done === true) return { head: Buffer.concat(pieces), rest: null };
      // What is given on need not be valid for longer than until the next one is asked for.
      pieces.push(Buffer.from(next.value));
      length += next.value.length;
    }
    return { head: Buffer.concat(pieces), rest };
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}
