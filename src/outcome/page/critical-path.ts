import type { PageItem } from "./read.ts";

/** Times are whole ms: what follows may begin by that much before what it waits for has ended. */
const overlap = 1;

/**
 * The items that the end of a timeline waited for, each for the one before it: backwards from the last to end, of what it
 * needs the last to end, and where it needs nothing that is known, what last ended before it began. Indices, in order.
 */
export function findCriticalPath(items: readonly PageItem[]): readonly number[] {
  const endOf = (index: number): number => {
    const item = items[index];
    return item === undefined ? -1 : item.start + item.ms;
  };
  const lastOf = (indices: readonly number[]) =>
    indices.reduce<number | null>((last, each) => (last === null || endOf(each) > endOf(last) ? each : last), null);
  const all = items.map((_, index) => index);
  const path: number[] = [];
  const seen = new Set<number>();
  for (let at = lastOf(all); at !== null && !seen.has(at);) {
    seen.add(at);
    path.unshift(at);
    const { start, inputs } = items[at] as PageItem;
    const isBefore = (index: number) => endOf(index) <= start + overlap && (items[index]?.start ?? start) < start;
    const ended = all.filter(isBefore);
    // What it needs, but not what was there long before: then it waited for something else, as for the cache's manifest.
    const needed = lastOf(inputs.filter((index) => index < items.length && isBefore(index)));
    const latest = lastOf(ended);
    const isIdle = (index: number) => items[index]?.ms === 0;
    at = needed !== null && !isIdle(needed) ? needed : latest;
  }
  return path;
}
