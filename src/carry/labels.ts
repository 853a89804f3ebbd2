import type { MountRecord } from "../builder/gateway/records.ts";
import type { Plan } from "../bake/model.ts";
import { idOn, readStoreId } from "./store-id.ts";

type Declared = Pick<Plan, "project" | "epoch" | "mounts">;

/**
 * Names of mounts of the store for people: as the config declares them, else their id. A project other than this one, a
 * platform and an owner are told where two would have one name.
 */
export function labelMounts(plan: Declared, storeIds: Iterable<string>): ReadonlyMap<string, string> {
  const all = [...new Set(storeIds)];
  const bases = all.map((storeId) => baseLabel(plan, storeId));
  return new Map(
    all.map((storeId, index) => {
      const base = bases[index] ?? storeId;
      const isAlone = bases.filter((other) => other === base).length === 1;
      return [storeId, isAlone ? base : `${base} (${detailOf(storeId)})`];
    }),
  );
}

function baseLabel(plan: Declared, storeId: string): string {
  const parts = readStoreId(storeId);
  if (parts === null) return storeId;
  const name = parts.project === plan.project ? declaredName(plan, parts.platform, parts.id) : undefined;
  const whose = parts.project === plan.project ? "" : `${parts.project}: `;
  const when = parts.epoch === plan.epoch ? "" : ` of epoch ${parts.epoch}`;
  return `${whose}${name ?? parts.id}${when}`;
}

function detailOf(storeId: string): string {
  const { platform = "", namespace = "", uid, gid, mode } = readStoreId(storeId) ?? {};
  return [
    platform,
    ...(namespace === "" ? [] : [`namespace ${namespace}`]),
    ...(uid === undefined ? [] : [`uid ${uid}`]),
    ...(gid === undefined ? [] : [`gid ${gid}`]),
    ...(mode === undefined ? [] : [`mode ${mode.toString(8)}`]),
  ].join(", ");
}

function declaredName({ mounts }: Declared, platform: string, id: string): string | undefined {
  return Object.entries(mounts).find(([, mount]) => idOn(mount.id, platform) === id)?.[0];
}

/** The same for what a builder has. A record does not tell its project, and builders are shared. */
export function labelRecord({ mounts }: Declared, { mountId, namespace, recordId }: MountRecord): string {
  if (mountId === null) return recordId;
  const name = Object.entries(mounts).find(([, { id }]) => isOnSomePlatform(id, mountId))?.[0];
  return name ?? (namespace === "" ? mountId : `${namespace}/${mountId}`);
}

function isOnSomePlatform(declared: string, id: string): boolean {
  const [before = "", ...after] = declared.split("${TARGETARCH}");
  if (after.length === 0) return declared === id;
  const rest = after.join("");
  return (
    id.startsWith(before) && id.endsWith(rest) && /^[a-z0-9]+$/.test(id.slice(before.length, id.length - rest.length))
  );
}

/** Whether a word of the user means this mount of the store: its name in the config, its id, or its whole name there. */
export function isNamed(plan: Declared, storeId: string, word: string): boolean {
  if (word === storeId) return true;
  const parts = readStoreId(storeId);
  if (parts === null) return false;
  if (word === `${parts.project}: ${parts.id}` || word === baseLabel(plan, storeId)) return true;
  if (parts.epoch !== plan.epoch) return false;
  return parts.project === plan.project && [parts.id, declaredName(plan, parts.platform, parts.id)].includes(word);
}
