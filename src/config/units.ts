const durationUnits: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** Milliseconds of a duration as Go writes it, such as `1m30s`, which the schema has let pass. */
export function readDuration(text: string): number {
  let total = 0;
  for (const [, number = "", unit = ""] of text.matchAll(/([0-9.]+)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(number) * (durationUnits[unit] ?? 0);
  }
  return total;
}

/** Bytes of a size such as `4GiB` or `500MB`, which the schema has let pass. */
export function readSize(text: string): number {
  const [, number = "", letter = "", binary = ""] = /^([0-9.]+)([KMGT]?)(i?)B$/.exec(text) ?? [];
  return Math.floor(Number(number) * (binary === "" ? 1000 : 1024) ** ("KMGT".indexOf(letter || "-") + 1));
}
