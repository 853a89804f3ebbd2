/** Names of backends as those of buckets, in the characters and the length that clients take for a bucket's, each once. */
export function nameBuckets(backends: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const backend of backends) {
    const plain = backend
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]/g, "-")
      .slice(0, 50)
      .replace(/^-+|-+$/g, "");
    const long = plain.length < 3 ? `bkcache-${plain}` : plain;
    let name = long;
    for (let number = 1; taken.has(name); number += 1) name = `${long}-${number}`;
    taken.add(name);
    names.set(backend, name);
  }
  return names;
}
