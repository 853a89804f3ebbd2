import { type BuildScope, expand, globalValues, lookupIn } from "./expand.ts";
import type { Dockerfile, Instruction, Stage } from "./model.ts";
import { parseMountOption } from "./mount-option.ts";

/**
 * The stages that a build of `target` needs, in the order in which they stand: the target, what it and they are made
 * from, copy from and mount from. Null where no stage has that name, or the file has none.
 * @param target name of a stage; the last one where it is left out or empty
 */
export function reachedStages(
  dockerfile: Dockerfile,
  target: string | undefined,
  scope: BuildScope,
): readonly Stage[] | null {
  const last = dockerfile.stages.at(-1);
  const wanted = target === undefined || target === "" ? last : stageNamed(dockerfile, target);
  if (wanted === undefined) return null;
  const baseOf = createBaseOf(dockerfile, scope);
  const reached = new Set<Stage>();
  const visit = (stage: Stage): void => {
    if (reached.has(stage) || isReplaced(stage, scope)) return;
    reached.add(stage);
    const base = baseOf(stage);
    if (base !== null) visit(base);
    const triggers = base === null ? [] : triggersOf(base);
    for (const instruction of [...triggers, ...stage.instructions]) {
      for (const source of sourcesOf(dockerfile, instruction)) visit(source);
    }
  };
  visit(wanted);
  return [...reached].toSorted((a, b) => a.index - b.index);
}

/** The stage that each stage is made from; a build gives the variables of FROM. */
export function createBaseOf(dockerfile: Dockerfile, scope: BuildScope): (stage: Stage) => Stage | null {
  const lookup = lookupIn(globalValues(dockerfile, scope), "closed");
  return (stage) => {
    const from = expand(stage.from, dockerfile.escape, lookup);
    // Only stages above count, and of two with one name the nearer; names are not folded here.
    return dockerfile.stages.findLast(({ name, index }) => index < stage.index && name === from) ?? null;
  };
}

/** What the ONBUILDs of a stage add to those that are made from it. */
export function triggersOf(stage: Stage): readonly Instruction[] {
  return stage.instructions.map(({ trigger }) => trigger).filter((trigger) => trigger !== null);
}

/** Whether a named context stands in for the stage. */
function isReplaced({ name }: Stage, { contexts }: BuildScope): boolean {
  return name !== null && contexts.some((context) => context.toLowerCase() === name);
}

function stageNamed(dockerfile: Dockerfile, wanted: string): Stage | undefined {
  return dockerfile.stages.findLast(({ name }) => name === wanted.toLowerCase());
}

function sourcesOf(dockerfile: Dockerfile, { keyword, flags }: Instruction): readonly Stage[] {
  if (keyword === "COPY") {
    return flags.flatMap(({ name, value }) => {
      if (name !== "from" || value === null) return [];
      return (/^\d+$/.test(value) ? dockerfile.stages[Number(value)] : stageNamed(dockerfile, value)) ?? [];
    });
  }
  if (keyword !== "RUN") return [];
  return flags.flatMap(({ name, value }) => {
    if (name !== "mount" || value === null) return [];
    // A mount takes no index. `from` holds no variables, so that others do not matter.
    const { mount } = parseMountOption(value, { escape: dockerfile.escape, lookup: () => null });
    return (mount?.from === undefined ? undefined : stageNamed(dockerfile, mount.from)) ?? [];
  });
}
