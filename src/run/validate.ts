import type { Diagnostic } from "../diagnostics/error.ts";
import { emitDockerfiles } from "../generate/dockerfiles.ts";
import type { Host } from "../host/host.ts";
import { type Project, requireProject } from "../source/project.ts";
import { findMissingDockerfiles } from "../lint/config.ts";

export interface Validated {
  readonly project: Project;
  readonly errors: readonly Diagnostic[];
  /** Those of the config have been said already. */
  readonly warnings: readonly Diagnostic[];
}

/**
 * The config with the files that it names: those that a build would not find, and markers that `generate` could not
 * follow.
 * @param config value of --config
 * @throws BkcacheError with every finding of the config itself
 */
export async function validateConfigFiles(host: Host, config: string | undefined): Promise<Validated> {
  const project = await requireProject(host, config);
  const { findings } = await emitDockerfiles(project.plan, project.valid.dir, { cwd: host.cwd });
  const missing = findMissingDockerfiles(project, host.cwd).map(({ level, code, message, hint, path, span }) => ({
    level,
    finding: { code, message, ...(hint && { hint }), ...(path && { path }), ...(span && { span }) },
  }));
  const ofLevel = (wanted: string) => missing.flatMap(({ level, finding }) => (level === wanted ? [finding] : []));
  return { project, errors: [...findings, ...ofLevel("error")], warnings: ofLevel("warn") };
}
