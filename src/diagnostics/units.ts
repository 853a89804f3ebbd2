const durationUnits: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds of a duration as Go writes it, such as `1m30s`, or in days; one that has been let pass before. */
export function readDuration(text: string): number {
  let total = 0;
  for (const [, number = "", unit = ""] of text.matchAll(/([0-9.]+)(ns|us|µs|ms|s|m|h|d)/g)) {
    total += Number(number) * (durationUnits[unit] ?? 0);
  }
  return total;
}

/** Bytes of a size such as `4GiB` or `500MB`, which the schema has let pass. */
export function readSize(text: string): number {
  const [, number = "", letter = "", binary = ""] = /^([0-9.]+)([KMGT]?)(i?)B$/.exec(text) ?? [];
  return Math.floor(Number(number) * (binary === "" ? 1000 : 1024) ** ("KMGT".indexOf(letter || "-") + 1));
}

/** The same of a word that a user has typed; null for what is no duration. */
export function parseDuration(text: string): number | null {
  return /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d))+$/.test(text) ? readDuration(text) : null;
}

/** Bytes of a size that a user has typed; null for what is none. */
export function parseSize(text: string): number | null {
  return /^\d+(?:\.\d+)?(?:[KMGT]i?)?B$/.test(text) ? readSize(text) : null;
}

export function showTime(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 60)
    return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** In decimal units, as buildx shows them. */
export function showBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** A number of things, such as `1 file` and `2 files`. */
export function showCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
