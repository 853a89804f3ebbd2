import type { BakeTarget } from "../bake/model.ts";
import type { TargetEntry } from "./entries.ts";
import type { GateInput } from "./gates.ts";

interface InUse {
  /** How many platforms a target is built for; null where unknown. */
  readonly platforms: (target: string) => number | null;
  /** Whether the relay serves a backend. */
  readonly isRelayed: (backend: string) => boolean;
}

/** As they would be passed; what the relay serves asks nothing of BuildKit but that it has a cache of the type. */
export function entriesInUse(
  candidates: readonly TargetEntry[],
  { platforms, isRelayed }: InUse,
): GateInput["entries"] {
  return candidates.flatMap(({ target, backend, direction, entry }) => {
    if (typeof entry === "string") return [];
    const { endpoint_url: _, disable_accept_encoding: __, ...rest } = entry;
    const passed = backend !== null && isRelayed(backend) ? rest : entry;
    return [{ target, backend, direction, entry: passed, platforms: platforms(target) }];
  });
}

/** Null where a variable decides. */
export function countPlatforms(target: BakeTarget | undefined): number | null {
  const platforms = target?.platforms ?? [];
  return "variable" in platforms ? null : platforms.length;
}
