import { parseOptionCsv } from "../csv.ts";
import type { TargetAttributes } from "../schema.gen.ts";
import type { OptionText, ResolvedAttributes } from "../resolved.ts";
import { partsOf, type Text } from "../text.ts";
import { type Axes, readFlag, readList, readMap, readOptions, readOutput, readText } from "./read.ts";

type Reader = (value: never, axes: Axes) => unknown;

const readers = {
  annotations: readList,
  args: readMap,
  attest: (list: Parameters<typeof readOptions>[0], axes) => lastOfEach(readOptions(list, axes), "type"),
  call: readText,
  context: readText,
  contexts: readMap,
  description: readText,
  dockerfile: readText,
  dockerfileInline: readText,
  entitlements: readList,
  extraHosts: readMap,
  labels: readMap,
  network: readText,
  noCache: readFlag,
  noCacheFilter: readList,
  output: readOutput,
  platforms: readList,
  policy: readPolicy,
  pull: readFlag,
  resources: readMap,
  secret: (list: Parameters<typeof readOptions>[0], axes) => lastOfEach(readOptions(list, axes), "id"),
  shmSize: readText,
  ssh: readSsh,
  tags: readList,
  target: readText,
  ulimits: readList,
} as const satisfies Record<keyof ResolvedAttributes, Reader>;

const attributeNames = Object.keys(readers) as readonly (keyof ResolvedAttributes)[];

/** bake's own attributes of one target, or of `defaults`, with nothing inherited yet. */
export function readAttributes(target: TargetAttributes, axes: Axes): ResolvedAttributes {
  const read: Record<string, unknown> = {};
  for (const name of attributeNames) {
    const value = target[name];
    if (value !== undefined) read[name] = (readers[name] as (value: unknown, axes: Axes) => unknown)(value, axes);
  }
  return read;
}

function readPolicy(list: NonNullable<TargetAttributes["policy"]>, axes: Axes): ResolvedAttributes["policy"] {
  return list
    .map((entry) => {
      if (typeof entry === "string") return readText(entry, axes);
      return Object.fromEntries(
        Object.entries(entry).map(([key, value]) => [key, typeof value === "string" ? readText(value, axes) : value]),
      ) as Record<string, Text | boolean>;
    })
    .filter((entry) => entry !== "");
}

function readSsh(list: NonNullable<TargetAttributes["ssh"]>, axes: Axes): ResolvedAttributes["ssh"] {
  const read = list.map((entry) => {
    if (typeof entry === "string") return readText(entry, axes);
    const id = readText(entry.id, axes);
    return entry.paths === undefined ? { id } : { id, paths: entry.paths.map((path) => readText(path, axes)) };
  });
  return lastOfEach(
    read.filter((entry) => entry !== ""),
    "ssh",
  );
}

/**
 * bake keeps one entry for each type of attestation, id of a secret, and id of an ssh agent: the last, in the place
 * of the first. Entries whose key holds a variable are left to bake.
 */
export function lastOfEach<T>(entries: readonly T[], key: "type" | "id" | "ssh"): readonly T[] {
  const kept = new Map<string, T>();
  for (const [index, entry] of entries.entries()) {
    kept.set(optionKey(entry as OptionText, key) ?? `?${index}`, entry);
  }
  return [...kept.values()];
}

function optionKey(option: OptionText, key: "type" | "id" | "ssh"): string | undefined {
  if (typeof option === "object" && !Array.isArray(option)) {
    const value = (option as Record<string, Text>)[key === "ssh" ? "id" : key] ?? "";
    return typeof value === "string" ? `=${value}` : undefined;
  }
  const text = option as Text;
  const [start = ""] = partsOf(text);
  if (typeof start !== "string") return undefined;
  if (key === "ssh") {
    const at = start.indexOf("=");
    return at >= 0 ? `=${start.slice(0, at)}` : typeof text === "string" ? `=${text}` : undefined;
  }
  if (typeof text === "string") {
    return `=${parseOptionCsv(text)?.findLast((field) => field.key.toLowerCase() === key)?.value ?? ""}`;
  }
  // Fields before the first variable; the field that the variable stands in is not known whole.
  const fields = parseOptionCsv(start.slice(0, Math.max(0, start.lastIndexOf(","))));
  const found = fields?.findLast((field) => field.key.toLowerCase() === key);
  return found === undefined ? undefined : `=${found.value}`;
}
