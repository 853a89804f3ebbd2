import { isSecretName } from "../credentials.ts";
import { parseTemplate } from "../text.ts";
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
      if (value === null || value === "") continue;
      const secret = isSecretName(name) ? name : secretIn(value);
      if (secret === undefined) continue;
      yield {
        code: "BK2054",
        path: [...path, "args", name],
        message: `${secret === name ? `the argument ${name}` : `${secret}, as the argument ${name},`} would stand in the image's history`,
        hint: "pass it as a `secret`",
      };
    }
  }
}

/** A variable that is called as secrets are, and that bake would put in from the environment. */
function secretIn(value: string): string | undefined {
  return parseTemplate(value).references.find(({ name }) => isSecretName(name))?.name;
}
