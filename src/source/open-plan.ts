import type { Plan } from "../bake/model.ts";
import type { Host } from "../host/host.ts";
import type { Project } from "./project.ts";

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
  const { plan } = await defineFiles(host, await findBuildx(host), project, { overlays: [], args: names });
  return { plan, dir, names: plan.groups["default"]?.targets ?? [] };
}
