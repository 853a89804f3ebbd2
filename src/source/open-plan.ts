import type { Plan } from "../bake/model.ts";
import type { Host } from "../host/host.ts";
import { openProject, type Project, requireProject } from "./project.ts";
import { createReading } from "./reading.ts";

/** The plan of what a command is asked to look at. */
export interface OpenedPlan {
  readonly plan: Plan;
  /** Absolute folder that relative paths of the plan count from. */
  readonly dir: string;
  /** What was asked for, in names that the plan has. */
  readonly names: readonly string[];
}

/**
 * The plan that has the targets and groups asked for: the config's own, or where bake files are the source, what
 * bake makes of them.
 * @throws BkcacheError as `findBuildx` and `defineFiles` do, where bake files are the source
 */
export async function openPlan(host: Host, project: Project, names: readonly string[]): Promise<OpenedPlan> {
  const { dir } = project.valid;
  if (project.plan.bakeFiles === undefined) return { plan: project.plan, dir, names };
  const { findBuildx } = await import("../builder/buildx.ts");
  const { defineFiles } = await import("./bake-files.ts");
  const { plan } = await defineFiles(host, await findBuildx(host), project, {
    overlays: [],
    args: names,
    reading: createReading(host),
  });
  return { plan, dir, names: plan.groups["default"]?.targets ?? [] };
}

/**
 * The same of the config at or above the folder, else of the folder itself with the cache of BUILDKIT_REMOTE_CACHE.
 * @param config value of --config
 * @throws BkcacheError BK2001 where there is neither
 */
export async function openFolderPlan(
  host: Host,
  config: string | undefined,
  names: readonly string[],
): Promise<OpenedPlan & { readonly hasConfig: boolean }> {
  const isOptional = Boolean(host.env["BUILDKIT_REMOTE_CACHE"]);
  const project = isOptional ? await openProject(host, config) : await requireProject(host, config);
  if (project !== null) return { ...(await openPlan(host, project, names)), hasConfig: true };
  const [{ findBuildx }, { splitBakeArgs }, { openSource }] = await Promise.all([
    import("../builder/buildx.ts"),
    import("../bake/argv.ts"),
    import("./open.ts"),
  ]);
  const args = splitBakeArgs(names, { cwd: host.cwd });
  const { plan, dir } = await openSource(host, args, findBuildx(host), createReading(host));
  return { plan, dir, names: plan.groups["default"]?.targets ?? [], hasConfig: false };
}
