import type { BkcacheError } from "../diagnostics/error.ts";

/** Exit codes of every command; `bake` and `build` pass buildx's own code through besides. */
export const exitCodes = {
  ok: 0,
  /** A negative finding, as `--check` on a stale file. */
  negative: 1,
  /** Bad usage or config, or a builder that cannot do what the plan needs. */
  usage: 2,
  /** A cache failure under `--strict`. */
  cache: 3,
  internal: 70,
  interrupted: 130,
} as const;

/** Asked for and not found, or not decided. */
const negative: ReadonlySet<string> = new Set(["BK3001", "BK5057", "BK5058"]);

export function exitCodeOf(error: BkcacheError): number {
  if (negative.has(error.code)) return exitCodes.negative;
  if (error.code === "BK5056") return exitCodes.usage;
  if (error.code.startsWith("BK5")) return exitCodes.cache;
  if (error.code.startsWith("BK9")) return exitCodes.internal;
  return exitCodes.usage;
}
