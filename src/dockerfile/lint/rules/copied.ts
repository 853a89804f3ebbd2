import { copiedPaths, stageOf } from "../copied-paths.ts";
import { foldersAbove, isWithin, touches } from "../paths.ts";
import { allSteps, headOf, type LintFinding, type LintProject, nameOf } from "../rule.ts";
import { programOf } from "../../shell-commands.ts";
import type { StageWalk, Step } from "../walk.ts";

/** What a RUN leaves in a cache mount is no part of the image, so that nothing can be copied from there. */
export function* checkCopiedMounts(project: LintProject): Iterable<LintFinding> {
  for (const { file, step } of allSteps(project)) {
    for (const { from, path } of copiedPaths(step)) {
      const stage = stageOf(file, from, step);
      const mounting = stage === null || path === null ? null : findMounting(stage, path);
      if (stage === null || path === null || mounting === null) continue;
      const { target, line } = mounting;
      yield {
        code: "BK6002",
        at: { file, range: headOf(step) },
        // The folder itself may be in the image, with nothing in it.
        isUncertain: path === target,
        message: `${path} of ${nameOf(stage)} lies in the cache mount at ${target} (line ${line}), so the image has none`,
        hint: `copy it out in the RUN that makes it, as in \`&& cp -a ${path} /out/\`, and take it from there`,
      };
    }
  }
}

/** The mount that a path lies in, where no step puts anything there besides. */
function findMounting({ chain }: StageWalk, path: string): { readonly target: string; readonly line: number } | null {
  const uses = chain.flatMap((step) =>
    step.mounts.flatMap(({ type, target, from }) =>
      type === "cache" && target !== null && from === null && isWithin(path, target) ? [{ step, target }] : [],
    ),
  );
  const use = uses.at(-1);
  if (use === undefined) return null;
  const programs = new Set(uses.flatMap(({ step }) => step.commands.map(programOf)).filter((name) => !isPlain(name)));
  const isPut = chain.some((step) => {
    if (step.copy === null && step.instruction.keyword !== "RUN") return false;
    if (uses.some((each) => each.step === step)) return step.writes.some((write) => touches(write.path, path));
    if (step.copy !== null) return isCopiedTo(step, path, use.target);
    // The same program without the mount, or a command that is told the path, may write it into the image.
    return step.commands.some(
      (command) =>
        programs.has(programOf(command)) ||
        command.mentions.some((each) => isWithin(each, use.target)) ||
        command.writes.some((write) => write.kind === "contents" && touches(write.path, path)),
    );
  });
  return isPut ? null : { target: use.target, line: use.step.instruction.line };
}

/** A copy of the context to a folder above is taken to bring sources alone. */
function isCopiedTo({ copy }: Step, path: string, target: string): boolean {
  if (copy?.path === undefined || copy.path === null) return true;
  if (copy.from === null && foldersAbove(target).concat("/").includes(copy.path)) return false;
  return touches(copy.path, path);
}

/** Commands that write nothing that anybody would copy. */
function isPlain(name: string | null): boolean {
  return name === null || ["cd", "set", "echo", "export", "test", "[", "true", ":", "rm"].includes(name);
}
