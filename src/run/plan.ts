import { homeVariable } from "../bake/cache-entry.ts";
import type { Entry, Plan, PlanMount } from "../bake/model.ts";
import { createEntryList, type PossibleEntry } from "../bake/possible-entries.ts";
import { requireKnown } from "../bake/requested.ts";
import { showText, type Text } from "../config/text.ts";
import type { TargetScopes } from "../cache/scopes.ts";
import type { CacheUse } from "../cache/use.ts";
import type { PlannedWay } from "../cache/ways.ts";
import { whyDeclaredStays } from "../carry/find.ts";
import type { TargetMounts } from "../source/target-mounts.ts";

/** A cache entry as it would be passed, without what only a run knows (credentials, region from the environment). */
export interface DescribedEntry {
  /** Null for an entry of the user's own. */
  readonly backend: string | null;
  readonly scope: string | null;
  readonly entry: Entry | Text;
}

interface DescribedSource extends DescribedEntry {
  /** Why its scope is looked for, as a clause for people; null for an entry of the user's own. */
  readonly why: string | null;
}

/** The backend that holds the contents of mounts. */
export interface DescribedStore {
  readonly backend: string;
  /** For people, such as `s3://bucket/prefix/`; variables stand in it as `${NAME}`. */
  readonly place: string;
}

interface DescribedMount extends PlanMount {
  /** Why its contents stay on the builder; null where they are carried. */
  readonly staysBecause: string | null;
}

interface DescribedTarget {
  /** False for a target that others take as a context and that was not asked for itself. */
  readonly isRequested: boolean;
  /** Of layers and mounts, each with its reason; in order of preference, and null where nothing is written. */
  readonly scopes: { readonly read: TargetScopes["read"]; readonly write: TargetScopes["write"] | null };
  /** In order of preference; the first whose manifest exists is taken. */
  readonly sources: readonly DescribedSource[];
  readonly destinations: readonly DescribedEntry[];
  /** Null where the Dockerfile decides and cannot be read. */
  readonly mounts: Readonly<Record<string, DescribedMount>> | null;
  /** Why `mounts` is null. */
  readonly mountsUnknown?: string;
}

/** What a bake would do, as far as the plan alone tells. Plain data. */
export interface Description {
  readonly version: 1;
  readonly project: string;
  readonly cache: CacheUse["layers"] & Pick<CacheUse, "reason">;
  /** Null where no backend holds the contents of mounts: they stay on the builder. */
  readonly mountStore: DescribedStore | null;
  /** How BuildKit is to get to the layers in each bucket that a target uses. */
  readonly ways: Readonly<Record<string, PlannedWay>>;
  readonly targets: Readonly<Record<string, DescribedTarget>>;
  readonly commandLine: readonly string[];
}

export interface DescribeOptions {
  readonly names: readonly string[];
  readonly use: CacheUse;
  /** Of every backend in a bucket. */
  readonly ways: Readonly<Record<string, PlannedWay>>;
  /** Which declared mounts a target has; without it, what the config alone says. */
  readonly mountsOf?: (target: string) => TargetMounts;
}

/**
 * The plan of one run. Pure.
 * @throws BkcacheError BK1002 for a target or group that the plan does not have.
 */
export function describeRun(plan: Plan, options: DescribeOptions): Description {
  const { names, use } = options;
  const { layers, mounts: mountUse, reason } = use;
  const { targets, linked } = requireKnown(plan, names);
  const store = describeStore(plan);
  const list = createEntryList(plan, "run");
  const describe = (name: string, isRequested: boolean) => {
    const target = plan.targets[name];
    if (target === undefined) throw new Error(`no target ${name} in the plan`);
    const mounts: TargetMounts =
      options.mountsOf?.(name) ??
      (target.mounts === null ? { names: null, reason: "the Dockerfile was not read" } : { names: target.mounts });
    const own = use.scopes[name];
    if (own === undefined) throw new Error(`no scopes for target ${name}`);
    const read = own.read.map(({ scope }) => scope);
    const describeSource = ({ backend, scope, entry }: PossibleEntry<string>): DescribedSource => {
      const why = own.read.find((each) => each.scope === scope)?.why ?? null;
      return { backend, scope, entry, why };
    };
    return [
      name,
      {
        isRequested,
        scopes: { read: mountUse.read ? own.read : [], write: mountUse.write ? own.write : null },
        sources: layers.read ? list(target.cache, { direction: "from", scopes: read }).map(describeSource) : [],
        destinations: layers.write
          ? list(target.cache, { direction: "to", scopes: [own.write.scope] }).map(describeEntry)
          : [],
        ...(mounts.names === null
          ? { mounts: null, mountsUnknown: mounts.reason }
          : { mounts: Object.fromEntries(mounts.names.map((mount) => [mount, describeMount(plan, mount, store)])) }),
      },
    ] as const;
  };
  const described = Object.fromEntries([
    ...targets.map((name) => describe(name, true)),
    ...linked.map((name) => describe(name, false)),
  ]);
  const used = new Set(
    Object.values(described).flatMap(({ sources, destinations }) =>
      [...sources, ...destinations].map(({ backend }) => backend),
    ),
  );
  const ways = Object.entries(options.ways).filter(([backend]) => used.has(backend));
  return {
    version: 1,
    project: plan.project,
    cache: { ...layers, reason },
    mountStore: store,
    ways: Object.fromEntries(ways),
    targets: described,
    commandLine: ["docker", "buildx", "bake", "-f", "-", ...names],
  };
}

function describeStore({ mountBackend: name, backends }: Plan): DescribedStore | null {
  const backend = name === null ? undefined : backends[name];
  if (name === null || backend === undefined) return null;
  const show = (attribute: string) => showText((backend[attribute] as Text | undefined) ?? "");
  const place = backend.type === "local" ? show("path") : `${backend.type}://${show("bucket")}/${show("prefix")}`;
  return { backend: name, place };
}

function describeMount(plan: Plan, name: string, store: DescribedStore | null): DescribedMount {
  const mount = plan.mounts[name];
  if (mount === undefined) throw new Error(`no mount ${name} in the plan`);
  return { ...mount, staysBecause: store === null ? "no backend holds mounts" : whyDeclaredStays(mount) };
}

function describeEntry({ backend, scope, entry }: PossibleEntry<string>): DescribedEntry {
  return { backend, scope, entry };
}

/** One line for people: where an entry points. */
export function showEntry({ backend, entry }: DescribedEntry): string {
  if (typeof entry === "string" || Array.isArray(entry)) return showText(entry as Text);
  const fields = entry as Entry;
  const show = (key: string) =>
    fields[key] === undefined ? "" : showText(fields[key]).replace(`\${${homeVariable}}`, "~");
  const label = backend === null ? show("type") : `${backend} (${show("type")})`;
  const place =
    show("type") === "s3"
      ? `s3://${show("bucket")}/${show("prefix")} ${show("name")}`
      : [show("src"), show("dest"), show("ref"), show("scope"), show("name")].find((text) => text !== "");
  return place === undefined ? label : `${label}: ${place}`;
}
