import type { BakeResult } from "../../build/cached-build.ts";
import type { CommandContext } from "../command.ts";

/** Says what a build came to, where buildx has not said all of it; returns the exit code of the command. */
export async function reportResult(
  context: CommandContext,
  { exitCode, outcome, isQuiet = false }: BakeResult,
): Promise<number> {
  if (outcome === null) return exitCode;
  // Loaded with what has read the outcome, while buildx was at work.
  const { reportOutcome } = await import("./outcome.ts");
  return reportOutcome(context, outcome, { isQuiet });
}
