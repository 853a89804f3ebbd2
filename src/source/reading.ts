import type { Host } from "../host/host.ts";
import { findStandIns, type VariableStandIns } from "./stand-in-variables.ts";

/**
 * Questions to bake from whose answers nothing is built: what this machine lacks, as it does in a pull request from a
 * fork, need not stop them. What has helped once is there for the next question.
 */
export interface Reading {
  /** Null while none are needed. */
  standIns(): VariableStandIns | null;
  keep(standIns: VariableStandIns): void;
  /** Says it, once. */
  tell: Host["tell"];
}

/** What a question is asked with besides. */
export interface Help {
  readonly standIns: VariableStandIns | null;
  readonly flags: readonly string[];
}

export const noHelp: Help = { standIns: null, flags: [] };

export function createReading({ tell }: Pick<Host, "tell">): Reading {
  const said = new Set<string>();
  let kept: VariableStandIns | null = null;
  return {
    standIns: () => kept,
    keep(standIns) {
      kept = standIns;
    },
    tell(message) {
      if (said.has(message.message)) return;
      said.add(message.message);
      tell(message);
    },
  };
}

/** Overrides that take secrets and agents away: bake looks at their files even where it only prints. */
const withoutSecrets: readonly string[] = ["--set", "*.secret=", "--set", "*.ssh="];

/** Whether bake refuses for what this machine lacks, not for what the files say. */
export function isOfMachine(reason: string): boolean {
  return /^failed to (?:stat|convert agent config) |invalid empty ssh agent socket/.test(reason);
}

interface Asked {
  readonly dir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly files: readonly string[];
}

/** The answer to a question, with as little help as it takes; the last refusal where nothing helps. */
export async function askReading<Answer extends object>(
  reading: Reading,
  { dir, env, files }: Asked,
  ask: (help: Help) => Promise<Answer | { readonly reason: string }>,
): Promise<Answer | { readonly reason: string }> {
  let [flags, standIns]: [Help["flags"], Help["standIns"]] = [[], reading.standIns()];
  let answer = await ask({ flags, standIns });
  let refusal: string | null = null;
  while ("reason" in answer) {
    const { reason } = answer;
    if (isOfMachine(reason) && flags.length === 0) flags = withoutSecrets;
    else {
      const found = standIns === null ? findStandIns({ dir, env, files }) : null;
      if (found === null) break;
      standIns = found;
      refusal = reason;
    }
    answer = await ask({ flags, standIns });
  }
  if ("reason" in answer) {
    // Of what stands in for others the user knows nothing.
    const isOwn = refusal === null || answer.reason.startsWith("failed to find target ");
    return isOwn ? answer : { reason: refusal ?? answer.reason };
  }
  if (refusal !== null && standIns !== null) {
    reading.keep(standIns);
    const { names } = standIns;
    const unset = names.length === 0 ? "" : `, with stand-ins for ${names.join(", ")}`;
    reading.tell({
      level: "warning",
      code: "BK4020",
      message: `${files.filter((file) => file !== "-").join(", ")} cannot be read as bake reads it: ${refusal}`,
      hint: `it is read without that condition${unset}; set the variables in the environment, as for a build`,
    });
  }
  return answer;
}
