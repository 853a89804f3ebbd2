import type { BakeDefinition } from "../bake/printed.ts";
import type { BakeTarget, Plan, PlanMount } from "../bake/model.ts";
import { readSize } from "../diagnostics/units.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import type { Builder } from "../builder/inspect.ts";
import type { MountIdentity } from "../builder/gateway/shell.ts";
import { type CacheMount, cacheMountsOf, whyStays } from "../dockerfile/cache-mounts.ts";
import { type DockerfileReader, scopeOf } from "../source/dockerfiles.ts";
import { idOn, storeIdOf } from "./store-id.ts";

/** A mount of this run whose content goes to the store and comes from it. */
export interface CarriedMount {
  /** For people: the name that the config declares it under, else its id. */
  readonly name: string;
  readonly identity: MountIdentity;
  /** What it is built for, such as `linux/arm64`: each node of a builder has mounts of its own. */
  readonly platform: string;
  /** Where the target names no platform: the first node of a builder that has several. */
  readonly isFirstNode?: true;
  /** Its name in the store, where builders of all projects and platforms meet. */
  readonly storeId: string;
  /** Files whose hash names the snapshot; empty for the newest one. */
  readonly keyFiles: readonly string[];
  /** Bytes. */
  readonly maxSize: number | null;
  /** Targets whose build has it. */
  readonly targets: readonly string[];
}

export interface FoundMounts {
  readonly mounts: readonly CarriedMount[];
  /** Mounts that cannot be carried, each with its reason. */
  readonly findings: readonly Diagnostic[];
}

export interface FindRequest {
  readonly plan: Pick<Plan, "project" | "epoch" | "mounts" | "targets">;
  readonly targets: readonly string[];
  readonly definition: BakeDefinition;
  readonly read: DockerfileReader;
  /** Of the builder, for a target that names none. */
  readonly platform: string;
}

/** What a builder builds for where nothing else is said. */
export function platformOf({ nodes }: Builder): string {
  return nodes.find(({ platforms }) => platforms.length > 0)?.platforms[0] ?? "linux/amd64";
}

/**
 * The mounts of these targets: all that their Dockerfiles use, declared or not. A target that lists its mounts has those
 * alone.
 */
export function findCarriedMounts(request: FindRequest): FoundMounts {
  const found = new Map<string, CarriedMount>();
  const findings = new Map<string, Diagnostic>();
  for (const name of request.targets) {
    for (const each of mountsOf(name, request)) {
      if ("code" in each) {
        findings.set(each.message, each);
        continue;
      }
      const known = found.get(each.storeId);
      found.set(each.storeId, { ...each, targets: [...new Set([...(known?.targets ?? []), name])] });
    }
  }
  return { mounts: [...found.values()], findings: [...findings.values()] };
}

function mountsOf(name: string, request: FindRequest): readonly (Omit<CarriedMount, "targets"> | Diagnostic)[] {
  const { plan, definition, read } = request;
  const target = definition.targets[name] ?? {};
  const listed = plan.targets[name]?.mounts ?? null;
  if (listed?.length === 0) return [];
  const found = read(target);
  const { dockerfile } = found;
  // Of one that is missing the build says so.
  if (found.dockerfile === null && listed === null && found.isMissing !== true)
    return [unknownMounts(name, found.reason)];
  const named = platformsOf(target);
  return (named ?? [request.platform]).flatMap((platform) => {
    const scope = scopeOf(target, platform);
    const namespace = scope.args["BUILDKIT_CACHE_MOUNT_NS"] ?? "";
    const used =
      dockerfile === null
        ? []
        : (cacheMountsOf(dockerfile, typeof target.target === "string" ? target.target : undefined, scope) ?? []);
    const ids = new Map(Object.entries(plan.mounts).map(([mount, { id }]) => [idOn(id, platform), mount]));
    const carried = used.flatMap((mount) => {
      const declared = mount.id === null ? undefined : ids.get(mount.id);
      if (listed !== null && !listed.includes(declared ?? "")) return [];
      return [carry(mount, { declared, platform, namespace, target: name, request })];
    });
    // Of a Dockerfile that cannot be read the config alone tells.
    const unseen = dockerfile === null ? (listed ?? []) : [];
    return [
      ...carried,
      ...unseen.flatMap((mount) => {
        const declared = plan.mounts[mount];
        return declared === undefined ? [] : [carryDeclared(mount, declared, { platform, namespace, request })];
      }),
    ]
      .filter((each) => each !== null)
      .map((each) =>
        named !== null || "code" in each ? each : Object.assign({}, each, { isFirstNode: true as const }),
      );
  });
}

