import type { UnknownFlag } from "../bake/flags.ts";
import type { Buildx } from "../builder/buildx.ts";
import { BkcacheError } from "../diagnostics/error.ts";

/** A flag in the help of a command of buildx: `  -f, --file stringArray`. */
const listed = /^ +(?:(-\w), )?(--[\w-]+)/gm;

/**
 * Refuses flags that neither bkcache nor the installed buildx has, before anything is done for a build that cannot begin.
 * buildx, which may be newer than what is known here, is asked only where there are such flags.
 * @throws BkcacheError BK1001.
 */
export async function requireFlags(
  verb: "bake" | "build",
  unknown: readonly UnknownFlag[],
  finding: Promise<Pick<Buildx, "exec">>,
): Promise<void> {
  if (unknown.length === 0) return;
  // Without an answer it has none of them.
  const help = await finding.then((buildx) => buildx.exec([verb, "--help"], { timeoutMs: 10_000 })).catch(() => null);
  const known = new Set([...(help?.stdout ?? "").matchAll(listed)].flatMap(([, letter, long]) => [letter, long]));
  const left = unknown.filter(({ flag }) => !known.has(flag));
  if (left.length === 0) return;
  throw BkcacheError.of(
    left.map(({ flag, guess }) => ({
      code: "BK1001",
      message: `unknown flag ${flag}: neither bkcache ${verb} nor the installed buildx has it`,
      hint: guess === undefined ? `bkcache ${verb} --help lists the flags` : `did you mean ${guess}?`,
    })),
  );
}
