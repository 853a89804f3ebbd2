import { variableAt } from "./images.ts";
import { stepsBefore } from "./rule.ts";
import type { Step } from "./walk.ts";

/** Whether poetry makes its virtual environments in its own folder, as it does unless it is told otherwise. */
export function keepsEnvironments(step: Step): boolean {
  const isSet = (name: string) => {
    const value = step.commands.find(({ env }) => Object.hasOwn(env, name))?.env[name] ?? variableAt(step, name);
    return typeof value === "string" && value !== "";
  };
  if (
    ["POETRY_VIRTUALENVS_IN_PROJECT", "POETRY_VIRTUALENVS_CREATE", "POETRY_VIRTUALENVS_PATH", "VIRTUAL_ENV"].some(isSet)
  )
    return false;
  return ![...stepsBefore(step), step].some(
    ({ commands, instruction, copy }) =>
      commands.some(({ words }) =>
        words.some((word) => word.startsWith("virtualenvs.") || word.endsWith("/activate")),
      ) ||
      copy?.sources.some((source) => source.endsWith("poetry.toml")) === true ||
      /virtualenvs/i.test(instruction.keyword === "RUN" ? instruction.args : ""),
  );
}
