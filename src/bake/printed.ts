import { csvLine } from "../config/csv.ts";
import { compareNames } from "../config/names.ts";
import { mapRecord } from "../config/records.ts";
import type { Text } from "../config/text.ts";
import type { BakeTarget, Plan, PlanBackend, PlanGroup, PlanTarget, SshEntry, TargetCache } from "./model.ts";

/** What `buildx bake --print` says, every text literal. */
export interface BakeDefinition {
  readonly groups: Readonly<Record<string, PlanGroup>>;
  readonly targets: Readonly<Record<string, BakeTarget>>;
}

type Printed = Readonly<Record<string, unknown>>;

/**
 * Reads standard output of `buildx bake --print`.
 * @throws Error where it is not that: buildx exits 0 only with a definition
 */
export function readDefinition(stdout: string): BakeDefinition {
  const { group = {}, target = {} } = JSON.parse(stdout) as {
    group?: Record<string, { targets?: string[] | null; description?: string }>;
    target?: Record<string, Printed>;
  };
  return {
    groups: mapRecord(group, ({ targets, description }) => ({
      targets: targets ?? [],
      ...(description !== undefined && { description }),
    })),
    targets: mapRecord(target, readTarget),
  };
}

function readTarget(printed: Printed): BakeTarget {
  return Object.fromEntries(
    Object.entries(printed).map(([name, value]) => [name, readers[name]?.(value as never) ?? value]),
  ) as BakeTarget;
}

/** bake prints these five ready to be read as HCL again, and no others. */
const readers: Readonly<Record<string, (value: never) => unknown>> = {
  annotations: (list: readonly string[]) => list.map(literal),
  "dockerfile-inline": literal,
  labels: literalMap,
  args: literalMap,
  "extra-hosts": literalMap,
  "cache-from": (list: readonly Printed[]) => list.map(stringFields),
  "cache-to": (list: readonly Printed[]) => list.map(stringFields),
  output: (list: readonly Printed[]) => list.map(stringFields),
  attest: (list: readonly Printed[]) => list.map(stringFields),
  resources: stringFields,
  secret: (list: readonly Printed[]) => list.map(stringFields),
  ssh: (list: readonly Partial<SshEntry>[]) => list.map(({ id = "", ...rest }) => ({ id, ...rest })),
  policy: (list: readonly PrintedPolicy[]) => list.map(readPolicy),
};

function literal(text: string): string {
  return text.replaceAll("$${", "${").replaceAll("%%{", "%{");
}

function literalMap(map: Readonly<Record<string, string | null>>): Record<string, string | null> {
  return mapRecord(map, (value) => (value === null ? null : literal(value)));
}

/** Numbers and booleans, such as a resource's and `disabled`, go back into bake as text. */
function stringFields(fields: Printed): Record<string, string> {
  return mapRecord(fields, String);
}

/** bake prints an entry of `policy` by the names of its Go fields. */
interface PrintedPolicy {
  readonly Files?: readonly { readonly Filename: string }[] | null;
  readonly Reset?: boolean;
  readonly Disabled?: boolean;
  readonly Strict?: boolean | null;
  readonly LogLevel?: string | null;
}

function readPolicy({
  Files,
  Reset,
  Disabled,
  Strict,
  LogLevel,
}: PrintedPolicy): Text | Record<string, Text | boolean> {
  const files = (Files ?? []).map((file) => file.Filename);
  const flags = {
    ...(Reset === true && { reset: true }),
    ...(Disabled === true && { disabled: true }),
    ...(Strict !== undefined && Strict !== null && { strict: Strict }),
    ...(LogLevel !== undefined && LogLevel !== null && { "log-level": LogLevel }),
  };
  if (files.length <= 1) return { ...(files[0] !== undefined && { filename: files[0] }), ...flags };
  // Only the CSV form can name several files.
  return csvLine([...files.map((file) => ["filename", file]), ...Object.entries(flags)].map((pair) => pair.join("=")));
}

export interface DefinitionPlanOptions {
  readonly project: string;
  readonly backends: Readonly<Record<string, PlanBackend>>;
  /** The policy of every target; what the definition itself says of caches is replaced. */
  readonly cache: Omit<TargetCache, "name">;
  /** Name of the backend that holds the contents of mounts; nowhere when left out. */
  readonly mountBackend?: string;
}

/** The plan of a folder whose targets bake itself resolved. */
export function planFromDefinition(definition: BakeDefinition, options: DefinitionPlanOptions): Plan {
  const { project, backends, cache, mountBackend = null } = options;
  const bare = createBarePlan({ project, backends, targets: {}, groups: {}, mountBackend });
  return withDefinition(bare, definition, () => ({ cache, mounts: null }));
}

/**
 * The plan of a config beside existing bake files, once bake has resolved the two together: all targets of the
 * definition and no others, each with the policy that the config has for it. Where the config says nothing of a
 * direction, what the files say stands.
 */
export function planWithFiles(plan: Plan, definition: BakeDefinition): Plan {
  const { bakeFiles, ...rest } = plan;
  if (bakeFiles === undefined) throw new Error("the plan names no bake files");
  return withDefinition(rest, definition, (name, target) => {
    const own = Object.hasOwn(plan.targets, name) ? plan.targets[name] : undefined;
    if (own !== undefined) return own;
    const { additions, others } = bakeFiles;
    const { cache, mounts } = (Object.hasOwn(additions, name) ? additions[name] : undefined) ?? others;
    const from = cache.from ?? ({ kind: "raw", entries: target["cache-from"] ?? [], isOfFile: true } as const);
    const to = cache.to ?? ({ kind: "raw", entries: target["cache-to"] ?? [], isOfFile: true } as const);
    return { cache: { ...cache, from, to }, mounts };
  });
}

interface Policy {
  readonly cache: Omit<TargetCache, "name">;
  readonly mounts: readonly string[] | null;
}

function withDefinition(
  plan: Plan,
  definition: BakeDefinition,
  policyOf: (name: string, target: BakeTarget) => Policy,
): Plan {
  const targets = Object.entries(definition.targets)
    .toSorted(([a], [b]) => compareNames(a, b))
    .map(([name, target]) => [name, definedTarget(plan.project, name, target, policyOf(name, target))] as const);
  return { ...plan, targets: Object.fromEntries(targets), groups: definition.groups, external: [] };
}

/** A plan that no config stands behind: no variables, no mounts declared, every text literal. */
export function createBarePlan(
  plan: Pick<Plan, "project" | "backends" | "targets" | "groups"> & Partial<Pick<Plan, "mountBackend">>,
): Plan {
  return {
    version: 1,
    config: null,
    variables: {},
    mounts: {},
    external: [],
    mountBackend: null,
    mountBudget: { restore: "60s", save: "60s" },
    scopes: { defaultBranch: null, read: null, requests: "read" },
    epoch: 0,
    ...plan,
  };
}

function definedTarget(project: string, name: string, target: BakeTarget, { cache, mounts }: Policy): PlanTarget {
  const { "cache-from": _from, "cache-to": _to, ...attributes } = target;
  const platforms = [...((attributes.platforms ?? []) as readonly string[])].sort(compareNames);
  return { attributes, inherits: [], bases: {}, cache: { ...cache, name: [project, name, ...platforms] }, mounts };
}
