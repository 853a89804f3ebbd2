import { compareNames } from "../config/names.ts";
import { mapRecord } from "../config/records.ts";
import type { ResolvedAttributes, ResolvedConfig, ResolvedTarget, TextList } from "../config/resolved.ts";
import { showText, type Text } from "../config/text.ts";
import type { BakeTarget, Plan, PlanTarget } from "./model.ts";

/** bake's spelling of the config's keys. */
const attributeNames = {
  description: "description",
  context: "context",
  contexts: "contexts",
  dockerfile: "dockerfile",
  dockerfileInline: "dockerfile-inline",
  target: "target",
  args: "args",
  labels: "labels",
  annotations: "annotations",
  tags: "tags",
  platforms: "platforms",
  secret: "secret",
  ssh: "ssh",
  network: "network",
  extraHosts: "extra-hosts",
  entitlements: "entitlements",
  shmSize: "shm-size",
  ulimits: "ulimits",
  resources: "resources",
  pull: "pull",
  noCache: "no-cache",
  noCacheFilter: "no-cache-filter",
  attest: "attest",
  policy: "policy",
  call: "call",
  output: "output",
} as const satisfies Record<keyof ResolvedAttributes, keyof BakeTarget>;

const resourceNames: Readonly<Record<string, string>> = {
  memory: "memory",
  memorySwap: "memory-swap",
  cpuShares: "cpu-shares",
  cpuPeriod: "cpu-period",
  cpuQuota: "cpu-quota",
  cpusetCpus: "cpuset-cpus",
  cpusetMems: "cpuset-mems",
};

/** The plan of a resolved config: bake's words, sorted where order means nothing. */
export function createPlan(resolved: ResolvedConfig): Plan {
  const {
    project,
    fileName,
    variables,
    backends,
    mounts,
    groups,
    external,
    bakeFiles,
    mountBackend,
    mountBudget,
    scopes,
    epoch,
    retention,
    trust,
  } = resolved;
  return {
    version: 1,
    project,
    config: fileName,
    variables: sorted(variables),
    backends: sorted(backends),
    mounts: sorted(mounts),
    targets: sorted(mapRecord(resolved.targets, (target, name) => planTarget(target, project, name))),
    groups: sorted(groups),
    external: external.toSorted(compareNames),
    ...(bakeFiles !== undefined && { bakeFiles: { ...bakeFiles, additions: sorted(bakeFiles.additions) } }),
    mountBackend,
    mountBudget,
    scopes,
    epoch,
    ...(retention !== undefined && { retention }),
    ...(trust !== undefined && { trust: sorted(trust) }),
  };
}

function planTarget(target: ResolvedTarget, project: string, name: string): PlanTarget {
  const { attributes, bases, inherits, cache, mounts } = target;
  const isFlat = inherits.length === 0;
  const platforms = [...Object.values(bases), attributes].findLast((each) => each.platforms !== undefined)?.platforms;
  return {
    attributes: toBakeTarget(attributes, isFlat),
    inherits,
    bases: mapRecord(bases, (base) => toBakeTarget(base, false)),
    cache: { ...cache, name: [project, name, ...sortedPlatforms(platforms)] },
    mounts,
  };
}

/** An empty list or map has a meaning only where it clears what is inherited. */
function toBakeTarget(attributes: ResolvedAttributes, isFlat: boolean): BakeTarget {
  const target: Record<string, unknown> = {};
  for (const [key, name] of Object.entries(attributeNames)) {
    const value: unknown = attributes[key as keyof ResolvedAttributes];
    if (value === undefined || (isFlat && isEmpty(value))) continue;
    target[name] = value;
  }
  if (attributes.resources !== undefined && target["resources"] !== undefined) {
    target["resources"] = renameKeys(attributes.resources, resourceNames);
  }
  if (attributes.policy !== undefined && target["policy"] !== undefined) {
    target["policy"] = attributes.policy.map((entry) =>
      typeof entry === "string" || Array.isArray(entry)
        ? entry
        : renameKeys(entry as Readonly<Record<string, Text | boolean>>, { logLevel: "log-level" }),
    );
  }
  return target;
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

function renameKeys<T>(
  record: Readonly<Record<string, T>>,
  names: Readonly<Record<string, string>>,
): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [names[key] ?? key, value]));
}

function sortedPlatforms(platforms: TextList | undefined): readonly Text[] {
  if (platforms === undefined || "variable" in platforms) return [];
  return platforms.toSorted((a, b) => compareNames(showText(a), showText(b)));
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => compareNames(a, b)));
}
