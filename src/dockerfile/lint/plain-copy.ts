import type { Step } from "./walk.ts";

/** One that reads the context, or a named one, into the layers below. */
export function isPlainCopy({ copy, instruction }: Step): boolean {
  if (copy === null || copy.isInline) return false;
  const link = instruction.flags.find(({ name }) => name === "link");
  if (link !== undefined && link.value?.toLowerCase() !== "false") return false;
  return !(instruction.keyword === "ADD" && copy.sources.every((source) => /^(?:https?|git|ssh):|^git@/.test(source)));
}

/** The first layer on nothing has the files alone as its input. */
export function isFirstOnScratch(step: Step): boolean {
  const makesLayer = new Set(["RUN", "COPY", "ADD", "WORKDIR"]);
  const before = step.stage.chain.slice(0, step.stage.chain.indexOf(step));
  const [first] = step.stage.chain;
  const isOnScratch = first?.stage.base === "scratch";
  return isOnScratch && !before.some(({ instruction }) => makesLayer.has(instruction.keyword));
}
