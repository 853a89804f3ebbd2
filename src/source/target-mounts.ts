import type { BakeTarget, Plan, PlanTarget } from "../bake/model.ts";
import { mapRecord } from "../config/records.ts";
import { showText, type Text } from "../config/text.ts";
import { findDeclaredMounts } from "../dockerfile/declared-mounts.ts";
import { type DockerfileReader, scopeOf } from "./dockerfiles.ts";

/** Which declared mounts a target has. */
export type TargetMounts =
  | { readonly names: readonly string[] }
  /** The Dockerfile decides, and cannot be read. */
  | { readonly names: null; readonly reason: string };

/**
 * The mounts that the config lists for a target, else those of the declared ones that its Dockerfile uses in the
 * stages that a build of it needs.
 * @param definition the target as bake sees it, where that is known: variables have their values then
 */
export function mountsOfTarget(
  plan: Pick<Plan, "targets" | "mounts">,
  name: string,
  options: { readonly read: DockerfileReader; readonly definition?: BakeTarget | undefined },
): TargetMounts {
  const planned = plan.targets[name];
  if (planned?.mounts) return { names: planned.mounts };
  if (Object.keys(plan.mounts).length === 0) return { names: [] };
  const target = options.definition ?? (planned === undefined ? {} : wholeTarget(planned));
  const found = options.read(target);
  if (found.dockerfile === null) return { names: null, reason: found.reason };
  const { target: stage } = target;
  if (stage !== undefined && typeof stage !== "string") {
    return { names: null, reason: `the stage ${showText(stage)} holds a variable` };
  }
  const ids = mapRecord(plan.mounts, ({ id }) => id);
  const names = new Set<string>();
  for (const platform of platformsOf(target)) {
    const used = findDeclaredMounts(found.dockerfile, stage, { scope: scopeOf(target, platform), ids });
    if (used === null) return { names: null, reason: `the Dockerfile has no stage ${stage ?? ""}`.trimEnd() };
    for (const each of used) names.add(each);
  }
  return { names: Object.keys(ids).filter((each) => names.has(each)) };
}

/** The attributes of a target with those of its hidden bases; external targets may still change them. */
export function wholeTarget({ attributes, bases }: PlanTarget): BakeTarget {
  const all = [...Object.values(bases), attributes];
  const merge = (key: "args" | "contexts") =>
    Object.assign({}, ...all.map((each) => each[key])) as Record<string, Text>;
  return { ...(Object.assign({}, ...all) as BakeTarget), args: merge("args"), contexts: merge("contexts") };
}

/** A platform that is a variable is as unknown as one that the builder decides. */
export function platformsOf({ platforms }: BakeTarget): readonly (string | null)[] {
  if (platforms === undefined || "variable" in platforms || platforms.length === 0) return [null];
  return platforms.map((platform) => (typeof platform === "string" ? platform : null));
}
