import { readOrigin } from "../../cache/origin.ts";
import { resolveScopes, sharedScopes } from "../../cache/scopes.ts";
import { readKeys } from "../../carry/keys.ts";
import { type MovedMounts, type MoveRequest, noBudget, sortMoved } from "../../carry/moved.ts";
import { restoreMounts } from "../../carry/restore.ts";
import { withSelectedMounts } from "../../carry/selected-mounts.ts";
import { readCi } from "../../ci/ci.ts";
import type { Host } from "../../host/host.ts";
import type { MountRestore } from "../../outcome/mounts.ts";

export interface RestoreRequest extends MoveRequest {
  /** Replaces what the builder has. */
  readonly force: boolean;
}

/** Fills the mounts on the builder from the store. */
export async function restoreNamed(host: Host, request: RestoreRequest): Promise<MovedMounts<MountRestore>> {
  return withSelectedMounts(host, request, async ({ plan, dir, mounts, session, level }) => {
    const keys = await readKeys(mounts, dir);
    const origin = readOrigin(readCi(host.env), dir, plan.scopes.defaultBranch);
    const writes = level === null ? plan.scopes.requests === "own" : level.write;
    const scopes = resolveScopes({ plan, flags: request.scopes, env: host.env, origin, writes });
    const { outcomes, findings } = await restoreMounts(session, {
      mounts,
      scopesOf: (mount) => sharedScopes(scopes, mount.targets).read,
      writtenScopeOf: (mount) => sharedScopes(scopes, mount.targets).write,
      keyOf: keys.of,
      budgetMs: noBudget,
      replace: request.force,
    });
    return sortMoved(session, mounts, outcomes, [...keys.findings, ...findings]);
  });
}
