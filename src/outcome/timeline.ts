import type { Progress } from "./progress.ts";
import type { TimelineItem } from "./report.ts";
import {
  baseImage,
  collectVertices,
  errorOf,
  exportName,
  importName,
  linkName,
  stateOf,
  stepName,
  type Vertex,
} from "./steps.ts";

/** What else takes time, by BuildKit's names: there is nothing of the user's in these. */
const others: readonly (readonly [RegExp, string])[] = [
  [/^\[internal\] load build context/, "load build context"],
  [/^\[internal\] load build definition/, "load build definition"],
  [/^\[internal\] load metadata for /, "load metadata of a base image"],
  [/^exporting to image/, "export the image"],
  [/^exporting to (?:oci|docker) image format/, "export the image"],
  [/^exporting to client /, "export the result"],
];

/**
 * What a build did when, in the order in which it began, times in ms since the epoch. Names are those of `placeName`: what
 * BuildKit calls a step has the values of arguments and variables in it.
 */
export function readTimeline(progress: Progress): readonly TimelineItem[] {
  const vertices = collectVertices(progress);
  const names = new Set(vertices.map(({ name }) => name));
  const isTwin = ({ name }: Vertex) => linkName.test(name) && names.has(name.replace(linkName, "$1"));
  const found = vertices
    .flatMap((vertex) => {
      const kind = isTwin(vertex) ? null : kindOf(vertex.name);
      const span = kind === null ? null : spanOf(vertex);
      return kind === null || span === null ? [] : [{ vertex, kind, span }];
    })
    .toSorted((a, b) => a.span.start - b.span.start);
  const index = new Map(found.map(({ vertex }, at) => [vertex.digest, at]));
  const byDigest = new Map(vertices.map((vertex) => [vertex.digest, vertex]));
  return found.map(({ vertex, kind: { kind, name }, span }) => ({
    name,
    kind,
    state: errorOf(vertex) !== null ? "failed" : kind === "step" && stateOf(vertex) === "cached" ? "cached" : "ran",
    start: span.start,
    ms: span.end - span.start,
    inputs: inputsOf(vertex, byDigest, index),
  }));
}

/** The place of a step and its instruction, as `[api 3/3] RUN`. */
export function placeName(step: string): string {
  const [, place = "", instruction = ""] = /^(\[[^\]]*\]) ?(?:LINK )?([A-Z]+)?/.exec(step) ?? [];
  return `${place} ${instruction}`.trim();
}

function kindOf(name: string): Pick<TimelineItem, "kind" | "name"> | null {
  if (importName.test(name)) return { kind: "import", name: "import the cache" };
  if (exportName.test(name)) return { kind: "export", name: "export the cache" };
  if (stepName.test(name)) return { kind: baseImage.test(name) ? "image" : "step", name: placeName(name) };
  const other = others.find(([pattern]) => pattern.test(name));
  return other === undefined ? null : { kind: "other", name: other[1] };
}

/** The longest time at a stretch: a cached step comes back later where its layers are needed. */
function spanOf({ events }: Vertex): { readonly start: number; readonly end: number } | null {
  const spans = events.flatMap(({ started, completed }) =>
    started === null || completed === null || completed < started ? [] : [{ start: started, end: completed }],
  );
  const [first, ...rest] = spans;
  if (first === undefined) return null;
  return rest.reduce((longest, each) => (each.end - each.start > longest.end - longest.start ? each : longest), first);
}

/** Of the vertexes that stand in the timeline, those that it needs, also through others. */
function inputsOf(
  { digest, inputs }: Vertex,
  byDigest: ReadonlyMap<string, Vertex>,
  index: ReadonlyMap<string, number>,
): readonly number[] {
  const found = new Set<number>();
  const seen = new Set([digest]);
  const waiting = [...inputs];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const at = index.get(next);
    if (at === undefined) waiting.push(...(byDigest.get(next)?.inputs ?? []));
    else found.add(at);
  }
  return [...found].toSorted((a, b) => a - b);
}

type Timelines = Readonly<Record<string, readonly TimelineItem[] | null>>;

/**
 * Times from the start of the run, in whole ms. The builder's clock may be another one: where its times lie outside of the
 * run, all are moved by as much as puts them inside.
 */
export function placeTimelines(
  timelines: Timelines,
  run: { readonly startedAt: number; readonly ms: number },
): Timelines {
  const all = Object.values(timelines).flatMap((items) => items ?? []);
  const earliest = Math.min(...all.map(({ start }) => start)) - run.startedAt;
  const latest = Math.max(...all.map(({ start, ms }) => start + ms)) - run.startedAt;
  const shift = earliest < 0 ? -earliest : latest > run.ms ? Math.max(-earliest, run.ms - latest) : 0;
  const place = ({ start, ms, ...item }: TimelineItem): TimelineItem => ({
    ...item,
    start: Math.max(0, Math.round(start - run.startedAt + shift)),
    ms: Math.round(ms),
  });
  return Object.fromEntries(Object.entries(timelines).map(([name, items]) => [name, items && items.map(place)]));
}
