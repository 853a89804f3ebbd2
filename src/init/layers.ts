import { isDeepStrictEqual } from "node:util";
import type { BakeDefinition } from "../bake/printed.ts";
import type { BakeTarget } from "../bake/model.ts";

/** Attributes that a file which fills a placeholder sets. */
export interface Ranks {
  readonly tags: number;
  readonly platforms: number;
  readonly labels: ReadonlyMap<string, number>;
  readonly args: ReadonlyMap<string, number>;
  /** Of each item. */
  readonly annotations: readonly number[];
}

/**
 * Where the values of a target lie between the placeholders that it inherits. A rank says how many of them, counted
 * from the farthest, the value wins over: 0 lies farther away than all, and with as many as there are it is the
 * target's own.
 */
export interface Layers {
  /** Far to near. */
  readonly placeholders: readonly string[];
  readonly ranks: Ranks;
}

/** bake's answer to a file that fills the placeholders, each with a mark of its own. */
export interface Marked {
  readonly definition: BakeDefinition;
  readonly marks: ReadonlyMap<string, string>;
}

/** `markedFor(name)` is an answer in which no nearer placeholder hides the marks of that one. */
export function findLayers(
  target: BakeTarget,
  name: string,
  { placeholders, markedFor }: { placeholders: readonly string[]; markedFor: (placeholder: string) => Marked },
): Layers {
  const answers = placeholders.map((placeholder) => {
    const { definition, marks } = markedFor(placeholder);
    return { shown: definition.targets[name] ?? {}, mark: marks.get(placeholder) as string };
  });
  const rankOf = (read: (shown: BakeTarget) => unknown): number =>
    answers.findLastIndex(({ shown, mark }) => !hasMark(read(shown), mark)) + 1;
  const ranksOf = (key: "labels" | "args"): ReadonlyMap<string, number> =>
    new Map(Object.keys(target[key] ?? {}).map((each) => [each, rankOf((shown) => shown[key]?.[each])]));
  const marks = answers.map(({ mark }) => mark);
  return {
    placeholders,
    ranks: {
      tags: rankOf(({ tags }) => tags),
      platforms: rankOf(({ platforms }) => platforms),
      labels: ranksOf("labels"),
      args: ranksOf("args"),
      annotations: ranksOfItems(answers.at(-1)?.shown.annotations, marks),
    },
  };
}

/** Items are appended from far to near, so that those behind a mark win over it. */
function ranksOfItems(items: unknown, marks: readonly string[]): readonly number[] {
  const ranks: number[] = [];
  let rank = 0;
  for (const item of (items ?? []) as readonly string[]) {
    if (marks.some((mark) => hasMark(item, mark))) rank += 1;
    else ranks.push(rank);
  }
  return ranks;
}

function hasMark(value: unknown, mark: string): boolean {
  return JSON.stringify(value ?? null)
    .toLowerCase()
    .includes(mark.toLowerCase());
}

/** The target in as many parts as it has layers, far to near; the last one is its own. */
export function splitTarget(target: BakeTarget, { placeholders, ranks }: Layers): readonly BakeTarget[] {
  const { tags, platforms, labels, args, annotations, ...others } = target;
  const own = placeholders.length;
  return Array.from({ length: own + 1 }, (_, rank): BakeTarget => {
    const map = (values: BakeTarget["labels"], each: ReadonlyMap<string, number>) =>
      Object.fromEntries(Object.entries(values ?? {}).filter(([key]) => (each.get(key) ?? own) === rank));
    const items = ((annotations ?? []) as readonly string[]).filter((_, i) => (ranks.annotations[i] ?? own) === rank);
    const part = {
      // A list that wins over a placeholder is written also where it is empty: it clears what that one gives.
      tags: ranks.tags === rank ? (tags ?? (rank === 0 ? undefined : [])) : undefined,
      platforms: ranks.platforms === rank ? (platforms ?? (rank === 0 ? undefined : [])) : undefined,
      labels: orNone(map(labels, ranks.labels)),
      args: orNone(map(args, ranks.args)),
      annotations: orNone(items),
    };
    const said = Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined));
    return rank === own ? { ...others, ...said } : said;
  });
}

function orNone<T extends object>(value: T): T | undefined {
  return Object.keys(value).length === 0 ? undefined : value;
}

/** Of two values the nearer one counts, key by key in the last ones. */
const replaced = new Set([
  "description",
  "context",
  "dockerfile",
  "dockerfile-inline",
  "target",
  "call",
  "network",
  "output",
  "pull",
  "no-cache",
  "shm-size",
]);
const byKey = new Set(["contexts", "extra-hosts", "resources"]);
const defaults: Readonly<Record<string, unknown>> = { context: ".", dockerfile: "Dockerfile" };

/** Whether a target inherits just `part` from another one, since all else that this says the target says itself. */
export function isFarLayer(other: BakeTarget, part: BakeTarget, target: BakeTarget): boolean {
  const { tags, platforms, labels, args, annotations, ...others } = other;
  const layer = { tags, platforms, labels, args, annotations };
  const isPart = Object.entries(layer).every(([key, value]) => isDeepStrictEqual(value, part[key as keyof BakeTarget]));
  return (
    isPart &&
    Object.entries(others).every(([key, value]) => {
      const own: unknown = target[key as keyof BakeTarget];
      if (value === defaults[key]) return true;
      if (replaced.has(key)) return own !== undefined && own !== defaults[key];
      return byKey.has(key) && Object.keys(value).every((each) => Object.hasOwn(own ?? {}, each));
    })
  );
}
