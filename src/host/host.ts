import type { Readable } from "node:stream";
import type { Duplex } from "node:stream";
import type { Diagnostic } from "../diagnostics/error.ts";
import type { AfterKill } from "./after-kill.ts";

export interface ExecOptions {
  readonly cwd?: string;
  /** The whole environment of the child; `host.env` when left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** For standard input; without it the child's is closed (or inherited, see `terminal`). */
  readonly input?: string | Readable;
  /** True: standard output and error are the user's terminal, nothing is captured. */
  readonly terminal?: boolean;
  /** Beside a program that has the terminal: what this one writes goes there too, once that one has ended. */
  readonly terminalAfter?: Promise<unknown>;
  /** Ends the program after this time; the exit code is then 124. */
  readonly timeoutMs?: number;
}

export interface ExecResult {
  /** Exit code; 128 + signal number where a signal ended the process. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface PipeOptions {
  readonly cwd?: string;
  /** The whole environment of the child; `host.env` when left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A running program that carries a connection. */
export interface ProgramPipe {
  /** Its standard input and output. */
  readonly stream: Duplex;
  /** What it has written to standard error, the last 64 KiB. */
  stderr(): string;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number>;
  /** Ends its input, then the program, and waits for that. */
  close(): Promise<void>;
}

/** Something worth saying while a command runs. Reporters decide how it looks. */
export interface Message extends Omit<Diagnostic, "code"> {
  readonly level: "info" | "warning";
  readonly code?: Diagnostic["code"];
}

/** The side effects that the pipeline may have, so that a test can watch or replace them. */
export interface Host {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /**
   * Runs a program to its end. A non-zero exit is a result, not an error.
   * @throws BkcacheError BK4001 where the program cannot be started.
   */
  exec(command: string, args: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /**
   * Starts a program for what it reads and writes. It ends by `close` or with this process; neither `signal` nor Ctrl-C
   * ends it, so that what it carries can be put in order first.
   * @throws BkcacheError BK4001 where the program cannot be started.
   */
  openPipe(command: string, args: readonly string[], options?: PipeOptions): Promise<ProgramPipe>;
  /**
   * Runs bkcache with these arguments where this process is killed before that is called off. Null where this process is not
   * the program itself.
   */
  runAfterKill(args: readonly string[]): Promise<AfterKill | null>;
  /** Milliseconds since the epoch. */
  now(): number;
  tell(message: Message): void;
  /** Shows these lines below all else until the next call replaces them; nothing where no person looks on. */
  live(lines: readonly string[]): void;
}
