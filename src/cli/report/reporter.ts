import type { Diagnostic } from "../../diagnostics/error.ts";
import type { Message } from "../../host/host.ts";

export type Severity = "error" | "warning";

/** The only way a command speaks. Results go to standard output, all else to standard error. */
export interface Reporter {
  tell(message: Message): void;
  /** Lines that stay at the end of the terminal until the next call; nothing elsewhere. */
  live(lines: readonly string[]): void;
  findings(list: readonly Diagnostic[], severity: Severity): void;
  /** Plain lines for people, such as a table. */
  lines(texts: readonly string[]): void;
  /** The same as a part of a GitLab job's log that folds. @param name letters, digits and `_` */
  section(name: string, title: string, texts: readonly string[]): void;
  /** Text of a result, as it is. */
  result(text: string): void;
  /** A result as JSON, one document. */
  json(value: unknown): void;
}

/** Most findings that are printed; the rest is a count. */
export const mostFindings = 50;
