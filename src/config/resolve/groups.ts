import type { ResolvedGroup } from "../resolved.ts";
import type { Config } from "../schema.gen.ts";

/**
 * The groups of a config, and those that stand for its matrices.
 * @param members names of the concrete targets of each matrix
 */
export function resolveGroups(
  config: Config,
  members: ReadonlyMap<string, readonly string[]>,
): Record<string, ResolvedGroup> {
  const groups = new Map<string, ResolvedGroup>();
  for (const [base, names] of members) {
    if (names.length !== 1 || names[0] !== base) groups.set(base, { targets: names });
  }
  const written = new Map(Object.entries(config.groups ?? defaultGroup(config)));
  for (const [name, group] of written) {
    const { targets, ...rest } = Array.isArray(group) ? { targets: group } : group;
    // A group that carries the name of a matrix and lists it hides the matrix's own group: it gets its members.
    const flat = targets.flatMap((target) => (target === name ? (members.get(name) ?? [target]) : [target]));
    groups.set(name, { ...rest, targets: [...new Set(flat)] });
  }
  return Object.fromEntries(groups);
}

/** Beside existing bake files their own groups stand. */
function defaultGroup(config: Config): NonNullable<Config["groups"]> {
  if (config.bake !== undefined) return {};
  const targets = Object.keys(config.targets ?? {}).filter((name) => !name.startsWith("_"));
  return targets.length === 0 ? {} : { default: targets };
}
