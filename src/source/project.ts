import { basename } from "node:path";
import { createPlan } from "../bake/plan.ts";
import type { Plan } from "../bake/model.ts";
import { findMissingFiles } from "../config/bake-files.ts";
import { loadConfig } from "../config/load.ts";
import { locateConfig } from "../config/locate.ts";
import { resolveConfig } from "../config/resolve.ts";
import { type ValidConfig, validateConfig } from "../config/validate.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { secretsOf } from "../diagnostics/redact.ts";
import type { Host } from "../host/host.ts";
import { importWhole } from "../host/import-whole.ts";
import { isInsecureAllowed } from "../host/insecure.ts";

/** A config after every stage that needs no builder. */
export interface Project {
  readonly valid: ValidConfig;
  readonly plan: Plan;
  /** What the config itself was warned of; said already. */
  readonly warnings: readonly Diagnostic[];
}

/**
 * locate -> load -> validate -> resolve -> plan, for the config at or above `host.cwd`, or `file`.
 * Null where no config exists and none was named.
 * @throws BkcacheError with every finding.
 */
export async function openProject(host: Host, file: string | undefined): Promise<Project | null> {
  const located = await locateConfig({ cwd: host.cwd, ...(file === undefined ? {} : { file }) });
  if (located === null) return null;
  if (located.kind === "yaml") await importWhole(() => import("../config/read-yaml.ts"));
  const allowInsecure = isInsecureAllowed(host.env);
  const valid = validateConfig(await loadConfig(located), { allowInsecure, secrets: secretsOf(host.env) });
  const missing = findMissingFiles(valid);
  if (missing.length > 0) throw BkcacheError.of(missing);
  const resolved = resolveConfig(valid.config, {
    dirName: basename(valid.dir),
    fileName: basename(valid.file),
    spanOf: valid.spanOf,
  });
  const warnings = [...valid.warnings, ...resolved.warnings];
  for (const warning of warnings) host.tell({ ...warning, level: "warning" });
  return { valid, plan: createPlan(resolved), warnings };
}

/** As `openProject`, where a config is needed. @throws BkcacheError BK2001 where there is none. */
export async function requireProject(host: Host, file: string | undefined): Promise<Project> {
  const project = await openProject(host, file);
  if (project !== null) return project;
  throw new BkcacheError({
    code: "BK2001",
    message: `no config found in ${host.cwd} or above it`,
    hint: "run `bkcache init`, which writes one for what the folder holds, or name one with --config FILE",
  });
}
