import type { Code } from "./codes.ts";

/** A place in a file. Lines and columns count from 1; columns count UTF-16 code units. */
export interface Span {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The source line with a caret below, ready to print. */
  readonly excerpt?: string;
}

/** One finding: what is wrong, where, and what to do next. */
export interface Diagnostic {
  readonly code: Code;
  /** Starts lower-case; names the wrong value. */
  readonly message: string;
  /** What to do next. */
  readonly hint?: string;
  /** Keys that lead to the value, as in `targets.api.tags[0]`. */
  readonly path?: string;
  readonly span?: Span;
}

export interface BkcacheErrorOptions extends Diagnostic {
  readonly cause?: unknown;
  /** All findings, where one run found several; the error itself then carries the first. */
  readonly findings?: readonly Diagnostic[];
}

/** A failure that a user can reach and mend. Recognise it by `code`, never by its text. */
export class BkcacheError extends Error implements Diagnostic {
  override readonly name = "BkcacheError";
  readonly code: Code;
  readonly hint?: string;
  readonly path?: string;
  readonly span?: Span;
  readonly findings: readonly Diagnostic[];

  constructor(options: BkcacheErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    if (options.hint !== undefined) this.hint = options.hint;
    if (options.path !== undefined) this.path = options.path;
    if (options.span !== undefined) this.span = options.span;
    // Findings are printed as data; a cause may be anything that somebody threw.
    const { cause: _cause, findings, ...own } = options;
    this.findings = findings ?? [own];
  }

  /** One error for many findings. `findings` must not be empty. */
  static of(findings: readonly Diagnostic[]): BkcacheError {
    const [first] = findings;
    if (first === undefined) throw new Error("an error needs a finding");
    return new BkcacheError({ ...first, findings });
  }
}
