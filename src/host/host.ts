import type { Diagnostic } from "../diagnostics/error.ts";

export interface ExecOptions {
  readonly cwd?: string;
  /** The whole environment of the child; `host.env` when left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Text for standard input; without it the child's standard input is closed (or inherited, see `terminal`). */
  readonly input?: string;
  /** True: standard output and error are the user's terminal, nothing is captured. */
  readonly terminal?: boolean;
  /** Ends the program after this time; the exit code is then 124. */
  readonly timeoutMs?: number;
}

export interface ExecResult {
  /** Exit code; 128 + signal number where a signal ended the process. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
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
  /** Milliseconds since the epoch. */
  now(): number;
  tell(message: Message): void;
}
