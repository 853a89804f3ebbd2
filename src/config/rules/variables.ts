import { suggest } from "../../diagnostics/nearest.ts";
import type { Config } from "../schema.gen.ts";
import { fitsType, parseType, shapeOfType, type VariableShape } from "../type-expression.ts";
import type { RuleContext } from "./context.ts";
import type { Finding } from "./finding.ts";

/** Names that bake ignores without a word, and words of HCL that are no names. */
const reserved = new Set([
  "BAKE_CMD_CONTEXT",
  "BAKE_LOCAL_PLATFORM",
  "else",
  "endfor",
  "endif",
  "false",
  "for",
  "function",
  "group",
  "if",
  "in",
  "null",
  "target",
  "true",
  "variable",
]);

/** Names that most shells, machines or CI systems set. */
const environment = new Set([
  "CI",
  "EDITOR",
  "HOME",
  "HOST",
  "HOSTNAME",
  "LANG",
  "LOGNAME",
  "MAIL",
  "NAME",
  "OLDPWD",
  "OSTYPE",
  "PATH",
  "PWD",
  "SHELL",
  "SHLVL",
  "TEMP",
  "TERM",
  "TMP",
  "TMPDIR",
  "USER",
  "USERNAME",
]);

export function* checkVariableNames({ config }: RuleContext): Iterable<Finding> {
  for (const name of Object.keys(config.variables ?? {})) {
    const path = ["variables", name];
    if (reserved.has(name))
      yield { code: "BK2025", path, atKey: true, message: `bake does not take ${name} as the name of a variable` };
    else if (/^BKCACHE_/i.test(name)) {
      yield { code: "BK2025", path, atKey: true, message: `${name}: names that begin with BKCACHE_ are bkcache's own` };
    } else if (environment.has(name)) {
      yield {
        code: "BK2026",
        path,
        atKey: true,
        message: `most machines set ${name}, and bake takes its value from there`,
        hint: "choose a name that only this build has",
      };
    }
  }
}

export function* checkVariableTypes({ config }: RuleContext): Iterable<Finding> {
  for (const [name, variable] of Object.entries(config.variables ?? {})) {
    if (typeof variable !== "object" || variable.type === undefined) continue;
    const type = parseType(variable.type);
    if (type === null) {
      const near = suggest(variable.type, ["string", "number", "bool", "any"]);
      yield {
        code: "BK2027",
        path: ["variables", name, "type"],
        message: `${JSON.stringify(variable.type)} is no type that bake knows`,
        hint: `${near === undefined ? "" : `did you mean ${near}? `}string, number, bool, any, list(T), set(T), map(T), tuple([T, ...]) or object({ key = T })`,
      };
    } else if (variable.default !== undefined && !fitsType(variable.default, type)) {
      yield {
        code: "BK2027",
        path: ["variables", name, "default"],
        message: `the default of ${name} is no ${variable.type}`,
      };
    }
  }
}

/** What each declared variable can stand for. */
export function variableShapes(config: Config): ReadonlyMap<string, VariableShape> {
  return new Map(
    Object.entries(config.variables ?? {}).map(([name, variable]) => {
      if (typeof variable !== "object") return [name, "scalar"];
      if (variable.type !== undefined) {
        const type = parseType(variable.type);
        return [name, type === null ? "unknown" : shapeOfType(type)];
      }
      const value = variable.default;
      return [name, Array.isArray(value) ? "list" : typeof value === "object" && value !== null ? "map" : "scalar"];
    }),
  );
}
