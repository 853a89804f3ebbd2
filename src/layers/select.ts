import type { Presence } from "./probe.ts";

/** One place where a target's cache may be. */
interface CachePlace {
  readonly backend: string;
  /** Scope as the user says it, not encoded. */
  readonly scope: string;
  /** The cache name. */
  readonly name: string;
  /** As BuildKit spells it, every text literal. */
  readonly entry: Readonly<Record<string, string>>;
}

export type ChosenSource<C = CachePlace> = C & {
  /** Why this one, as a clause for people. */
  readonly reason: string;
};

export interface Choice<C = CachePlace> {
  readonly source: ChosenSource<C> | null;
  /** Why this source, or why none. */
  readonly reason: string;
}

/** What choosing looks at; places may carry more. */
type NamedPlace = Pick<CachePlace, "backend" | "scope">;

/**
 * The first place that is there, or that cannot be looked at. Exactly one: with two entries that share a COPY
 * BuildKit loses hits at random.
 * @param leftOut names of backends that are not used in this run
 */
export function chooseSource<C extends NamedPlace>(
  places: readonly C[],
  presenceOf: (place: C) => Presence,
  leftOut: ReadonlySet<string> = new Set(),
): Choice<C> {
  if (places.length === 0) return { source: null, reason: "no backend to read from" };
  const usable = places.filter(({ backend }) => !leftOut.has(backend));
  const names = (list: readonly NamedPlace[]) => [...new Set(list.map(({ backend }) => backend))].join(", ");
  if (usable.length === 0) return { source: null, reason: `${leftOutText}${names(places)}` };
  const missed: NamedPlace[] = [];
  for (const place of usable) {
    const presence = presenceOf(place);
    if (presence === "absent") {
      missed.push(place);
      continue;
    }
    const reason = explain(place, presence, missed);
    return { source: { ...place, reason }, reason };
  }
  const scopes = [...new Set(usable.map(({ scope }) => `"${scope}"`))].join(" or ");
  return { source: null, reason: `nothing cached yet for scope ${scopes} in ${names(usable)}` };
}

function explain({ scope, backend }: NamedPlace, presence: Presence, missed: readonly NamedPlace[]): string {
  const found =
    presence === "unknown"
      ? `${backend} cannot be looked into and is taken as it comes`
      : `scope "${scope}" is in ${backend}`;
  const scopes = [...new Set(missed.map((miss) => miss.scope))].filter((miss) => miss !== scope);
  const backends = [...new Set(missed.filter((miss) => miss.scope === scope).map((miss) => miss.backend))];
  const misses = [
    ...scopes.map((miss) => `nothing for scope "${miss}"`),
    ...(backends.length > 0 ? [`not in ${backends.join(", ")}`] : []),
  ];
  return [found, ...misses].join("; ");
}

const leftOutText = "left out of this run: ";

/** Whether the reason why a target has no source is that all its backends failed before the build. */
export function isLeftOut(reason: string): boolean {
  return reason.startsWith(leftOutText);
}
