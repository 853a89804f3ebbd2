import type { Plan } from "../bake/model.ts";
import type { RetentionRules } from "../config/resolved.ts";
import { readDuration, readSize } from "../diagnostics/units.ts";
import { defaultGrace } from "../store/sweep.ts";

/** What stays of layers or mounts. What goes where any rule says so. */
export interface KeepRules {
  readonly last?: number;
  /** Milliseconds. */
  readonly maxAge?: number;
  readonly maxBytes?: number;
}

/** What stays of layers where nobody says anything: caches that were written within that time, in ms. */
const defaultKeepWithin = 30 * 24 * 3_600_000;
/** What stays of mounts then: newest snapshots of each mount in each scope. */
export const defaultKeepLast = 3;

const defaults: Readonly<Record<Kind, KeepRules>> = {
  layers: { maxAge: defaultKeepWithin },
  mounts: { last: defaultKeepLast },
};

type Kind = "layers" | "mounts";

/** Whether `bkcache prune` goes over them. */
export function isPruned({ retention }: Pick<Plan, "retention">, kind: Kind): boolean {
  return retention?.[kind] !== null;
}

/** The rules of the command line, else of the config, else the usual ones. */
export function rulesFor({ retention }: Pick<Plan, "retention">, kind: Kind, given: KeepRules | null): KeepRules {
  if (given !== null) return given;
  const rules = readRules(retention?.[kind] ?? {});
  return Object.keys(rules).length === 0 ? defaults[kind] : rules;
}

function readRules({ keepWithin, keepLast, maxSize }: RetentionRules): KeepRules {
  return {
    ...(keepLast !== undefined && { last: keepLast }),
    ...(keepWithin !== undefined && { maxAge: readDuration(keepWithin) }),
    ...(maxSize !== undefined && { maxBytes: readSize(maxSize) }),
  };
}

/** Milliseconds that a layer or pack must be unused before it goes. */
export function graceFor({ retention }: Pick<Plan, "retention">, given: number | null): number {
  return given ?? (retention?.grace === undefined ? defaultGrace : readDuration(retention.grace));
}
