/** Edit distance: insert, delete and replace cost one each, as does a swap of two neighbours. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}

/**
 * The candidate that `wanted` was most likely meant to be: at most a third of its letters differ, case and
 * separators aside, or it is a part of what was written (`bucket` of `bucket-name`). Undefined where none is near.
 */
export function nearest(wanted: string, candidates: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[-_. ]/g, "");
  const target = plain(wanted.slice(0, 64));
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(target.length / 3)) + 1;
  for (const candidate of candidates) {
    const other = plain(candidate);
    if (Math.abs(other.length - target.length) >= bestDistance) continue;
    const d = distance(target, other);
    if (d < bestDistance) {
      best = candidate;
      bestDistance = d;
    }
  }
  return best ?? partOf(wanted, candidates);
}

/** The one candidate that is the first or last of the words of `wanted`. */
function partOf(wanted: string, candidates: readonly string[]): string | undefined {
  const words = wanted.slice(0, 64).split(/[-_. ]|(?<=[a-z])(?=[A-Z])/);
  if (words.length < 2) return undefined;
  const ends = new Set([words[0], words.at(-1)].map((word) => word?.toLowerCase()));
  const fitting = candidates.filter((candidate) => ends.has(candidate.toLowerCase()));
  return fitting.length === 1 ? fitting[0] : undefined;
}

/**
 * `nearest`, or the one that `wanted` begins with (`max` of `maximum`), or the longer names of which `wanted` is the first
 * word: `yarn` may be meant for several. As one text.
 */
export function suggest(wanted: string, candidates: readonly string[]): string | undefined {
  const near = nearest(wanted, candidates);
  if (near !== undefined) return near;
  const [begun, ...others] = candidates.filter((each) => each.length > 2 && wanted.toLowerCase().startsWith(each));
  if (begun !== undefined && others.length === 0) return begun;
  const longer = candidates.filter((candidate) => candidate.startsWith(`${wanted.toLowerCase()}-`));
  return longer.length === 0 ? undefined : longer.join(" or ");
}
