import type { Gateway } from "../builder/gateway/gateway.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import { unreachable } from "../diagnostics/unreachable.ts";
import type { Damage } from "../mounts/damage.ts";
import type { LoadedSnapshot } from "../mounts/load.ts";
import type { SaveResult } from "../mounts/save.ts";
import { totalsOf, type Writer } from "../mounts/snapshot.ts";
import { showBytes, showTime } from "../diagnostics/units.ts";
import type { CarriedMount } from "./find.ts";
import { findTightPolicy } from "./gc.ts";
import { openMountProgress } from "./progress.ts";
import { twinFinding } from "./records.ts";
import { type MountSave, nothingMoved, shown } from "../outcome/mounts.ts";
import { busy, distinct, outOfTime } from "./restore.ts";
import { findingsOf, type MountSession, readStates, waitUntilIdle } from "./session.ts";

export interface SaveRequest {
  readonly mounts: readonly CarriedMount[];
  readonly scopeOf: (mount: CarriedMount) => string;
  /** Scopes whose newest snapshot a save may build on, the nearest first. */
  readonly parentScopesOf: (mount: CarriedMount) => readonly string[];
  readonly keyOf: (mount: CarriedMount) => string | null;
  /** What the mounts were filled from in this run. */
  readonly parents: ReadonlyMap<CarriedMount, LoadedSnapshot>;
  readonly damages: ReadonlyMap<CarriedMount, Damage>;
  readonly writer: Writer;
  /** Time in ms for all of them. */
  readonly budgetMs: number;
  readonly overwrite?: boolean;
}

export interface SavedMounts {
  readonly outcomes: ReadonlyMap<CarriedMount, MountSave>;
  readonly findings: readonly Diagnostic[];
}

/** Saves what changed in the mounts, all at once. Never throws for a cache that fails. */
export async function saveMounts(session: MountSession, request: SaveRequest): Promise<SavedMounts> {
  const { mounts, budgetMs } = request;
  const { host } = session;
  const outcomes = new Map<CarriedMount, MountSave>();
  const findings: Diagnostic[] = [];
  if (mounts.length === 0) return { outcomes, findings };
  const budget = AbortSignal.timeout(budgetMs);
  const signal = AbortSignal.any([host.signal, budget]);
  const progress = openMountProgress(host);
  const fail = (mount: CarriedMount, error: unknown) => {
    const reasons = budget.aborted
      ? [outOfTime(mount, "saved", budgetMs)]
      : host.signal.aborted
        ? []
        : findingsOf(error);
    findings.push(...reasons);
    outcomes.set(mount, { ...nothingMoved, outcome: "failed", reason: reasons[0]?.message ?? "interrupted" });
  };

  try {
    const there: CarriedMount[] = [];
    const states = await readStates(session, mounts);
    for (const [mount, state] of states) {
      if (state.kind === "lacking") outcomes.set(mount, { ...nothingMoved, outcome: "unused" });
      else if (state.kind === "twins") {
        // The one that would be saved may be the empty one.
        findings.push(twinFinding(mount, state.records.length));
        outcomes.set(mount, { ...nothingMoved, outcome: "skipped", reason: "the builder has it twice" });
      } else there.push(mount);
    }
    if (there.length === 0) return { outcomes, findings };
    const { saveMount } = await import("../mounts/save.ts");
    const store = await session.store();
    if (!(await waitUntilIdle(session, there, signal))) {
      const reason = "another build was running on the builder";
      for (const mount of there) outcomes.set(mount, { ...nothingMoved, outcome: "skipped", reason });
      if (!host.signal.aborted) findings.push(busy("saved", there));
      return { outcomes, findings };
    }
    await Promise.all(
      there.map(async (mount) => {
        const began = host.now();
        const state = states.get(mount);
        const sizeOnBuilder = state?.kind === "present" ? state.record.bytes : 0;
        progress.show(mount.name, { verb: "saving", bytes: 0, totalBytes: 0 });
        try {
          const gateway = await session.gateway(mount);
          const shell = await gateway.openShell(mount.identity, { signal });
          let result: SaveResult;
          try {
            const parent = request.parents.get(mount);
            const damage = request.damages.get(mount);
            result = await saveMount({
              store,
              shell,
              mount: {
                id: mount.storeId,
                scope: request.scopeOf(mount),
                key: request.keyOf(mount),
                ...(mount.maxSize !== null && { maxSize: mount.maxSize }),
              },
              parentScopes: request.parentScopesOf(mount),
              ...(parent !== undefined && { parent }),
              ...(damage !== undefined && { damage }),
              writer: request.writer,
              overwrite: request.overwrite === true,
              now: host.now(),
              signal,
              onProgress: ({ bytes, totalBytes }) =>
                progress.show(mount.name, {
                  verb: "saving",
                  bytes,
                  // What is read in one pass was not listed.
                  ...(totalBytes === 0 ? { totalBytes: sizeOnBuilder, isEstimate: true } : { totalBytes }),
                }),
            });
          } finally {
            await shell.close();
          }
          findings.push(...result.findings);
          const outcome = describe(result, host.now() - began);
          outcomes.set(mount, outcome);
          progress.finish(mount.name, lineOf(mount, outcome, session.backend));
          findings.push(...(await warnOfCollection(gateway, mount, outcome)));
        } catch (error) {
          progress.finish(mount.name, null);
          fail(mount, error);
        }
      }),
    );
  } catch (error) {
    for (const mount of mounts) if (!outcomes.has(mount)) fail(mount, error);
  } finally {
    progress.close();
  }
  return { outcomes, findings: distinct(findings) };
}

function describe(result: SaveResult, ms: number): MountSave {
  switch (result.kind) {
    case "saved": {
      const { snapshot } = result.saved;
      const { files, bytes } = totalsOf(snapshot);
      const { contentBytes: storedBytes } = result;
      return { outcome: "saved", reason: null, snapshot: shown(snapshot), files, bytes, storedBytes, ms };
    }
    case "unchanged":
      return { ...nothingMoved, outcome: "unchanged", snapshot: shown(result.snapshot), ms };
    case "exists":
      return {
        ...nothingMoved,
        outcome: "unchanged",
        reason: "there is a snapshot with this key",
        snapshot: shown(result.snapshot),
        ms,
      };
    case "refused":
      return { ...nothingMoved, outcome: "failed", reason: result.findings[0]?.message ?? null, ms };
    default:
      return unreachable(result);
  }
}

function lineOf(
  { name }: CarriedMount,
  { outcome, files, bytes, storedBytes, ms }: MountSave,
  to: string,
): string | null {
  if (outcome !== "saved") return null;
  return `mount ${name}: saved ${files} files, ${showBytes(bytes ?? 0)} to ${to} (${showBytes(storedBytes)} of it new) in ${showTime(ms)}`;
}

async function warnOfCollection(
  gateway: Gateway,
  { name }: CarriedMount,
  { bytes }: MountSave,
): Promise<readonly Diagnostic[]> {
  if (bytes === null) return [];
  const tight = findTightPolicy(await gateway.listWorkers(), bytes);
  if (tight === null) return [];
  return [
    {
      code: "BK5054",
      message: `the builder's garbage collection may drop the cache mount ${name} (${showBytes(bytes)}): it keeps ${tight}`,
      hint: "give the builder a gcpolicy for type==exec.cachemount with a larger maxUsedSpace and keepDuration in buildkitd.toml",
    },
  ];
}
