import { type BuildScope, expand, globalValues, lookupIn, stageEnvironments } from "../expand.ts";
import type { Dockerfile, Instruction, Stage } from "../model.ts";
import type { Lookup } from "../shell-words.ts";
import { createBaseOf } from "../stages.ts";
import { type CopyParts, readCopy } from "./copy.ts";
import { homeAt } from "./images.ts";
import { type MountUse, mountUses } from "./mount-use.ts";
import { type Output, type PlacedCommand, placeCommands } from "./outputs.ts";
import { imagePath, isWithin } from "./paths.ts";
import { commandsOf } from "./run-commands.ts";

/** An instruction with what holds when it begins. */
export interface Step {
  readonly instruction: Instruction;
  readonly stage: StageWalk;
  readonly lookup: Lookup;
  /** Null where the base image decides. */
  readonly workdir: string | null;
  /** Without a group; null where the base image decides, or nobody can tell. */
  readonly user: string | null;
  /** Whether ONBUILD holds it: it is in `steps` alone, and in no `chain`. */
  readonly isTrigger: boolean;
  /** Whether a USER stands before it. */
  readonly hasUser: boolean;
  /** Of RUN alone. */
  readonly mounts: readonly MountUse[];
  readonly commands: readonly PlacedCommand[];
  /** Of COPY and ADD. */
  readonly copy: CopyParts | null;
  /** What it puts into the image; what goes into its mounts is not among it. */
  readonly writes: readonly Output[];
}

export interface StageWalk {
  readonly stage: Stage;
  readonly parent: StageWalk | null;
  /** What its FROM names, variables replaced; null where they cannot be told. */
  readonly base: string | null;
  readonly steps: readonly Step[];
  /** The steps of the stages that it is made from, then its own. */
  readonly chain: readonly Step[];
}

/** What every stage does, step by step, as far as the text says so. */
export function walkStages(dockerfile: Dockerfile, scope: BuildScope): readonly StageWalk[] {
  const { escape } = dockerfile;
  const baseOf = createBaseOf(dockerfile, scope);
  const globals = lookupIn(globalValues(dockerfile, scope), "closed");
  const walks: StageWalk[] = [];
  for (const { stage, steps } of stageEnvironments(dockerfile, scope, baseOf)) {
    const above = baseOf(stage);
    const parent = above === null ? null : (walks[above.index] ?? null);
    const base = expand(stage.from, escape, globals);
    const own: Step[] = [];
    const chain: Step[] = [...(parent?.chain ?? [])];
    const walk: StageWalk = { stage, parent, base, steps: own, chain };
    for (const { instruction, lookup } of steps) {
      const step = readStep({ instruction, lookup, dockerfile, stage: walk, before: chain.at(-1) });
      own.push(step);
      chain.push(step);
      // It runs in a build that is made from this image, after all of its steps; to look at, it stands where it is written.
      const { trigger } = instruction;
      if (trigger?.keyword !== "RUN") continue;
      own.push({
        ...readStep({ instruction: trigger, lookup, dockerfile, stage: walk, before: step }),
        isTrigger: true,
      });
    }
    walks.push(walk);
  }
  return walks;
}

interface StepInput {
  readonly instruction: Instruction;
  readonly lookup: Lookup;
  readonly dockerfile: Dockerfile;
  readonly stage: StageWalk;
  readonly before: Step | undefined;
}

function readStep({ instruction, lookup, dockerfile, stage, before }: StepInput): Step {
  const { escape } = dockerfile;
  const isEmpty = stage.base === "scratch" && before === undefined;
  const workdir = before === undefined ? (isEmpty ? "/" : null) : workdirAfter(before, escape);
  const user = before === undefined ? (isEmpty ? "root" : null) : userAfter(before, escape);
  const hasUser = before !== undefined && (before.hasUser || before.instruction.keyword === "USER");
  const step = {
    instruction,
    lookup,
    stage,
    workdir,
    user,
    hasUser,
    isTrigger: false,
    mounts: [],
    commands: [],
    writes: [],
    copy: null,
  };
  switch (instruction.keyword) {
    case "WORKDIR": {
      const path = workdirAfter(step, escape);
      return { ...step, writes: path === null ? [] : [{ path, kind: "folder" }] };
    }
    case "COPY":
    case "ADD": {
      const copy = readCopy(instruction, { workdir, lookup, escape });
      return {
        ...step,
        copy,
        writes: copy?.path === undefined || copy.path === null ? [] : [{ path: copy.path, kind: "contents" }],
      };
    }
    // What the image starts, which no step runs.
    case "CMD":
    case "ENTRYPOINT":
    case "RUN": {
      const mounts = mountUses(instruction, { workdir, lookup, escape });
      const commands = placeCommands(commandsOf(dockerfile, instruction, shellOf(stage)), {
        workdir,
        lookup,
        home: homeAt({ user, hasUser, lookup, stage })?.path ?? null,
      });
      const isMounted = (path: string) => mounts.some(({ target }) => target !== null && isWithin(path, target));
      return {
        ...step,
        mounts,
        commands,
        writes:
          instruction.keyword !== "RUN"
            ? []
            : commands.flatMap(({ writes }) => writes).filter(({ path }) => !isMounted(path)),
      };
    }
    default:
      return step;
  }
}

function workdirAfter(step: Step, escape: Dockerfile["escape"]): string | null {
  if (step.instruction.keyword !== "WORKDIR") return step.workdir;
  const text = expand(step.instruction.args, escape, step.lookup);
  return text === null ? null : imagePath(text, step.workdir);
}

/** Without a group. */
function userAfter(step: Step, escape: Dockerfile["escape"]): string | null {
  if (step.instruction.keyword !== "USER") return step.user;
  return expand(step.instruction.args, escape, step.lookup)?.split(":")[0] ?? null;
}

function shellOf({ chain }: StageWalk): string | null {
  return chain.findLast(({ instruction: { keyword } }) => keyword === "SHELL")?.instruction.args ?? null;
}
