import { baseLevel, planOfLevel } from "../bake/levels.ts";
import type { Plan } from "../bake/model.ts";
import type { Ci } from "../ci/ci.ts";
import { isDefaultBranch, type Origin } from "./origin.ts";

type Levels = NonNullable<Plan["trust"]>;

/** The level of trust of one run. */
export interface LevelInForce {
  /** Null where none of the config's fits: nothing is written then. */
  readonly name: string | null;
  /** Levels that are read beside it; without a name that of the default branch. */
  readonly reads: readonly string[];
  /** What it may do at most. */
  readonly read: boolean;
  readonly write: boolean;
  /** Why, as a clause for people. */
  readonly why: string;
}

/**
 * The level that a run is of, by what its service and the repository say. bkcache cannot know whether they tell the truth: the
 * credentials of the run bound what it can do, and this only chooses where that is tried.
 */
export function chooseLevel(trust: Levels, ci: Ci, origin: Origin): LevelInForce {
  const { words, what } = situationOf(ci, origin);
  for (const word of words) {
    const found = Object.entries(trust).find(([, { when }]) => when.includes(word));
    if (found !== undefined) return inForce(found, what);
  }
  const branch = origin.kind === "branch" && words.length > 0 && !words.includes("local") ? origin.branch : null;
  const fitting = branch === null ? [] : fittingLevels(trust, branch.name);
  const [first, second] = fitting;
  if (first !== undefined && second === undefined) return inForce(first, what);
  const base = baseLevel(trust);
  return {
    name: null,
    reads: base === null ? [] : [base],
    read: base !== null,
    write: false,
    why:
      second === undefined
        ? `no level of trust is for this build: ${what}`
        : `${fitting.map(([name]) => name).join(" and ")} are levels of trust for it alike: ${what}`,
  };
}

/** The plan with the places of the level; as it is where the config has no levels. */
export function planInForce(plan: Plan, level: LevelInForce | null): Plan {
  if (level === null) return plan;
  const { name, reads } = level;
  if (name !== null) return planOfLevel(plan, { own: name, reads });
  const [base] = reads;
  if (base !== undefined) return planOfLevel(plan, { own: base, reads: [] });
  // Nothing is read, and nothing written, so that it does not matter where that is.
  const { trust: _, ...rest } = plan;
  return rest;
}

function inForce([name, { reads, cache }]: readonly [string, Levels[string]], what: string): LevelInForce {
  const why = `its level of trust is ${name}: ${what}`;
  return { name, reads, read: cache !== "off", write: cache === "read-write", why };
}

interface Situation {
  /** Words of `when` that fit it, the most particular first. */
  readonly words: readonly string[];
  /** For people, as a clause. */
  readonly what: string;
}

function situationOf({ sign, distrust }: Ci, origin: Origin): Situation {
  const { kind, branch, base, isFork } = origin;
  if (kind === "request") {
    const whose = { true: " from another repository", false: "", null: ", and nothing says from where" }[`${isFork}`];
    // One that may be a fork's is treated as if it were.
    return { words: isFork === false ? ["change-request"] : ["fork", "change-request"], what: `${distrust}${whose}` };
  }
  if (kind === "stranger") return { words: [], what: distrust ?? "others can start it" };
  if (sign === null) return { words: ["local"], what: "this is not CI" };
  if (kind === "tag") return { words: ["tag"], what: "a tag is built" };
  if (kind === "queue") return { words: ["merge-queue"], what: `a merge queue builds ${base?.name ?? "its base"}` };
  if (branch === null) return { words: [], what: "nothing says of which branch the checkout is" };
  const isDefault = isDefaultBranch(origin, branch.name);
  return {
    words: [...(isDefault ? ["default-branch"] : []), `branch:${branch.name}`],
    what: `${branch.name} is the branch, as ${branch.by} says${isDefault ? ", and the default one" : ""}`,
  };
}

/** Levels with a pattern that fits a branch; of several those whose pattern says most. */
function fittingLevels(trust: Levels, branch: string): readonly (readonly [string, Levels[string]])[] {
  const fitting = Object.entries(trust).flatMap((level) => {
    const patterns = level[1].when.flatMap((word) => (word.startsWith("branch:") ? word.slice("branch:".length) : []));
    const weights = patterns.filter((pattern) => toRegExp(pattern).test(branch)).map(weightOf);
    return weights.length === 0 ? [] : [{ level, weight: Math.max(...weights) }];
  });
  const most = Math.max(...fitting.map(({ weight }) => weight));
  return fitting.filter(({ weight }) => weight === most).map(({ level }) => level);
}

/** Characters that must stand there as they are. */
function weightOf(pattern: string): number {
  return pattern.replaceAll("*", "").length;
}

/** `*` is any text without a slash, `**` any. */
function toRegExp(pattern: string): RegExp {
  const source = pattern
    .split(/(\*+)/)
    .map((part) => {
      if (!part.startsWith("*")) return part.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
      return part.length === 1 ? "[^/]*" : ".*";
    })
    .join("");
  return new RegExp(`^${source}$`, "s");
}
