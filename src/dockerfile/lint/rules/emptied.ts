import { type Emptying, emptyingsOf } from "../emptied.ts";
import { isWithin } from "../paths.ts";
import { allSteps, type Edit, type LintFile, type LintFinding, type LintProject } from "../rule.ts";
import { placeOfWords, withoutCommand, withoutWord, withWord } from "../run-text.ts";
import { type StepMount, stepMounts } from "../step-mounts.ts";
import type { Step } from "../walk.ts";

interface Found {
  readonly emptying: Emptying;
  readonly mount: StepMount;
}

/** What a RUN deletes in its mount, or has its tool pass by, is missed by the next build. */
export function* checkEmptiedMounts(project: LintProject): Iterable<LintFinding> {
  for (const { file, step } of allSteps(project)) {
    const mounts = stepMounts(project, file, step);
    const all = mounts.flatMap((mount) =>
      emptyingsOf(file, step, mount).map((emptying): Found => ({ emptying, mount })),
    );
    for (const group of Map.groupBy(all, ({ emptying }) => emptying.text).values()) {
      const [found] = group;
      if (found === undefined) continue;
      const { emptying: first, mount } = found;
      const targets = [...new Set(group.map(({ mount }) => mount.target))];
      const where = `the ${targets.length === 1 ? "mount" : "mounts"} at ${targets.join(" and ")}`;
      const busy = group.find(({ emptying }) => emptying.kind === "busy");
      yield {
        code: "BK6022",
        at: { file, range: first.isInRun ? placeOf(file, step, first) : mount.range },
        message:
          busy === undefined
            ? `${messageOf(first)} ${where}`
            : `${messageOf(first)} ${where}, and fails there: what is mounted cannot be removed`,
        hint: hintOf(step, first),
        edits: editsFor(file, step, { group, mounts }),
      };
    }
  }
}

function messageOf({ kind, text, tool }: Emptying): string {
  return kind === "bypasses" ? `${quoted(text)} keeps ${tool ?? "its tool"} from` : `${quoted(text)} empties`;
}

function quoted(text: string): string {
  return `\`${text.length > 60 ? `${text.slice(0, 57)}...` : text}\``;
}

function hintOf(step: Step, { kind, text, tool, isInRun, part }: Emptying): string {
  if (part !== undefined) return `leave \`${part}\` out of it: what is in a mount is no part of the image`;
  if (!isInRun) return `take ${text} away: what is in a mount is no part of the image`;
  if (tool === "apk" && kind === "bypasses" && !updates(step))
    return "write -U in its place, or run `apk update` first";
  return "leave it out: what is in a mount is no part of the image";
}

/** Without the index that --no-cache fetches apk needs another. */
function updates({ commands }: Step): boolean {
  return commands.some(
    ({ words }) => words.includes("update") || /(?:^|\s)(?:-U|--update(?:-cache)?)(?:\s|$)/.test(words.join(" ")),
  );
}

function placeOf(file: LintFile, step: Step, { kind, text, command }: Emptying) {
  return placeOfWords(file, step, kind === "bypasses" ? [text] : command.words);
}

/** Of what is in mounts alone. */
function editsFor(
  file: LintFile,
  step: Step,
  { group, mounts }: { readonly group: readonly Found[]; readonly mounts: readonly StepMount[] },
): readonly Edit[] {
  const first = group[0]?.emptying;
  if (
    first === undefined ||
    !first.isInRun ||
    group.some(({ mount }) => mount.use === null) ||
    step.instruction.args.startsWith("[")
  )
    return [];
  const { kind, text, tool, command } = first;
  if (kind === "bypasses") {
    const commands = new Set(group.map(({ emptying }) => emptying.command));
    if (tool !== "apk" || updates(step)) return withoutWord(file, step, text, commands.size);
    return withWord(file, step, { word: text, other: "-U", count: commands.size });
  }
  const others = command.empties.filter(({ path }) => !mounts.some(({ target }) => isWithin(path, target)));
  return others.length > 0 ? [] : withoutCommand(file, step, command.words);
}
