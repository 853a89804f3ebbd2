import { homeVariable } from "../bake/cache-entry.ts";
import type { CacheDirection, Entry, Plan, PlanMount, TargetCache } from "../bake/model.ts";
import { createEntryList, type PossibleEntry } from "../bake/possible-entries.ts";
import { requireKnown } from "../bake/requested.ts";
import { showText, type Text } from "../config/text.ts";
import type { TargetScopes } from "../cache/scopes.ts";
import { type CacheUse, isFolder } from "../cache/use.ts";
import type { PlannedWay } from "../cache/ways.ts";
import type { ListedMount, ListedMounts } from "../carry/list-mounts.ts";

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

/** The settings of the config where it declares the mount, and what the flags of the Dockerfile say. */
type DescribedMount = Partial<PlanMount> &
  Omit<ListedMount, "name" | "declared" | "uid" | "gid" | "mode"> & {
    readonly isDeclared: boolean;
  };

interface DescribedTarget {
  /** False for a target that others take as a context and that was not asked for itself. */
  readonly isRequested: boolean;
  /** Of layers and mounts, each with its reason; in order of preference, and null where nothing is written. */
  readonly scopes: { readonly read: TargetScopes["read"]; readonly write: TargetScopes["write"] | null };
  /** In order of preference; the first whose manifest exists is taken. */
  readonly sources: readonly DescribedSource[];
  readonly destinations: readonly DescribedEntry[];
  /** Entries of the user's own that this run does not pass on, since it neither reads nor writes that way. */
  readonly leftOut: readonly (DescribedEntry & { readonly direction: "from" | "to" })[];
  /** Every cache mount, by the name that the config declares it under, else its id. Null where the Dockerfile decides and cannot be read. */
  readonly mounts: Readonly<Record<string, DescribedMount>> | null;
  /** Why `mounts` is null. */
  readonly mountsUnknown?: string;
}

/** What a bake would do, as far as the plan alone tells. Plain data. */
export interface Description {
  readonly version: 1;
  readonly project: string;
  readonly cache: CacheUse["layers"] & Pick<CacheUse, "reason">;
  /** The level of trust in force, and why; null where none fits. Left out without `trust` in the config. */
  readonly trust?: { readonly level: string | null; readonly reads: readonly string[]; readonly why: string };
  /** That of the config; left out for 0. */
  readonly epoch?: number;
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
  /** Without it the mounts are not known. */
  readonly mountsOf?: (target: string) => ListedMounts;
}

/**
 * The plan of one run. Pure.
 * @throws BkcacheError BK1002 for a target or group that the plan does not have.
 */
export function describeRun(plan: Plan, options: DescribeOptions): Description {
  const { names, use } = options;
  const { layers, mounts: mountUse, reason, level } = use;
  const { targets, linked } = requireKnown(plan, names);
  const store = describeStore(plan);
  const list = createEntryList(plan, "run");
  const describe = (name: string, isRequested: boolean) => {
    const target = plan.targets[name];
    if (target === undefined) throw new Error(`no target ${name} in the plan`);
    const mounts: ListedMounts = options.mountsOf?.(name) ?? { mounts: null, reason: "the Dockerfile was not read" };
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
        sources: layers.read
          ? list(target.cache, { direction: "from", scopes: read, written: own.write.scope }).map(describeSource)
          : [],
        destinations: layers.write
          ? list(target.cache, { direction: "to", scopes: [own.write.scope] })
              .filter(({ backend }) => !use.isLocalOnly || (backend !== null && isFolder(plan, backend)))
              .map(describeEntry)
          : [],
        leftOut: leftOut(target.cache, layers),
        ...(mounts.mounts === null
          ? { mounts: null, mountsUnknown: mounts.reason }
          : { mounts: Object.fromEntries(mounts.mounts.map((mount) => [mount.name, describeMount(mount)])) }),
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
    ...(level !== null && { trust: { level: level.name, reads: level.reads, why: level.why } }),
    ...(plan.epoch > 0 && { epoch: plan.epoch }),
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

function describeMount(mount: ListedMount): DescribedMount {
  const { declared, id, target, sharing, uid, gid, mode, lines, staysBecause } = mount;
  return {
    ...declared,
    id,
    target,
    sharing,
    lines,
    staysBecause,
    ...(uid !== null && { uid }),
    ...(gid !== null && { gid }),
    ...(mode !== null && { mode }),
    isDeclared: declared !== null,
  };
}

function leftOut({ from, to }: TargetCache, layers: CacheUse["layers"]): DescribedTarget["leftOut"] {
  const own = (direction: "from" | "to", source: CacheDirection, isUsed: boolean) =>
    isUsed || source.kind === "policy"
      ? []
      : source.entries.map((entry) => ({ direction, backend: null, scope: null, entry }));
  return [...own("from", from, layers.read), ...own("to", to, layers.write)];
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
