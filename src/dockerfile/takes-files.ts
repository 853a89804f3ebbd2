import type { Dockerfile, Instruction } from "./model.ts";

/**
 * Whether a step may take files from outside of its stage without a layer of its own: a copy without `--link`, or a bind mount. By
 * the flags alone, which takes a hundredth of what it takes to walk through the stages: false is certain, true is not.
 */
export function mayTakeFiles({ instructions }: Dockerfile): boolean {
  return instructions.some(mayTake);
}

const others = /(?:^|,)type=(?:cache|tmpfs|secret|ssh)(?:,|$)/;

function mayTake({ keyword, flags, trigger }: Instruction): boolean {
  if (trigger !== null) return mayTake(trigger);
  if (keyword === "COPY" || keyword === "ADD")
    return !flags.some(({ name, value }) => name === "link" && value === null);
  return keyword === "RUN" && flags.some(({ name, value }) => name === "mount" && !others.test(value ?? ""));
}
