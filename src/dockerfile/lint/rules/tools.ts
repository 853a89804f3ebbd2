import { presets } from "../../../config/presets.ts";
import type { Range } from "../../model.ts";
import { allSteps, headOf, type LintFile, type LintFinding, type LintProject, stepsBefore } from "../rule.ts";
import { downloads, isMountFor, type ToolRun, toolsOf } from "../tools.ts";
import type { Step } from "../walk.ts";

/** Without a mount every change of what comes before downloads everything anew. */
export function* checkToolMounts(project: LintProject): Iterable<LintFinding> {
  for (const { file, step } of allSteps(project)) {
    // What `generate` is to write is not the user's to write.
    if (step.instruction.keyword !== "RUN" || hasMarker(step)) continue;
    const bare = toolsOf(step).filter((tool) => isBare(tool, step));
    for (const tool of bare) {
      const { name, preset, command } = tool;
      // Of two presets for one command, the first stands for both.
      if (bare.some((other) => preset.alternatives.includes(other.name) && bare.indexOf(other) < bare.indexOf(tool)))
        continue;
      if (
        preset.alternatives.some((other) =>
          isMounted({ name: other as typeof name, preset: presets[other as typeof name], command }, step),
        )
      )
        continue;
      // Of several that do the same work, the first has the loss.
      if (
        stepsBefore(step).some((before) =>
          toolsOf(before).some((other) => other.name === name && isBare(other, before)),
        )
      )
        continue;
      const shown = command.words.slice(0, 3).join(" ");
      yield {
        code: "BK6003",
        at: { file, range: placeOf(file, step, command.words) },
        message: `\`${shown}\` runs without a cache mount, so it downloads everything again whenever a step before it changes`,
        hint: `${adviceOf(project, tool, step)}${leaveOut(command.words)}`,
      };
    }
  }
}

function isBare(tool: ToolRun, step: Step): boolean {
  return downloads(tool) && !isMounted(tool, step);
}

function isMounted(tool: ToolRun, step: Step): boolean {
  return step.mounts.some((mount) => mount.type !== "secret" && mount.type !== "ssh" && isMountFor(tool, mount, step));
}

function hasMarker({ instruction }: Step): boolean {
  return instruction.comments.some(({ text }) => text.startsWith("bkcache:"));
}

function adviceOf(project: LintProject, { name, preset }: ToolRun, step: Step): string {
  const { mounts, project: prefix } = project;
  if (declaredFor(project, name, preset) !== undefined) {
    // One RUN can be the place of several mounts: the marker names all.
    const unmounted = toolsOf(step).filter((tool) => !isMounted(tool, step));
    const declared = unmounted.flatMap((tool) => declaredFor(project, tool.name, tool.preset) ?? []);
    return `write \`# bkcache: ${[...new Set(declared)].join(" ")}\` above the RUN and run \`bkcache generate\``;
  }
  const { target, sharing } = preset;
  if (target === null) return `add a cache mount for ${name}`;
  const flag = `--mount=type=cache,id=${prefix}-${name},target=${target}${sharing === "shared" ? "" : `,sharing=${sharing}`}`;
  return mounts === null
    ? `add ${flag}`
    : `declare \`${name}: ${name}\` under mounts, and write \`# bkcache: ${name}\` above the RUN`;
}

/** The name of a declared mount that is this preset's. */
function declaredFor(
  { mounts }: LintProject,
  name: ToolRun["name"],
  { target }: ToolRun["preset"],
): string | undefined {
  const entries = Object.entries(mounts ?? {});
  return entries.find(([, mount]) => mount.preset === name || mount.target === target)?.[0];
}

/** Flags and commands that would leave the mount empty. */
function leaveOut(words: readonly string[]): string {
  const flag = words.find((word) => /^--no-cache(?:-dir)?$/.test(word));
  return flag === undefined ? "" : `, and leave ${flag} out`;
}

/** Where the command stands in the file, as near as its first words can tell. */
function placeOf({ dockerfile }: LintFile, step: Step, words: readonly string[]): Range {
  const { range, flagsEnd } = step.instruction;
  for (const count of [2, 1]) {
    const text = words.slice(0, count).join(" ");
    const start = dockerfile.text.indexOf(text, flagsEnd);
    if (text !== "" && start !== -1 && start < range.end) return { start, end: start + text.length };
  }
  return headOf(step);
}
