import type { BakeTarget, Plan, PlanMount } from "../bake/model.ts";
import { type CacheMount, cacheMountsOf, whyStays, writtenId } from "../dockerfile/cache-mounts.ts";
import { assumedPlatform } from "../dockerfile/expand.ts";
import { type DockerfileReader, scopeOf } from "../source/dockerfiles.ts";
import { mountsOfTarget, platformsOf, wholeTarget } from "../source/target-mounts.ts";
import { whyDeclaredStays } from "./find.ts";
import { idOn } from "./store-id.ts";

/** A cache mount of a target, and whether a run of bkcache carries its contents. */
export interface ListedMount {
  /** The name that the config declares it under, else its id, with its owner where another mount has that id too. */
  readonly name: string;
  /** Null where the config does not declare it. */
  readonly declared: PlanMount | null;
  /** As the flag has it: variables stand in it as they are written. */
  readonly id: string;
  readonly target: string;
  readonly sharing: PlanMount["sharing"];
  readonly uid: number | null;
  readonly gid: number | null;
  readonly mode: string | null;
  /** Of the RUNs that have it; none where only the config says so. */
  readonly lines: readonly number[];
  /** Why its contents stay on the builder; null where they are carried. */
  readonly staysBecause: string | null;
}

export type ListedMounts =
  | { readonly mounts: readonly ListedMount[] }
  /** The Dockerfile decides, and cannot be read. */
  | { readonly mounts: null; readonly reason: string };

interface ListOptions {
  readonly read: DockerfileReader;
  /** The target as bake sees it, where that is known. */
  readonly definition?: BakeTarget | undefined;
}

/** All cache mounts of the stages that a build of a target reaches, then those that the config alone gives it. */
export function listMounts(
  plan: Pick<Plan, "targets" | "mounts" | "mountBackend">,
  name: string,
  { read, definition }: ListOptions,
): ListedMounts {
  const planned = plan.targets[name];
  const target = definition ?? (planned === undefined ? {} : wholeTarget(planned));
  const listed = planned?.mounts ?? null;
  const found = read(target);
  const declaredNames = mountsOfTarget(plan, name, { read, definition });
  if (found.dockerfile === null && declaredNames.names === null) return { mounts: null, reason: declaredNames.reason };
  const stage = target.target;
  if (stage !== undefined && typeof stage !== "string" && declaredNames.names === null)
    return { mounts: null, reason: declaredNames.reason };

  const mounts = new Map<string, ListedMount>();
  const { dockerfile } = found;
  const stageName = typeof stage === "string" ? stage : undefined;
  for (const platform of dockerfile === null ? [] : platformsOf(target).map((each) => each ?? assumedPlatform)) {
    const used = dockerfile === null ? null : cacheMountsOf(dockerfile, stageName, scopeOf(target, platform));
    if (used === null) return { mounts: null, reason: `the Dockerfile has no stage ${stageName ?? ""}`.trimEnd() };
    for (const mount of used) {
      const declared = Object.entries(plan.mounts).find(([, { id }]) => idOn(id, platform) === mount.id);
      const entry = describe(mount, { declared, listed, plan });
      const key = JSON.stringify([entry.name, entry.id, entry.uid, entry.gid, entry.mode]);
      const known = mounts.get(key);
      const lines = [...new Set([...(known?.lines ?? []), mount.line])];
      mounts.set(key, { ...entry, lines });
    }
  }
  const inFile = [...mounts.values()];
  const isNamed = new Set(inFile.flatMap(({ name: mount, declared }) => (declared === null ? [] : [mount])));
  const others = (declaredNames.names ?? []).filter((each) => !isNamed.has(each));
  return {
    mounts: [
      ...distinct(inFile),
      ...others.flatMap((each) => describeUnseen(each, { plan, isRead: dockerfile !== null })),
    ],
  };
}

interface Circumstances {
  readonly declared: readonly [string, PlanMount] | undefined;
  /** Names that the target lists; null where it lists none. */
  readonly listed: readonly string[] | null;
  readonly plan: Pick<Plan, "mountBackend">;
}

function describe(mount: CacheMount, { declared, listed, plan }: Circumstances): ListedMount {
  const [name, settings] = declared ?? [null, null];
  const id = writtenId(mount);
  return {
    name: name ?? id,
    declared: settings,
    id,
    target: mount.target ?? id,
    sharing: mount.sharing ?? "shared",
    uid: mount.uid ?? null,
    gid: mount.gid ?? null,
    mode: typeof mount.mode === "number" ? mount.mode.toString(8).padStart(4, "0") : null,
    lines: [],
    staysBecause:
      (settings?.persist === false ? "persist: false" : null) ??
      (listed !== null && !listed.includes(name ?? "") ? "the target's `mounts` does not list it" : null) ??
      whyStays(mount) ??
      (plan.mountBackend === null ? "no backend holds mounts" : null),
  };
}

/** Mounts of one id and different owners get a name each. */
function distinct(mounts: readonly ListedMount[]): readonly ListedMount[] {
  return mounts.map((mount) => {
    if (mounts.filter(({ name }) => name === mount.name).length === 1) return mount;
    const owner = Object.entries({ uid: mount.uid, gid: mount.gid, mode: mount.mode })
      .filter(([, value]) => value !== null)
      .map(([key, value]) => `${key}=${value}`)
      .join(",");
    return owner === "" ? mount : Object.assign({}, mount, { name: `${mount.name} (${owner})` });
  });
}

/** A mount that the target lists, or that a marker asks for, and no flag has. */
function describeUnseen(
  name: string,
  { plan, isRead }: { readonly plan: Pick<Plan, "mounts" | "mountBackend">; readonly isRead: boolean },
): readonly ListedMount[] {
  const declared = plan.mounts[name];
  if (declared === undefined) return [];
  const { id, target, sharing, uid, gid, mode } = declared;
  const staysBecause =
    whyDeclaredStays(declared) ??
    (isRead ? "no RUN has it yet; `bkcache generate` writes it below its marker" : null) ??
    (plan.mountBackend === null ? "no backend holds mounts" : null);
  return [
    {
      name,
      declared,
      id,
      target,
      sharing,
      uid: uid ?? null,
      gid: gid ?? null,
      mode: mode ?? null,
      lines: [],
      staysBecause,
    },
  ];
}
