import type { MountRecord } from "../builder/gateway/records.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import { unreachable } from "../diagnostics/unreachable.ts";
import type { Damage } from "../mounts/damage.ts";
import type { LoadedSnapshot } from "../mounts/load.ts";
import type { RestoreResult } from "../mounts/restore.ts";
import { showBytes, showTime } from "../diagnostics/units.ts";
import type { CarriedMount } from "./find.ts";
import { openMountProgress } from "./progress.ts";
import { type MountState, twinFinding } from "./records.ts";
import { type MountRestore, nothingMoved, shown } from "../outcome/mounts.ts";
import { findingsOf, type MountSession, readStates, waitUntilIdle, waitUntilReleased } from "./session.ts";

export interface RestoreRequest {
  readonly mounts: readonly CarriedMount[];
  /** What the builder has of them, where that was asked already. */
  readonly states?: ReturnType<typeof readStates> | undefined;
  /** Where to look for a mount, the nearest first. */
  readonly scopesOf: (mount: CarriedMount) => readonly string[];
  /** Null where the newest snapshot is as good as any. */
  readonly keyOf: (mount: CarriedMount) => string | null;
  /** Time in ms for all of them. */
  readonly budgetMs: number;
  /** Restores over what the builder has. */
  readonly replace?: boolean;
}

export interface RestoredMounts {
  readonly outcomes: ReadonlyMap<CarriedMount, MountRestore>;
  /** What was restored: the next snapshots are made on top of these. */
  readonly loaded: ReadonlyMap<CarriedMount, LoadedSnapshot>;
  /** What could not be read of the store. */
  readonly damages: ReadonlyMap<CarriedMount, Damage>;
  readonly findings: readonly Diagnostic[];
}

/**
 * What a record with so few uses holds may be a restore that was cut off: each try is a use, as is each step, look and
 * save. A record used more often has been through a build, or through that many kills in a row.
 */
const fewUses = 5;

/** What needs no look. Of a record with a base nobody can tell whose it is. */
function isOwnAndUsed({ usageCount, hasBase }: MountRecord): boolean {
  return usageCount > fewUses && !hasBase;
}

/**
 * Fills the mounts that the builder lacks, all at once. Never throws for a cache that fails: what does not come in time,
 * or not whole, is a miss.
 */
export async function restoreMounts(session: MountSession, request: RestoreRequest): Promise<RestoredMounts> {
  const { mounts, budgetMs } = request;
  const { host } = session;
  const outcomes = new Map<CarriedMount, MountRestore>();
  const loaded = new Map<CarriedMount, LoadedSnapshot>();
  const damages = new Map<CarriedMount, Damage>();
  const findings: Diagnostic[] = [];
  const budget = AbortSignal.timeout(budgetMs);
  const signal = AbortSignal.any([host.signal, budget]);
  const progress = openMountProgress(host);
  const skip = (mount: CarriedMount, reason: string) =>
    outcomes.set(mount, { ...nothingMoved, outcome: "skipped", reason });
  const fail = (mount: CarriedMount, error: unknown) => {
    // The user's own Ctrl-C is no failure of the cache.
    const reasons = budget.aborted
      ? [outOfTime(mount, "restored", budgetMs)]
      : host.signal.aborted
        ? []
        : findingsOf(error);
    findings.push(...reasons);
    outcomes.set(mount, { ...nothingMoved, outcome: "failed", reason: reasons[0]?.message ?? "interrupted" });
  };

  try {
    const wanted: CarriedMount[] = [];
    const unseen = new Set<CarriedMount>();
    const before = await (request.states ?? readStates(session, mounts));
    for (const [mount, state] of before) {
      if (state.kind === "twins" && request.replace !== true) {
        findings.push(twinFinding(mount, state.records.length));
        skip(mount, "the builder has it twice");
      } else if (state.kind === "present" && isOwnAndUsed(state.record) && request.replace !== true) {
        outcomes.set(mount, { ...nothingMoved, outcome: "present" });
      } else {
        wanted.push(mount);
        if (state.kind === "lacking") unseen.add(mount);
      }
    }
    if (wanted.length === 0) {
      await waitUntilReleased(session, before, signal);
      return { outcomes, loaded, damages, findings };
    }
    const [{ restoreMount }, { hasSnapshot }] = await Promise.all([
      import("../mounts/restore.ts"),
      import("../mounts/load.ts"),
    ]);
    const store = await session.store();
    // To look into a mount is to make it, and a first build waits for nobody.
    const lacking: CarriedMount[] = [];
    await Promise.all(
      wanted.map(async (mount) => {
        const place = { mount: mount.storeId, scopes: request.scopesOf(mount) };
        try {
          if (!unseen.has(mount) || (await hasSnapshot(store, place, signal))) lacking.push(mount);
          else outcomes.set(mount, { ...nothingMoved, outcome: "absent" });
        } catch (error) {
          fail(mount, error);
        }
      }),
    );
    if (lacking.length === 0) {
      await waitUntilReleased(session, before, signal);
      return { outcomes, loaded, damages, findings: distinct(findings) };
    }
    if (!(await waitUntilIdle(session, lacking, signal))) {
      for (const mount of lacking) skip(mount, "another build was running on the builder");
      if (!host.signal.aborted) findings.push(busy("restored", lacking));
      return { outcomes, loaded, damages, findings };
    }
    await Promise.all(
      lacking.map(async (mount) => {
        const began = host.now();
        progress.show(mount.name, { verb: "restoring", bytes: 0, totalBytes: 0 });
        try {
          const gateway = await session.gateway(mount);
          const shell = await gateway.openShell(mount.identity, { signal });
          let result: RestoreResult;
          try {
            result = await restoreMount({
              store,
              shell,
              mount: { id: mount.storeId, key: request.keyOf(mount) },
              scopes: request.scopesOf(mount),
              replace: request.replace === true,
              signal,
              onProgress: ({ bytes, totalBytes }) =>
                progress.show(mount.name, { verb: "restoring", bytes, totalBytes }),
            });
          } finally {
            await shell.close();
          }
          const ms = host.now() - began;
          findings.push(...result.findings);
          if (result.kind === "restored" || result.kind === "miss") damages.set(mount, result.damage);
          if (result.kind === "restored") loaded.set(mount, result.loaded);
          const outcome = describe(result, ms);
          outcomes.set(mount, outcome);
          progress.finish(mount.name, lineOf(mount, outcome, session.backend));
        } catch (error) {
          progress.finish(mount.name, null);
          fail(mount, error);
        }
      }),
    );
    const after = await readStates(session, mounts);
    findings.push(...findNewTwins(lacking, after));
    await waitUntilReleased(session, after, signal);
  } catch (error) {
    for (const mount of mounts) if (!outcomes.has(mount)) fail(mount, error);
  } finally {
    progress.close();
  }
  return { outcomes, loaded, damages, findings: distinct(findings) };
}

