import type { BakeDefinition } from "../bake/printed.ts";
import type { BakeTarget, Entry, SshEntry } from "../bake/model.ts";
import { csvLine } from "../config/csv.ts";
import { mapRecord } from "../config/records.ts";
import type { Config, OptionObject, Target, VariableDefinition } from "../config/schema.gen.ts";
import { isFarLayer, type Layers, splitTarget } from "./layers.ts";

export interface ConversionOptions {
  readonly project: string;
  /** Variables that stay variables, by name; `marks` says where they stand. */
  readonly variables?: Readonly<Record<string, string | VariableDefinition>>;
  /** Text that stands in the definition for a variable -> the variable's name. Letters and digits only. */
  readonly marks?: ReadonlyMap<string, string>;
  /** Targets that inherit placeholders, which another file fills. */
  readonly heirs?: ReadonlyMap<string, Layers>;
}

type Encode = (literal: string) => string;

/**
 * The config that compiles to this definition: flat targets but for placeholders, cache entries as they are, every
 * group.
 * All texts of the definition must be literal, as `readDefinition` gives them.
 */
export function configFromDefinition(definition: BakeDefinition, options: ConversionOptions): Config {
  const { project, variables = {}, marks = new Map<string, string>(), heirs = new Map<string, Layers>() } = options;
  const encode = createEncoder(marks);
  const external = externalOf(heirs);
  return {
    project,
    ...(Object.keys(variables).length > 0 && { variables }),
    targets: convertTargets(definition, heirs, encode),
    // Without the key bkcache would make a default group of its own.
    groups: mapRecord(definition.groups, ({ targets, description }) =>
      description === undefined ? [...targets] : { targets: [...targets], description },
    ),
    ...(external.size > 0 && { external: [...external] }),
  };
}

/**
 * What a placeholder may override lies in a target that is inherited before it: in one of the source that says just
 * that, else in a hidden one.
 */
function convertTargets(
  { targets, groups }: BakeDefinition,
  heirs: ReadonlyMap<string, Layers>,
  encode: Encode,
): Record<string, Target> {
  const external = externalOf(heirs);
  const isFlat = (name: string): boolean => !external.has(name) && !heirs.has(name);
  const flat = Object.entries(targets).flatMap(([name, target]): [string, Target][] =>
    isFlat(name) ? [[name, convertTarget(target, encode)]] : [],
  );
  const usedNames = new Set([...Object.keys(targets), ...Object.keys(groups)]);
  const layered: [string, Target][] = [];
  for (const [name, layers] of heirs) {
    const target = targets[name] ?? {};
    const parts = splitTarget(target, layers);
    const inherits = layers.placeholders.flatMap((placeholder, rank) => {
      const part = parts[rank] ?? {};
      if (Object.keys(part).length === 0) return [placeholder];
      const isKnown = ([each]: [string, Target]): boolean => isFarLayer(targets[each] ?? {}, part, target);
      const known = flat.find(isKnown)?.[0];
      if (known !== undefined) return [known, placeholder];
      let base = `_${name}-far`;
      for (let i = 2; usedNames.has(base); i++) base = `_${name}-far${i}`;
      usedNames.add(base);
      layered.push([base, convertTarget(part, encode)]);
      return [base, placeholder];
    });
    layered.push([name, { inherits, ...convertTarget(parts.at(-1) ?? {}, encode) }]);
  }
  return Object.fromEntries([...flat, ...layered]);
}

function externalOf(heirs: ReadonlyMap<string, Layers>): ReadonlySet<string> {
  return new Set([...heirs.values()].flatMap(({ placeholders }) => placeholders));
}

function createEncoder(marks: ReadonlyMap<string, string>): Encode {
  return (literal) => {
    let text = literal.replaceAll("${", () => "$${");
    for (const [mark, name] of marks) text = text.replaceAll(mark, () => `\${${name}}`);
    return text;
  };
}

