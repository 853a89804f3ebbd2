import { readArgs } from "../../parse.ts";
import type { MountUse } from "../mount-use.ts";
import { type LintFile, type LintFinding, type LintProject } from "../rule.ts";
import type { Step } from "../walk.ts";

/**
 * An explicit id is no part of a step's cache key. Of two stages that are the same up to such a RUN, BuildKit runs one,
 * and the other's mount gets nothing.
 */
export function* checkTwins({ files }: LintProject): Iterable<LintFinding> {
  for (const file of files) {
    const numberOf = createKeys();
    const keys = new Map<Step, number | null>();
    const first = new Map<number, Step>();
    for (const { steps, parent } of file.walks) {
      const last = parent?.chain.at(-1);
      let key = last === undefined ? numberOf("") : (keys.get(last) ?? null);
      for (const step of steps.filter(({ isTrigger }) => !isTrigger)) {
        const part = partOf(file, step);
        if (part === null || key === null) key = null;
        else if (part !== "") key = numberOf(`${key} ${part}`);
        keys.set(step, key);
        if (key === null || !step.mounts.some(isKeyless)) continue;
        const other = first.get(key);
        if (other === undefined) first.set(key, step);
        else yield* compare(file, step, other);
      }
    }
  }
}

function* compare(file: LintFile, step: Step, other: Step): Iterable<LintFinding> {
  const theirs = other.mounts.filter(isKeyless);
  const mount = step.mounts.filter(isKeyless).find(({ id }, index) => id !== theirs[index]?.id);
  if (mount === undefined) return;
  yield {
    code: "BK6014",
    at: { file, range: mount.flag.range },
    message: `but for the id ${mount.id} this step is that of line ${other.instruction.line}, so BuildKit runs one of them and fills one mount`,
    hint: "give both one id, or make the steps differ: an ARG of the stage, or another command",
  };
}

function isKeyless({ type, id, sharing }: MountUse): boolean {
  return type === "cache" && (id !== null || sharing !== "shared");
}

/** Numbers texts, so that a chain of steps is one number however long it is. */
function createKeys(): (text: string) => number {
  const known = new Map<string, number>();
  return (text) => {
    const number = known.get(text) ?? known.size;
    known.set(text, number);
    return number;
  };
}

/** What a step adds to the cache keys of those after it; empty where nothing, null where that differs by target. */
function partOf(file: LintFile, { instruction, mounts, stage }: Step): string | null {
  const { keyword, args, flags, heredocs } = instruction;
  if (keyword === "FROM" && stage.parent === null) {
    return JSON.stringify([stage.base ?? stage.stage.index, stage.stage.platform]);
  }
  if (!inKey.has(keyword)) return "";
  // Targets that set an argument to other values make other steps of it.
  const isVaried =
    keyword === "ARG" && readArgs(instruction, file.dockerfile.escape).some(({ name }) => isSet(file, name));
  if (isVaried) return null;
  const mountFlags = mounts.map((mount) =>
    mount.fields
      .filter(({ key }) => !isKeyless(mount) || (key !== "id" && key !== "sharing"))
      .map(({ key, value }) => `${key}=${value}`)
      .sort(),
  );
  const others = flags.filter(({ name }) => name !== "mount").map(({ name, value }) => [name, value]);
  const bodies = heredocs.map(({ range }) => file.dockerfile.text.slice(range.start, range.end));
  return JSON.stringify([keyword, args, mountFlags, others, bodies]);
}

const inKey = new Set(["RUN", "COPY", "ADD", "WORKDIR", "ENV", "ARG", "USER", "SHELL"]);

function isSet({ targets }: LintFile, name: string): boolean {
  return targets.some(({ args }) => Object.hasOwn(args, name));
}