function unknownMounts(target: string, reason: string): Diagnostic {
  return {
    code: "BK5060",
    message: `the cache mounts of ${target} stay on the builder: ${reason}, so that nobody here can tell which it has`,
    hint: "declare its mounts and list them under `mounts` of the target, or build from a folder; `mounts: []` says that it has none",
  };
}

/** Null where the target names none. */
function platformsOf({ platforms }: BakeTarget): readonly string[] | null {
  if (platforms === undefined || "variable" in platforms || platforms.length === 0) return null;
  return platforms.filter((platform) => typeof platform === "string");
}

interface Circumstances {
  readonly platform: string;
  readonly namespace: string;
  readonly request: FindRequest;
}

function carry(
  mount: CacheMount,
  options: Circumstances & { readonly declared: string | undefined; readonly target: string },
): Omit<CarriedMount, "targets"> | Diagnostic | null {
  const { declared, target, request } = options;
  const settings = declared === undefined ? undefined : request.plan.mounts[declared];
  if (settings?.persist === false) return null;
  const reason = whyStays(mount);
  if (reason !== null) {
    return {
      code: "BK5050",
      message: `the cache mount in line ${mount.line} of the Dockerfile of ${target} stays on the builder: ${reason}`,
      hint: "nothing is saved of it, and nothing restored; `persist: false` says so for a declared mount",
    };
  }
  const { id, uid, gid, mode } = mount;
  const identity = identify({ id: id ?? "", namespace: options.namespace, uid, gid, mode });
  return describe(declared ?? identity.id, identity, settings, options);
}

/** Why a declared mount is not carried, as far as the config tells; null where it is. */
export function whyDeclaredStays({ persist, sharing }: PlanMount): string | null {
  if (!persist) return "persist: false";
  return sharing === "private" ? "sharing: private" : null;
}

function carryDeclared(name: string, mount: PlanMount, options: Circumstances): Omit<CarriedMount, "targets"> | null {
  if (whyDeclaredStays(mount) !== null) return null;
  const identity = identify({
    id: idOn(mount.id, options.platform),
    namespace: options.namespace,
    uid: mount.uid,
    gid: mount.gid,
    mode: mount.mode === undefined ? undefined : Number.parseInt(mount.mode, 8),
  });
  return describe(name, identity, mount, options);
}

function identify(fields: {
  readonly id: string;
  readonly namespace: string;
  readonly uid: number | null | undefined;
  readonly gid: number | null | undefined;
  readonly mode: number | null | undefined;
}): MountIdentity {
  const { id, namespace, uid, gid, mode } = fields;
  return {
    id,
    namespace,
    ...(typeof uid === "number" && { uid }),
    ...(typeof gid === "number" && { gid }),
    ...(typeof mode === "number" && { mode }),
  };
}

function describe(
  name: string,
  identity: MountIdentity,
  settings: PlanMount | undefined,
  { platform, request }: Circumstances,
): Omit<CarriedMount, "targets"> {
  return {
    name,
    identity,
    platform,
    storeId: storeIdOf({ project: request.plan.project, epoch: request.plan.epoch, platform, ...identity }),
    keyFiles: settings?.key ?? [],
    maxSize: settings?.maxSize === undefined ? null : readSize(settings.maxSize),
  };
}
