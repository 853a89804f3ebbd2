import { credentialIn, isSecretName } from "../credentials.ts";
import type { Path } from "../source-map.ts";
import { attributeSets, type RuleContext } from "./context.ts";
import type { Finding } from "./finding.ts";

/** Forms that only credentials have, anywhere in the config: a password in a URL, a token. */
export function* checkCredentialForms({ config }: RuleContext): Iterable<Finding> {
  const found: Finding[] = [];
  const walk = (value: unknown, path: Path): void => {
    if (typeof value === "string") {
      const what = credentialIn(value);
      if (what !== undefined) {
        const hint = path.includes("args") ? "pass it as a `secret`" : "give credentials in the environment";
        found.push({ code: "BK2040", path, message: `the string holds ${what}`, hint });
      }
    } else if (Array.isArray(value)) {
      for (const [i, item] of value.entries()) walk(item, [...path, i]);
    } else if (typeof value === "object" && value !== null) {
      for (const [key, item] of Object.entries(value)) walk(item, [...path, key]);
    }
  };
  walk(config, []);
  yield* found;
}

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
