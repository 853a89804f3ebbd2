import { factsOf } from "../../diagnostics/codes.ts";
import type { Diagnostic } from "../../diagnostics/error.ts";
import type { Host } from "../../host/host.ts";
import type { LevelInForce } from "../../cache/level.ts";
import { readOrigin } from "../../cache/origin.ts";
import { resolveScopes, type ScopeFlags, sharedScopes } from "../../cache/scopes.ts";
import { type MountSelection, withSelectedMounts } from "../../carry/selected-mounts.ts";
import type { CarriedMount } from "../../carry/find.ts";
import { warnsOfCollection } from "../../carry/gc.ts";
import { readKeys } from "../../carry/keys.ts";
import { requireWrite } from "../../cache/use.ts";
import type { MountRestore, MountSave } from "../../outcome/mounts.ts";
import { restoreMounts } from "../../carry/restore.ts";
import { saveMounts } from "../../carry/save.ts";
import type { MountSession } from "../../carry/session.ts";
import { writerOf } from "../../carry/writer.ts";
import { readCi } from "../../ci/ci.ts";

export interface MoveRequest extends MountSelection {
  readonly scopes: ScopeFlags;
}

export interface SaveRequest extends MoveRequest {
  /** Value of --cache. */
  readonly cache: string | undefined;
  /** Writes over a snapshot with the same key. */
  readonly overwrite: boolean;
}

export interface RestoreRequest extends MoveRequest {
  /** Replaces what the builder has. */
  readonly force: boolean;
}

/** What became of one mount. */
export interface Moved<M extends MountRestore | MountSave> {
  readonly mount: CarriedMount;
  readonly result: M;
}

export interface MovedMounts<M extends MountRestore | MountSave> {
  /** Name of the backend. */
  readonly backend: string;
  readonly moved: readonly Moved<M>[];
  /** Why mounts were not moved: asked for by name, so each is an error. */
  readonly errors: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
}

/** The user waits for what he has asked for, and can break it off. The longest time that a timer of Node takes, in ms. */
const noBudget = 2 ** 31 - 1;

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
    return sort(session, mounts, outcomes, [...keys.findings, ...findings]);
  });
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
    return sort(session, mounts, outcomes, [...keys.findings, ...findings]);
  });
}

function sort<M extends MountRestore | MountSave>(
  session: MountSession,
  mounts: readonly CarriedMount[],
  outcomes: ReadonlyMap<CarriedMount, M>,
  findings: readonly Diagnostic[],
): MovedMounts<M> {
  const moved = mounts.flatMap((mount) => {
    const result = outcomes.get(mount);
    return result === undefined ? [] : [{ mount, result }];
  });
  const isFatal = moved.some(({ result }) => isFailure(result));
  const isError = ({ code }: Diagnostic) => isFatal && !factsOf(code).isNotice;
  return {
    backend: session.backend,
    moved,
    errors: findings.filter(isError),
    warnings: findings.filter((finding) => !isError(finding)),
  };
}

/** Nothing to restore is no failure, but for snapshots that cannot be read. */
export function isFailure({ outcome, reason }: MountRestore | MountSave): boolean {
  return outcome === "failed" || outcome === "skipped" || (outcome === "absent" && reason !== null);
}
