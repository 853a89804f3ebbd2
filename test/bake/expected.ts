import { posix } from "node:path";
import { cacheEntry } from "../../src/bake/cache-entry.ts";
import { cacheName } from "../../src/bake/cache-name.ts";
import type { BakeTarget, Entry, Plan, PlanTarget } from "../../src/bake/model.ts";
import { parseOptionCsv } from "../../src/config/csv.ts";
import type { TextList } from "../../src/config/resolved.ts";
import { partsOf, type Text, type VariableRef } from "../../src/config/text.ts";

type Option = Text | Readonly<Record<string, Text | boolean>>;

/**
 * What `bake --print` of the emitted file has to say of a target without external parents and links, with all
 * variables at their defaults.
 */
export function expectPrinted(plan: Plan, target: PlanTarget): Record<string, unknown> {
  const value = ({ variable }: VariableRef): unknown => plan.variables[variable]?.default;
  const text = (each: Text): string =>
    partsOf(each)
      .map((part) => (typeof part === "string" ? part : String(value(part))))
      .join("")
      .normalize("NFC");
  const texts = (list: TextList): string[] => {
    const items = "variable" in list ? (value(list) as string[]).map((item) => item.normalize("NFC")) : list.map(text);
    return [...new Set(items.filter((item) => item !== ""))];
  };
  const map = (each: Readonly<Record<string, Text | null>>): Record<string, string> =>
    Object.fromEntries(Object.entries(each).map(([key, item]) => [key.normalize("NFC"), text(item ?? "")]));
  const option = (each: Option): Record<string, unknown> => {
    if (typeof each === "string" || Array.isArray(each)) {
      return Object.fromEntries((parseOptionCsv(text(each as Text)) ?? []).map((field) => [field.key, field.value]));
    }
    return Object.fromEntries(
      Object.entries(each as Record<string, Text | boolean>).map(([key, item]) => [
        key,
        typeof item === "boolean" ? item : text(item),
      ]),
    );
  };
  // bake prints these texts ready to be read as HCL.
  const escaped = (each: string): string => each.replaceAll("${", () => "$${").replaceAll("%{", "%%{");
  const escapedMap = (each: Readonly<Record<string, Text | null>>): Record<string, string> =>
    Object.fromEntries(Object.entries(map(each)).map(([key, item]) => [key, escaped(item)]));

  const readers: { [K in keyof Required<BakeTarget>]: (each: NonNullable<BakeTarget[K]>) => unknown } = {
    description: text,
    annotations: (each) => texts(each).map(escaped),
    attest: (each) => each.map(option).map((entry) => Object.assign(entry, "disabled" in entry && { disabled: true })),
    // bake tidies a path that it takes from the current folder.
    context: (each) => posix.normalize(text(each)).replace(/(?<=.)\/$/s, ""),
    contexts: map,
    dockerfile: text,
    "dockerfile-inline": (each) => escaped(text(each)),
    args: escapedMap,
    labels: escapedMap,
    tags: texts,
    "cache-from": (each) => each.map(option),
    "cache-to": (each) => each.map(option),
    target: text,
    secret: (each) => each.map(option),
    ssh: (each) => each,
    platforms: texts,
    output: (each) => ("variable" in each ? value(each) : each.map(option)),
    pull: (each) => (typeof each === "boolean" ? each : value(each)),
    "no-cache": (each) => (typeof each === "boolean" ? each : value(each)),
    network: text,
    "no-cache-filter": texts,
    "shm-size": text,
    ulimits: texts,
    resources: (each) =>
      Object.fromEntries(
        Object.entries(map(each)).map(([key, item]) => [
          key,
          /^\d+$/.test(item) && key.startsWith("cpu-") ? Number(item) : item,
        ]),
      ),
    call: text,
    entitlements: texts,
    "extra-hosts": map,
    policy: (each) => each.map(goPolicy),
  };
  const { from, to } = committed(plan, target);
  const all: BakeTarget = {
    context: ".",
    dockerfile: "Dockerfile",
    ...target.attributes,
    "cache-from": from,
    "cache-to": to,
  };
  return Object.fromEntries(
    Object.entries(all)
      .map(([name, each]) => [name, (readers[name as keyof BakeTarget] as (each: unknown) => unknown)(each)] as const)
      .filter(([name, each]) => !isEmpty(each) && !(name === "description" && each === "")),
  );
}

function goPolicy(entry: Option): object {
  const { filename, disabled = false, reset = false, strict } = entry as Record<string, boolean | string>;
  return {
    Files: filename === undefined ? null : [{ Filename: filename, Data: null }],
    Reset: reset,
    Disabled: disabled,
    Strict: strict ?? null,
    LogLevel: null,
  };
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** The cache lines that take effect while nobody sets a scope. */
function committed(plan: Plan, { cache }: PlanTarget): { from: readonly Entry[]; to: readonly Entry[] } {
  const entries = (direction: "from" | "to"): readonly Entry[] => {
    const source = cache[direction];
    if (source.kind === "raw") return source.entries as readonly Entry[];
    const isOn = cache.committed === "read-write" || (cache.committed === "read" && direction === "from");
    if (!isOn) return [];
    const backends = direction === "from" ? source.backends.slice(-1) : source.backends;
    return backends.flatMap((backend): readonly Entry[] => {
      const { mode, ignoreError, scope } = cache;
      const definition = plan.backends[backend];
      if (definition === undefined) throw new Error(backend);
      const entry = cacheEntry(definition, {
        direction,
        mode,
        ignoreError,
        name: cacheName(cache.name, scope ?? "main"),
      });
      return entry === null ? [] : [entry];
    });
  };
  return { from: entries("from"), to: entries("to") };
}
