import type { HeredocStart } from "./heredoc.ts";

/** UTF-16 offsets; `end` is exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export type Escape = "\\" | "`";

/**
 * A Dockerfile with the place of everything in it, by the rules of BuildKit's own parser. Not `dockerfile-ast`: that
 * ends a flag at a blank inside quotes, takes `\\` at the end of a line for a continuation and a `--` for a flag, and
 * knows no offsets of a flag that continues on another line.
 */
export interface Dockerfile {
  readonly text: string;
  readonly escape: Escape;
  /** The first that the file has. */
  readonly eol: "\n" | "\r\n";
  /** `syntax`, `escape` and `check`, names in lower case. */
  readonly directives: Readonly<Record<string, string>>;
  /** Offset behind the byte order mark and the directives. */
  readonly bodyStart: number;
  readonly instructions: readonly Instruction[];
  readonly stages: readonly Stage[];
  /** The ARGs before the first FROM. */
  readonly globalArgs: readonly Arg[];
  /** Every comment, also those inside of instructions, but no directive and nothing of a heredoc. */
  readonly comments: readonly Comment[];
}

export interface Instruction {
  /** Upper case. */
  readonly keyword: string;
  /** From the keyword to the end of its last line without the line break, heredocs included. */
  readonly range: Range;
  /** From 1. */
  readonly line: number;
  readonly endLine: number;
  readonly flags: readonly Flag[];
  /** Offset where the first flag, or else the arguments begin; a `--` that ends the flags counts as one. */
  readonly flagsStart: number;
  /** Offset where arguments begin; where the keyword and flags end without them. */
  readonly flagsEnd: number;
  /** What follows the flags, continuations and the comments between them removed. */
  readonly args: string;
  readonly heredocs: readonly Heredoc[];
  /** The comment lines directly above: no blank line between them. */
  readonly comments: readonly Comment[];
  /** Comment lines between its own. */
  readonly inner: readonly Comment[];
  /** The instruction that an ONBUILD holds. */
  readonly trigger: Instruction | null;
  /** Index of its stage; null before the first FROM. */
  readonly stage: number | null;
}

export interface Flag {
  readonly name: string;
  /** Quotes and escapes removed; null without `=`. */
  readonly value: string | null;
  readonly range: Range;
}

export interface Heredoc extends HeredocStart {
  /** Its lines, without the one that ends it. */
  readonly range: Range;
}

export interface Comment {
  /** What follows the `#`, trimmed. */
  readonly text: string;
  readonly range: Range;
  readonly line: number;
}

export interface Stage {
  readonly index: number;
  /** Lower case. */
  readonly name: string | null;
  /** As written: variables are not replaced. */
  readonly from: string;
  /** As written. */
  readonly platform: string | null;
  /** Its FROM first. */
  readonly instructions: readonly Instruction[];
}

export interface Arg {
  readonly name: string;
  /** As written, quotes included; null without `=`. */
  readonly value: string | null;
}
