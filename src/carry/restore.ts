import type { MountRecord } from "../builder/gateway/records.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import { unreachable } from "../diagnostics/unreachable.ts";
import { awaitedLater } from "../host/awaited-later.ts";
import type { ForeignSnapshot } from "../mounts/as-restored.ts";
import type { Damage } from "../mounts/damage.ts";
import type { LoadedSnapshot } from "../mounts/load.ts";
import type { Places } from "../mounts/sources.ts";
import type { RestoreResult } from "../mounts/restore.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { showBytes, showCount, showTime } from "../diagnostics/units.ts";
import { watchMounts } from "./after-kill.ts";
import type { CarriedMount } from "./find.ts";
import { twinFinding } from "./findings.ts";
import { forEachMount } from "./for-each-mount.ts";
import { type MountState, readStates } from "./records.ts";
import { type MountRestore, nothingMoved, shown } from "../outcome/mounts.ts";
import type { MountSession } from "./session.ts";
import { waitUntilReleased } from "./wait.ts";

export interface RestoreRequest {
  readonly mounts: readonly CarriedMount[];
  /** What the builder has of them, where that was asked already. */
  readonly states?: ReturnType<typeof readStates> | undefined;
  /** Where to look for a mount, the nearest first. */
  readonly scopesOf: (mount: CarriedMount) => readonly string[];
  /** The one of them that this run writes; needed where other stores are read too. */
  readonly writtenScopeOf?: ((mount: CarriedMount) => string) | undefined;
  /** Null where the newest snapshot is as good as any. */
  readonly keyOf: (mount: CarriedMount) => string | null;
  /** Time in ms for all of them. */
  readonly budgetMs: number;
  /** Why a mount that the builder lacks is not to be filled: no step will use it. Null where it is. */
  readonly whyNot?: ((mount: CarriedMount) => Promise<string | null>) | undefined;
  /** Restores over what the builder has. */
  readonly replace?: boolean;
  /** Shows others that a build comes next. Called once at the end, before another bkcache has its turn. */
  readonly announce?: () => Promise<void>;
}

export interface RestoredMounts {
  readonly outcomes: ReadonlyMap<CarriedMount, MountRestore>;
  /** What was read of the store, restored or not: the next snapshots are made on top of these. */
  readonly loaded: ReadonlyMap<CarriedMount, LoadedSnapshot>;
  /** The same of other stores, whose packs no snapshot of the own one can share. */
  readonly foreign: ReadonlyMap<CarriedMount, ForeignSnapshot>;
  /** What could not be read of the store. */
  readonly damages: ReadonlyMap<CarriedMount, Damage>;
  /** Mounts that may lack what the store has: their restore failed, was not tried, or nobody knows what they were. */
  readonly incomplete: ReadonlySet<CarriedMount>;
  readonly findings: readonly Diagnostic[];
}

/**
 * What a record with so few uses holds may be a restore that was cut off: each try is a use, as is each step and
 * each save. A record used more often has been through a build, or through that many kills in a row.
 */
const fewUses = 5;

/** What need not be opened. Of a record with a base nobody can tell whose it is. */
function isOwnAndUsed({ usageCount, hasBase }: MountRecord): boolean {
  return usageCount > fewUses && !hasBase;
}

/**
 * Fills the mounts that the builder lacks, some at once. Never throws for a cache that fails: what does not come in time,
 * or not whole, is a miss.
 */
export async function restoreMounts(session: MountSession, request: RestoreRequest): Promise<RestoredMounts> {
  const { mounts, states, budgetMs, replace = false, announce } = request;
  const { host } = session;
  const loaded = new Map<CarriedMount, LoadedSnapshot>();
  const foreign = new Map<CarriedMount, ForeignSnapshot>();
  const damages = new Map<CarriedMount, Damage>();
  const incomplete = new Set<CarriedMount>();
  const watch = watchMounts(session);
  const placesOf = async (mount: CarriedMount, store: ObjectStore): Promise<Places> => {
    const scopes = request.scopesOf(mount);
    const stores = await session.otherStores();
    if (stores.length === 0) return { store, scopes };
    return { store, scopes, others: { stores, written: request.writtenScopeOf?.(mount) ?? "" } };
  };
  /** Begun while the mounts are opened. */
  const loadCode = () => awaitedLater(import("../mounts/restore.ts"));
  const { outcomes, findings } = await forEachMount<MountRestore>(session, {
    what: "restored",
    mounts,
    states,
    budgetMs,
    hasTwins: replace,
    byState(mount, state) {
      const isPresent = state.kind === "present" && isOwnAndUsed(state.record) && !replace;
      return isPresent ? { ...nothingMoved, outcome: "present" } : null;
    },
    async byStore(mount, { state, store, signal }) {
      const reason = (await request.whyNot?.(mount)) ?? null;
      if (reason !== null) return { ...nothingMoved, outcome: "skipped", reason };
      // To open a mount is to make it, and a first build waits for nobody.
      if (state.kind !== "lacking") return null;
      const { hasSnapshot } = await import("../mounts/load.ts");
      if (!(await hasSnapshot(mount.storeId, await placesOf(mount, store), signal)))
        return { ...nothingMoved, outcome: "absent" };
      void loadCode();
      return null;
    },
    async move({ mount, shell, store, signal, show }) {
      const began = host.now();
      const [{ restoreMount }] = await Promise.all([loadCode(), watch.begin(mount)]);
      const result = await restoreMount({
        ...(await placesOf(mount, store)),
        shell,
        mount: { id: mount.storeId, key: request.keyOf(mount) },
        replace,
        signal,
        onLoaded: (snapshot, from) =>
          from === store ? loaded.set(mount, snapshot) : foreign.set(mount, { loaded: snapshot, store: from }),
        onProgress: ({ bytes, totalBytes }) => show({ bytes, totalBytes }),
      });
      if (result.kind === "restored" || result.kind === "miss") damages.set(mount, result.damage);
      // Filled by builds alone, perhaps after a restore that failed.
      if (result.kind === "present" && result.snapshot === null) incomplete.add(mount);
      const outcome = describe(result, host.now() - began);
      return { outcome, findings: result.findings, line: lineOf(mount, outcome, session.backend) };
    },
    async conclude({ states: before, moved, signal }) {
      const after = moved.length === 0 ? before : await readStates(session, mounts);
      if (announce !== undefined) await waitUntilReleased(session, after, signal);
      return findNewTwins(moved, after);
    },
    ...(announce !== undefined && { beforeOthers: announce }),
  }).finally(() => void watch.end());
  for (const [mount, { outcome }] of outcomes) if (outcome === "failed" || outcome === "skipped") incomplete.add(mount);
  return { outcomes, loaded, foreign, damages, incomplete, findings };
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
  return `mount ${name}: restored ${showCount(files ?? 0, "file")}, ${showBytes(bytes ?? 0)} from ${from} (${showBytes(storedBytes)}) in ${showTime(ms)}`;
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
