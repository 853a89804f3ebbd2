import { isSecretName } from "../credentials.ts";
import { attributeSets, type RuleContext } from "./context.ts";
import type { Finding } from "./finding.ts";

/** A literal under a name that says secret stands in the bake file, and in the image's history. */
export function* checkSecretNames({ config }: RuleContext): Iterable<Finding> {
  for (const [name, variable] of Object.entries(config.variables ?? {})) {
    const value = typeof variable === "object" ? variable.default : variable;
    if (!isSecretName(name) || typeof value !== "string" || value === "") continue;
    yield {
      code: "BK2054",
      path: ["variables", name],
      message: `the default of ${name} would stand in the bake file`,
      hint: "leave the default empty, or pass it as a `secret`",
    };
  }
  for (const [path, { args }] of attributeSets(config)) {
    for (const [name, value] of Object.entries(args ?? {})) {
      if (!isSecretName(name) || value === null || value === "") continue;
      yield {
        code: "BK2054",
        path: [...path, "args", name],
        message: `the argument ${name} would stand in the image's history`,
        hint: "pass it as a `secret`",
      };
    }
  }
}
