import type { Code } from "../../diagnostics/codes.ts";
import type { SpanOptions, Path } from "../source-map.ts";

/** A finding before its place in a file is looked up. */
export interface Finding extends SpanOptions {
  readonly code: Code;
  readonly path: Path;
  /** Starts lower-case; names the wrong value. */
  readonly message: string;
  readonly hint?: string;
}
