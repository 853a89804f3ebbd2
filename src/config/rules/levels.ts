import { type Code, codes, factsOf } from "../../diagnostics/codes.ts";
import { nearest } from "../../diagnostics/nearest.ts";
import type { Level } from "../schema.gen.ts";
import type { RuleContext } from "./context.ts";
import type { Finding } from "./finding.ts";

export function levelOf(code: Code, rules: Readonly<Record<string, Level>>): Level {
  const { level } = factsOf(code);
  if (level === undefined) return "error";
  return Object.hasOwn(rules, code) ? (rules[code] ?? level) : level;
}

export function* checkRules({ config }: RuleContext): Iterable<Finding> {
  for (const code of Object.keys(config.rules ?? {})) {
    const path = ["rules", code];
    if (!Object.hasOwn(codes, code)) {
      const near = nearest(code, Object.keys(codes));
      yield {
        code: "BK2016",
        path,
        atKey: true,
        message: `there is no code ${code}`,
        ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
      };
    } else if (factsOf(code as Code).level === undefined) {
      yield {
        code: "BK2016",
        path,
        atKey: true,
        message: `the level of ${code} (${codes[code as Code].title}) cannot be changed`,
      };
    }
  }
}
