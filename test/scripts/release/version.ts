/**
 * Throws unless the version is one (MAJOR.MINOR.PATCH), higher than that of every tag, and not lower than the one in package.json,
 * which is itself the first to be released where no tag has it.
 */
export function checkVersion(version: string, current: string, tags: readonly string[]): void {
  if (parse(version) === null) throw new Error(`not a version: ${version}; write MAJOR.MINOR.PATCH`);
  if (compare(version, current) < 0)
    throw new Error(`${version} is lower than the version in package.json, ${current}`);
  for (const tag of tags) {
    const released = tag.replace(/^v/, "");
    if (parse(released) !== null && compare(version, released) <= 0)
      throw new Error(`${version} is not higher than ${tag}`);
  }
}

function parse(version: string): readonly number[] | null {
  return /^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}$/.test(version) ? version.split(".").map(Number) : null;
}

function compare(left: string, right: string): number {
  const [a, b] = [parse(left) ?? [], parse(right) ?? []];
  const index = a.findIndex((number, at) => number !== b[at]);
  return index === -1 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}
