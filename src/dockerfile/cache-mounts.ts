import { posix } from "node:path";
import { parseOptionCsv } from "../config/csv.ts";
import { type BuildScope, stageEnvironments } from "./expand.ts";
import type { Dockerfile, Flag, Instruction } from "./model.ts";
import { parseMountOption } from "./mount-option.ts";
import type { Lookup } from "./shell-words.ts";
import { createBaseOf, reachedStages, triggersOf } from "./stages.ts";

/**
 * A cache mount that a build uses. Null stands for what holds a variable that nobody can tell, undefined for what the
 * flag does not give.
 */
export interface CacheMount {
  /** What BuildKit calls it, without BUILDKIT_CACHE_MOUNT_NS: the flag's id, else its cleaned target. */
  readonly id: string | null;
  /** As the flag gives it: a relative one starts from WORKDIR. */
  readonly target: string | null | undefined;
  readonly sharing: "shared" | "private" | "locked" | null;
  readonly uid: number | null | undefined;
  readonly gid: number | null | undefined;
  readonly mode: number | null | undefined;
  /** A stage, a named context or an image that the mount begins with. */
  readonly from: string | undefined;
  readonly source: string | null | undefined;
  /** Index of the stage that runs it. */
  readonly stage: number;
  /** Line of its RUN. */
  readonly line: number;
  readonly run: Instruction;
  readonly flag: Flag;
}

/** A RUN of a reached stage, with what it sees. */
export interface ReachedRun {
  readonly stage: number;
  readonly run: Instruction;
  readonly lookup: Lookup;
}

/**
 * The RUNs that a build of `target` may run, ONBUILDs of the stages that others are made from included.
 * Null where there is no such stage.
 */
export function reachedRuns(
  dockerfile: Dockerfile,
  target: string | undefined,
  scope: BuildScope,
): readonly ReachedRun[] | null {
  const reached = reachedStages(dockerfile, target, scope);
  if (reached === null) return null;
  const baseOf = createBaseOf(dockerfile, scope);
  const environments = stageEnvironments(dockerfile, scope, baseOf);
  return reached.flatMap((stage) => {
    const { steps = [] } = environments[stage.index] ?? {};
    const base = baseOf(stage);
    const [first] = steps;
    const triggered =
      base === null || first === undefined
        ? []
        : triggersOf(base).map((instruction) => ({ instruction, lookup: first.lookup }));
    return [...triggered, ...steps]
      .filter(({ instruction }) => instruction.keyword === "RUN")
      .map(({ instruction, lookup }) => ({ stage: stage.index, run: instruction, lookup }));
  });
}

/** The cache mounts of `reachedRuns`. A mount flag that BuildKit would refuse is left out. */
export function cacheMountsOf(
  dockerfile: Dockerfile,
  target: string | undefined,
  scope: BuildScope,
): readonly CacheMount[] | null {
  return reachedRuns(dockerfile, target, scope)?.flatMap((run) => mountsOfRun(run, dockerfile)) ?? null;
}

function mountsOfRun({ stage, run, lookup }: ReachedRun, { escape }: Dockerfile): readonly CacheMount[] {
  return run.flags.flatMap((flag) => {
    if (flag.name !== "mount" || flag.value === null) return [];
    const { mount } = parseMountOption(flag.value, { escape, lookup });
    if (mount?.type !== "cache") return [];
    const { target, sharing, uid, gid, mode, from, source } = mount;
    const id = mount.id === undefined || mount.id === "" ? defaultId(target) : mount.id;
    return {
      id,
      target,
      sharing: sharing === undefined ? "shared" : sharing,
      uid,
      gid,
      mode,
      from,
      source,
      stage,
      line: run.line,
      run,
      flag,
    };
  });
}

/** The id as the flag has it, variables as they are written. */
export function writtenId({ flag, id, target }: CacheMount): string {
  const written = parseOptionCsv(flag.value ?? "")?.findLast(({ key }) => key.toLowerCase() === "id")?.value;
  return written ?? id ?? target ?? "";
}

/** Why the contents of a mount stay on the builder, as a clause; null where they can be carried. */
export function whyStays({ id, uid, gid, mode, from, source, sharing }: CacheMount): string | null {
  if (from !== undefined || (source !== undefined && source !== null)) {
    return "it begins with the content of something else";
  }
  if (sharing === "private") return "with sharing private each build may have one of its own";
  if (id === null) return "its id holds a variable that only the build knows";
  if (uid === null || gid === null || mode === null) return "its owner holds a variable that only the build knows";
  return null;
}

/** The target as Go's path.Clean has it, before WORKDIR is put in front of a relative one. */
function defaultId(target: string | null | undefined): string | null {
  if (target === null) return null;
  const clean = posix.normalize(target ?? "");
  return clean.length > 1 && clean.endsWith("/") ? clean.slice(0, -1) : clean;
}