function describe(result: RestoreResult, ms: number): MountRestore {
  switch (result.kind) {
    case "restored": {
      const { totals, storedBytes, loaded } = result;
      const { files, bytes } = totals;
      return { outcome: "restored", reason: null, snapshot: shown(loaded.snapshot), files, bytes, storedBytes, ms };
    }
    case "present":
      return { ...nothingMoved, outcome: "present", snapshot: shown(result.snapshot), ms };
    case "miss":
      return { ...nothingMoved, outcome: "absent", reason: result.findings[0]?.message ?? null, ms };
    case "failed":
      return { ...nothingMoved, outcome: "failed", reason: result.findings[0]?.message ?? null, ms };
    default:
      return unreachable(result);
  }
}

function lineOf(
  { name }: CarriedMount,
  { outcome, files, bytes, storedBytes, ms }: MountRestore,
  from: string,
): string | null {
  if (outcome !== "restored") return null;
  return `mount ${name}: restored ${files} files, ${showBytes(bytes ?? 0)} from ${from} (${showBytes(storedBytes)}) in ${showTime(ms)}`;
}

/** A build that began in between may have got a folder of its own. */
function findNewTwins(
  mounts: readonly CarriedMount[],
  states: ReadonlyMap<CarriedMount, MountState>,
): readonly Diagnostic[] {
  return mounts.flatMap((mount) => {
    const state = states.get(mount);
    return state?.kind === "twins" ? [twinFinding(mount, state.records.length)] : [];
  });
}

export function outOfTime({ name }: CarriedMount, what: "restored" | "saved", budgetMs: number): Diagnostic {
  return {
    code: "BK5053",
    message: `the cache mount ${name} was not ${what} within ${showTime(budgetMs)}`,
    hint: `raise cache.mountBudget.${what === "restored" ? "restore" : "save"}, or bound the mount with maxSize`,
  };
}

export function busy(what: "restored" | "saved", mounts: readonly CarriedMount[]): Diagnostic {
  const names = mounts.map(({ name }) => name).join(", ");
  return {
    code: "BK5052",
    message: `cache mounts were not ${what}, since another build was running on the builder all the time: ${names}`,
    hint: "a mount that two want at once becomes two mounts; builders of one job each never meet this",
  };
}

export function distinct(findings: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(findings.map((finding) => [`${finding.code} ${finding.message}`, finding])).values()];
}
