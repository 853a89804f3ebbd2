import type { MountUse } from "../mount-use.ts";
import { findHidden, mentions } from "../hidden.ts";
import { allSteps, type Edit, type LintFile, type LintFinding, type LintProject } from "../rule.ts";
import type { Step } from "../walk.ts";

/** A mount covers its folder: what the image has there is out of reach while the RUN runs. */
export function* checkHiddenPaths(project: LintProject): Iterable<LintFinding> {
  for (const { file, step } of allSteps(project)) {
    for (const mount of step.mounts) {
      // One with `from` begins with contents that somebody chose.
      if (mount.type !== "cache" || mount.target === null || mount.from !== null) continue;
      const hidden = findHidden(step, mount.target);
      if (hidden === null) continue;
      const isFile = hidden.path === mount.target;
      const edits = isFile && mentions(step, mount.target) ? removeFlag(file, step, mount) : [];
      yield {
        code: "BK6001",
        at: { file, range: mount.flag.range },
        message: `the mount at ${mount.target} hides ${isFile ? "what" : `${hidden.path}, which`} line ${hidden.step.instruction.line} puts there`,
        hint: isFile
          ? `leave the mount out: ${withoutFlag(file, step, mount)}`
          : `mount a folder that holds nothing but the cache, or put ${hidden.path} elsewhere`,
        isUncertain: !mentions(step, hidden.path) && !mentions(step, mount.target),
        edits,
      };
    }
  }
}

/** Takes the flag away with the blanks and line breaks up to what follows it; nothing where a comment stands there. */
function removeFlag({ dockerfile }: LintFile, { instruction }: Step, { flag }: MountUse): readonly Edit[] {
  const next =
    instruction.flags.find(({ range }) => range.start > flag.range.start)?.range.start ?? instruction.flagsEnd;
  const gap = dockerfile.text.slice(flag.range.end, next);
  return gap.includes("#") ? [] : [{ start: flag.range.start, end: next, text: "" }];
}

/** The instruction on one line, as it would be without the flag. */
function withoutFlag({ dockerfile }: LintFile, { instruction }: Step, { flag }: MountUse): string {
  const others = instruction.flags.filter((other) => other !== flag);
  const texts = others.map(({ range }) => dockerfile.text.slice(range.start, range.end));
  const [first = ""] = instruction.args.split("\n");
  return `\`${[instruction.keyword, ...texts, first].join(" ")}\``;
}
