import { secretsOf } from "./diagnostics/redact.ts";
import { basename } from "node:path";
import { emitBakeFile } from "./bake/emit.ts";
import type { Plan } from "./bake/model.ts";
import { createPlan } from "./bake/plan.ts";
import { loadConfig as load } from "./config/load.ts";
import { locateConfig } from "./config/locate.ts";
import { resolveConfig } from "./config/resolve.ts";
import { type ValidConfig, validateConfig } from "./config/validate.ts";
import { BkcacheError } from "./diagnostics/error.ts";

export { defineConfig } from "./config/define-config.ts";
export type * from "./config/schema.gen.ts";
export type { ValidConfig } from "./config/validate.ts";
export type { Plan } from "./bake/model.ts";
export type { Code } from "./diagnostics/codes.ts";
export { BkcacheError, type Diagnostic, type Span } from "./diagnostics/error.ts";

export interface LoadOptions {
  /** Folder to start from; the config is looked for there and above it. */
  readonly cwd: string;
  /** A config file instead of looking for one; relative to `cwd`. */
  readonly file?: string;
}

/**
 * Finds, reads and checks a config. While one in JavaScript or TypeScript is loaded, the listeners of this process for SIGINT and SIGTERM
 * are off, so that a loop without an end can be ended.
 * @throws BkcacheError with all findings; BK2001 where there is no config
 */
export async function loadConfig(options: LoadOptions): Promise<ValidConfig> {
  const located = await locateConfig(options);
  if (located !== null) return validateConfig(await load(located), { secrets: secretsOf(process.env) });
  throw new BkcacheError({ code: "BK2001", message: `no config found in ${options.cwd} or above it` });
}

/** What `generate` would write, and the plan behind it. */
export interface Compiled {
  readonly plan: Plan;
  /** File name beside the config -> content. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Compiles a checked config. Pure: reads and writes nothing. A config with `bake` compiles to no bake file, and the plan
 * holds only the targets that the config declares itself: what the files declare, bake alone can tell.
 * @throws BkcacheError
 */
export function compile(valid: ValidConfig): Compiled {
  const plan = createPlan(
    resolveConfig(valid.config, {
      dirName: basename(valid.dir),
      fileName: basename(valid.file),
      spanOf: valid.spanOf,
    }),
  );
  return { plan, files: plan.bakeFiles === undefined ? { "docker-bake.hcl": emitBakeFile(plan) } : {} };
}
