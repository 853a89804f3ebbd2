import type { PresetName } from "../../config/presets.ts";
import { knownImage, rootImage } from "./images.ts";
import { type LintFile, stepsBefore } from "./rule.ts";
import { toolRunsOf } from "./tools.ts";
import type { Step } from "./walk.ts";

/**
 * Whether a preset is the one of two for the same commands that a step does not use: yarn 1 or later, dnf 4 or 5. False
 * where nothing tells.
 */
export function isOtherVariant(file: LintFile, step: Step, name: PresetName): boolean {
  if (name === "yarn-classic" || name === "yarn-berry") {
    const isBerry = isYarnBerry(file, step);
    return isBerry !== null && isBerry !== (name === "yarn-berry");
  }
  if (name === "dnf" || name === "dnf5") {
    const isFive = isDnf5(step);
    return isFive !== null && isFive !== (name === "dnf5");
  }
  return false;
}

const berryFlag = /^--(?:immutable|immutable-cache|check-cache|inline-builds|mode=|refresh-lockfile)/;
const classicFlag =
  /^--(?:pure-lockfile|non-interactive|ignore-engines|ignore-optional|prod|production|no-progress|mutex)/;

function isYarnBerry(file: LintFile, step: Step): boolean | null {
  const steps = [...stepsBefore(step), step];
  const called = toolRunsOf(step).flatMap((run) => (run.name === "yarn-berry" ? [run.called] : []));
  if (called.some((words) => words.some((word) => berryFlag.test(word)))) return true;
  if (called.some((words) => words[1] === "workspaces" && words[2] === "focus")) return true;
  for (const { words } of steps.flatMap(({ commands }) => commands)) {
    const [, version] = /\byarn(?:@| set version )(\w+)/.exec(words.join(" ")) ?? [];
    if (version !== undefined) return !/^(?:1|classic)/.test(version);
  }
  for (const { copy } of steps) {
    for (const source of copy?.from === null ? copy.sources : []) {
      if (/(?:^|\/)\.yarnrc\.yml$|(?:^|\/)\.yarn(?:\/|$)/.test(source)) return true;
      if (/(?:^|\/)\.yarnrc$/.test(source)) return false;
      const isEntire = /^(?:\.|\.\/|\/)$/.test(source);
      if (isEntire && file.readSource(".yarnrc.yml") !== null) return true;
      const manifest = isEntire ? "package.json" : /(?:^|\/)package\.json$/.test(source) ? source : null;
      const text = manifest === null ? null : file.readSource(manifest);
      const [, major] = /"packageManager"\s*:\s*"yarn@(\d+)/.exec(text ?? "") ?? [];
      if (major !== undefined) return major !== "1";
    }
  }
  return called.some((words) => words.some((word) => classicFlag.test(word))) ? false : null;
}

/** Fedora has it from 41 on; all others that are known have dnf 4 or yum. */
function isDnf5(step: Step): boolean | null {
  const image = rootImage(step.stage);
  const name = knownImage(image)?.name;
  if (name === undefined || image === null) return null;
  if (name !== "fedora") return false;
  const [, tag] = /:(\d+)/.exec(image) ?? [];
  return tag === undefined || Number(tag) >= 41;
}
