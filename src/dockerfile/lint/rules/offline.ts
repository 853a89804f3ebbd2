import { allSteps, type LintFinding, type LintProject, stepsBefore } from "../rule.ts";
import { placeOfWords } from "../run-text.ts";
import { downloads, isMountFor, readsCache, type ToolRun, toolRunsOf } from "../tools.ts";
import { isOtherVariant } from "../variants.ts";
import type { Step } from "../walk.ts";

/** What an earlier step downloaded into a mount is not there for one without it. */
export function* checkOfflineSteps(project: LintProject): Iterable<LintFinding> {
  for (const { file, step } of allSteps(project)) {
    if (step.instruction.keyword !== "RUN" || step.instruction.comments.some(({ text }) => text.startsWith("bkcache:")))
      continue;
    const found = new Set<string>();
    for (const run of toolRunsOf(step)) {
      if (!readsCache(run) || isMounted(run, step) || isOtherVariant(file, step, run.name)) continue;
      const filled = stepsBefore(step).filter((before) => before.instruction.keyword === "RUN" && fetches(run, before));
      const last = filled.at(-1);
      if (last === undefined || !filled.every((before) => isMounted(run, before))) continue;
      const shown = run.command.words.slice(0, 3).join(" ");
      if (found.has(shown)) continue;
      found.add(shown);
      yield {
        code: "BK6024",
        at: { file, range: placeOfWords(file, step, run.command.words.slice(0, 2)) },
        message: `\`${shown}\` reads what line ${last.instruction.line} downloads into a mount, and has no mount itself`,
        hint: `give it the mount of line ${last.instruction.line}`,
      };
    }
  }
}

function fetches({ name }: ToolRun, step: Step): boolean {
  return toolRunsOf(step).some((run) => run.name === name && downloads(run));
}

function isMounted(run: ToolRun, step: Step): boolean {
  return step.mounts.some((mount) => mount.type === "cache" && isMountFor(run, mount, step));
}
