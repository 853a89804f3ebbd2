import { basename } from "node:path";
import type { Plan } from "../bake/model.ts";
import { createPlan } from "../bake/plan.ts";
import { loadObject } from "../config/load.ts";
import { toPlain } from "../config/plain.ts";
import { resolveConfig } from "../config/resolve.ts";
import type { Config, Level } from "../config/schema.gen.ts";
import { toDiagnostic } from "../config/source-map.ts";
import { validateConfig } from "../config/validate.ts";
import { type Code, factsOf } from "../diagnostics/codes.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";

export interface Settled {
  /** Valid: with the rules that it needs to be so. */
  readonly config: Config;
  readonly plan: Plan;
  /** What was found and let pass, the first of each code, with how often. */
  readonly passed: readonly { readonly finding: Diagnostic; readonly count: number }[];
  readonly warnings: readonly Diagnostic[];
}

/**
 * Lets pass what a config may let pass: a rule that the config breaks is written under `rules` as a warning.
 * @throws BkcacheError with what no rule allows
 */
export function settleRules(config: Config, where: { readonly dir: string; readonly fileName: string }): Settled {
  // Checked where a file is read, not where a config is validated.
  const { problems } = toPlain(config);
  if (problems.length > 0) throw BkcacheError.of(problems.map((problem) => toDiagnostic(problem, undefined)));
  const passed = new Map<Code, { readonly finding: Diagnostic; readonly count: number }>();
  for (;;) {
    const rules: Record<string, Level> = { ...config.rules };
    for (const code of [...passed.keys()].sort()) rules[code] = "warn";
    const settled: Config = passed.size === 0 ? config : { ...config, rules };
    try {
      const valid = validateConfig(loadObject(settled, { dir: where.dir }));
      const resolved = resolveConfig(valid.config, { dirName: basename(where.dir), fileName: where.fileName });
      const warnings = [...valid.warnings, ...resolved.warnings].filter(({ code }) => !passed.has(code));
      return { config: settled, plan: createPlan(resolved), passed: [...passed.values()], warnings };
    } catch (error) {
      if (!(error instanceof BkcacheError)) throw error;
      const fixed = error.findings.filter(({ code }) => factsOf(code).level === undefined || passed.has(code));
      if (fixed.length > 0) throw BkcacheError.of(fixed);
      for (const finding of error.findings) {
        const count = passed.get(finding.code)?.count ?? 0;
        passed.set(
          finding.code,
          count === 0
            ? { finding, count: 1 }
            : { finding: passed.get(finding.code)?.finding ?? finding, count: count + 1 },
        );
      }
    }
  }
}
