import type { LevelInForce } from "../../cache/level.ts";
import { readOrigin } from "../../cache/origin.ts";
import { resolveScopes, sharedScopes } from "../../cache/scopes.ts";
import { requireWrite } from "../../cache/use.ts";
import type { CarriedMount } from "../../carry/find.ts";
import { warnsOfCollection } from "../../carry/gc.ts";
import { readKeys } from "../../carry/keys.ts";
import { type MovedMounts, type MoveRequest, noBudget, sortMoved } from "../../carry/moved.ts";
import { saveMounts } from "../../carry/save.ts";
import { withSelectedMounts } from "../../carry/selected-mounts.ts";
import { writerOf } from "../../carry/writer.ts";
import { readCi } from "../../ci/ci.ts";
import type { Host } from "../../host/host.ts";
import type { MountSave } from "../../outcome/mounts.ts";

export interface SaveRequest extends MoveRequest {
  /** Value of --cache. */
  readonly cache: string | undefined;
  /** Writes over a snapshot with the same key. */
  readonly overwrite: boolean;
}

/** Saves the mounts as they are on the builder. @throws BkcacheError BK5056 where this run must not write. */
export async function saveNamed(host: Host, request: SaveRequest): Promise<MovedMounts<MountSave>> {
  const { cache } = request;
  const onLevel = (level: LevelInForce | null) => requireWrite(host, { cache, level }, "save");
  return withSelectedMounts(host, { ...request, onLevel }, async ({ plan, dir, mounts, session, rules, level }) => {
    const keys = await readKeys(mounts, dir);
    const ci = readCi(host.env);
    const origin = readOrigin(ci, dir, plan.scopes.defaultBranch);
    const scopes = resolveScopes({ plan, flags: request.scopes, env: host.env, origin, writes: true });
    const scopeOf = (mount: CarriedMount) => sharedScopes(scopes, mount.targets).write;
    const scopesOf = (mount: CarriedMount) => sharedScopes(scopes, mount.targets).read;
    const { outcomes, findings } = await saveMounts(session, {
      mounts,
      scopeOf,
      parentScopesOf: (mount) => [...new Set([scopeOf(mount), ...scopesOf(mount)])],
      keyOf: keys.of,
      parents: new Map(),
      damages: new Map(),
      incomplete: new Set(),
      writer: writerOf(ci, level),
      warnsOfCollection: warnsOfCollection({ driver: session.builder.driver, ci, rules }),
      budgetMs: noBudget,
      overwrite: request.overwrite,
    });
    return sortMoved(session, mounts, outcomes, [...keys.findings, ...findings]);
  });
}
