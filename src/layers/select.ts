import type { Presence } from "./probe.ts";

/** One place where a target's cache may be. */
interface Candidate {
  readonly backend: string;
  /** Scope as the user says it, not encoded. */
  readonly scope: string;
  /** The cache name. */
  readonly name: string;
  /** As BuildKit spells it, every text literal. */
  readonly entry: Readonly<Record<string, string>>;
}

export type ChosenSource<C = Candidate> = C & {
  /** Why this one, as a clause for people. */
  readonly reason: string;
};

export interface Choice<C = Candidate> {
  readonly source: ChosenSource<C> | null;
  /** Why this source, or why none. */
  readonly reason: string;
}

/** What choosing looks at; candidates may carry more. */
type Option = Pick<Candidate, "backend" | "scope">;

/**
 * The first candidate that is there, or that cannot be looked at. Exactly one: with two entries that share a COPY
 * BuildKit loses hits at random.
 * @param leftOut names of backends that are not used in this run
 */
export function chooseSource<C extends Option>(
  candidates: readonly C[],
  presenceOf: (candidate: C) => Presence,
  leftOut: ReadonlySet<string> = new Set(),
): Choice<C> {
  if (candidates.length === 0) return { source: null, reason: "no backend to read from" };
  const usable = candidates.filter(({ backend }) => !leftOut.has(backend));
  const names = (list: readonly Option[]) => [...new Set(list.map(({ backend }) => backend))].join(", ");
  if (usable.length === 0) return { source: null, reason: `left out of this run: ${names(candidates)}` };
  const missed: Option[] = [];
  for (const candidate of usable) {
    const presence = presenceOf(candidate);
    if (presence === "absent") {
      missed.push(candidate);
      continue;
    }
    const reason = explain(candidate, presence, missed);
    return { source: { ...candidate, reason }, reason };
  }
  const scopes = [...new Set(usable.map(({ scope }) => `"${scope}"`))].join(" or ");
  return { source: null, reason: `nothing cached yet for scope ${scopes} in ${names(usable)}` };
}

function explain({ scope, backend }: Option, presence: Presence, missed: readonly Option[]): string {
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