/** bake's attributes in the order in which they are written, each under the config's name with its converter. */
const converters: { readonly [Name in keyof BakeTarget]-?: readonly [keyof Target, Converter] } = {
  description: ["description", text],
  context: ["context", text],
  contexts: ["contexts", map],
  dockerfile: ["dockerfile", text],
  "dockerfile-inline": ["dockerfileInline", text],
  target: ["target", text],
  args: ["args", map],
  labels: ["labels", map],
  annotations: ["annotations", texts],
  tags: ["tags", texts],
  platforms: ["platforms", texts],
  secret: ["secret", (list, encode) => (list as readonly Entry[]).map((entry) => convertSecret(entry, encode))],
  ssh: ["ssh", (list, encode) => (list as readonly SshEntry[]).map((entry) => convertSsh(entry, encode))],
  network: ["network", text],
  "extra-hosts": ["extraHosts", map],
  entitlements: ["entitlements", texts],
  "shm-size": ["shmSize", text],
  ulimits: ["ulimits", texts],
  resources: ["resources", (value, encode) => renameKeys(map(value, encode), resourceNames)],
  pull: ["pull", (flag) => flag],
  "no-cache": ["noCache", (flag) => flag],
  "no-cache-filter": ["noCacheFilter", texts],
  attest: ["attest", options],
  policy: [
    "policy",
    (list, encode) => (list as readonly (string | Policy)[]).map((each) => convertPolicy(each, encode)),
  ],
  call: ["call", text],
  output: ["output", options],
  "cache-from": ["cacheFrom", options],
  "cache-to": ["cacheTo", options],
};

type Converter = (value: unknown, encode: Encode) => unknown;

/** What bake fills in by itself. */
const defaults: Readonly<Record<string, unknown>> = { context: ".", dockerfile: "Dockerfile" };

function convertTarget(target: BakeTarget, encode: Encode): Target {
  const converted: Record<string, unknown> = {};
  for (const [name, [key, convert]] of Object.entries(converters)) {
    const value: unknown = target[name as keyof BakeTarget];
    if (value === undefined || value === null || value === defaults[name]) continue;
    converted[key] = convert(value, encode);
  }
  return converted;
}

function text(value: unknown, encode: Encode): string {
  return encode(value as string);
}

function texts(value: unknown, encode: Encode): readonly string[] {
  return (value as readonly string[]).map(encode);
}

function map(value: unknown, encode: Encode): Record<string, string> {
  const entries = Object.entries(value as Readonly<Record<string, string | null>>);
  // In bake null means "not set here", and here is all that there is.
  return Object.fromEntries(entries.flatMap(([key, each]) => (each === null ? [] : [[key, encode(each)]])));
}

function options(value: unknown, encode: Encode): readonly (string | OptionObject)[] {
  return (value as readonly Readonly<Record<string, string>>[]).map((entry) => optionOf(entry, encode));
}

function optionOf(entry: Readonly<Record<string, string>>, encode: Encode): string | OptionObject {
  const { type, ...rest } = entry;
  // The object form needs a type; bake takes its CSV form without one.
  if (!type) return csvOf(entry, encode);
  const fields = mapRecord(rest, (each, key) => (key === "disabled" && each === "true" ? true : encode(each)));
  return { type: encode(type), ...fields };
}

function csvOf(entry: Readonly<Record<string, string>>, encode: Encode): string {
  return csvLine(Object.entries(entry).map(([key, value]) => `${key}=${encode(value)}`));
}

function convertSecret(entry: Entry, encode: Encode): unknown {
  const fields = entry as Readonly<Record<string, string>>;
  // Which of two sources counts is bake's business; a config written by hand names one.
  if (fields["src"] !== undefined && fields["env"] !== undefined) return csvOf(fields, encode);
  return mapRecord(fields, (each) => encode(each));
}

function convertSsh({ id, paths }: SshEntry, encode: Encode): unknown {
  if (paths === undefined || paths === null) return { id: encode(id as string) };
  return { id: encode(id as string), paths: texts(paths, encode) };
}

type Policy = Readonly<Record<string, string | boolean>>;

function convertPolicy(entry: string | Policy, encode: Encode): unknown {
  if (typeof entry === "string") return encode(entry);
  const converted = mapRecord(entry, (each) => (typeof each === "string" ? encode(each) : each));
  return renameKeys(converted, { "log-level": "logLevel" });
}

const resourceNames: Readonly<Record<string, string>> = {
  "memory-swap": "memorySwap",
  "cpu-shares": "cpuShares",
  "cpu-period": "cpuPeriod",
  "cpu-quota": "cpuQuota",
  "cpuset-cpus": "cpusetCpus",
  "cpuset-mems": "cpusetMems",
};

function renameKeys<T>(record: Readonly<Record<string, T>>, names: Readonly<Record<string, string>>) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [names[key] ?? key, value]));
}
