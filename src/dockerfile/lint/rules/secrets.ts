import { isSecretName } from "../../../config/credentials.ts";
import { readArgs } from "../../parse.ts";
import { splitWords } from "../../words.ts";
import { allSteps, type LintFinding, type LintProject } from "../rule.ts";

/** ARG and ENV stand in the image's history or environment, and in the cache that everybody reads. */
export function* checkSecretVariables(project: LintProject): Iterable<LintFinding> {
  for (const file of project.files) {
    const { escape, instructions } = file.dockerfile;
    for (const instruction of instructions) {
      if (instruction.keyword !== "ARG" || instruction.stage !== null) continue;
      for (const { name } of readArgs(instruction, escape)) {
        if (isSecret(name)) yield finding(file, instruction, name);
      }
    }
  }
  for (const { file, step } of allSteps(project)) {
    const { instruction } = step;
    const { escape } = file.dockerfile;
    for (const name of instruction.keyword === "ARG" ? readArgs(instruction, escape).map((arg) => arg.name) : []) {
      if (isSecret(name)) yield finding(file, instruction, name);
    }
    for (const [name, value] of instruction.keyword === "ENV" ? envOf(instruction.args, escape) : []) {
      // One that is cleared gives nothing away.
      if (isSecret(name) && !/^(?:""|'')?$/.test(value)) yield finding(file, instruction, name);
    }
  }
}

/** What a bundler writes into the pages that everybody reads is no secret, whatever its name. */
const isPublic =
  /^(?:NEXT_PUBLIC|NUXT_PUBLIC|VITE|REACT_APP|VUE_APP|GATSBY|EXPO_PUBLIC|PUBLIC|STORYBOOK|SNOWPACK_PUBLIC|NG_APP|RSPRESS|TARO_APP|PREACT_APP|DOCUSAURUS|SANITY_STUDIO)_/;

function isSecret(name: string): boolean {
  return isSecretName(name) && !isPublic.test(name);
}

function finding(
  file: LintProject["files"][number],
  { keyword, range, flagsEnd }: LintProject["files"][number]["dockerfile"]["instructions"][number],
  name: string,
): LintFinding {
  const at = file.dockerfile.text.indexOf(name, flagsEnd);
  const start = at === -1 || at > range.end ? range.start : at;
  return {
    code: "BK6013",
    at: { file, range: { start, end: start + name.length } },
    message: `${keyword} ${name} would stand in the image's history and in its cache`,
    hint: `pass it as a secret: \`RUN --mount=type=secret,id=${name},env=${name} ...\``,
  };
}

function envOf(args: string, escape: string): readonly (readonly [string, string])[] {
  const words = splitWords(args, escape);
  if (words[0]?.includes("=") !== true) return [[words[0] ?? "", words.slice(1).join(" ")]];
  return words.map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]);
}
