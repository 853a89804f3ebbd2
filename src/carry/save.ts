import type { Gateway } from "../builder/gateway/gateway.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import { unreachable } from "../diagnostics/unreachable.ts";
import { awaitedLater } from "../host/awaited-later.ts";
import type { ForeignSnapshot } from "../mounts/as-restored.ts";
import type { Damage } from "../mounts/damage.ts";
import type { ListNewest, LoadedSnapshot } from "../mounts/load.ts";
import type { SaveResult } from "../mounts/save.ts";
import { totalsOf, type Writer } from "../mounts/snapshot.ts";
import { showBytes, showCount, showTime } from "../diagnostics/units.ts";
import type { CarriedMount } from "./find.ts";
import { findTightPolicy, tightPolicy } from "./gc.ts";
import { forEachMount } from "./for-each-mount.ts";
import { type MountSave, nothingMoved, shown } from "../outcome/mounts.ts";
import type { MountSession } from "./session.ts";

export interface SaveRequest {
  readonly mounts: readonly CarriedMount[];
  readonly scopeOf: (mount: CarriedMount) => string;
  /** Scopes whose newest snapshot a save may build on, the nearest first. */
  readonly parentScopesOf: (mount: CarriedMount) => readonly string[];
  readonly keyOf: (mount: CarriedMount) => string | null;
  /** What the mounts were filled from in this run. */
  readonly parents: ReadonlyMap<CarriedMount, LoadedSnapshot>;
  /** The same, of stores that this one's snapshots share nothing with: a mount that is as it was filled is not saved. */
  readonly foreign?: ReadonlyMap<CarriedMount, ForeignSnapshot>;
  readonly damages: ReadonlyMap<CarriedMount, Damage>;
  /** Mounts that may lack what the store has: what they lack of the snapshot before is kept. */
  readonly incomplete: ReadonlySet<CarriedMount>;
  readonly writer: Writer;
  /** Time in ms for all of them. */
  readonly budgetMs: number;
  /** Mounts that the store had nothing of, which are saved for the first time: they may take `firstBudgetMs`. */
  readonly isFirst?: (mount: CarriedMount) => boolean;
  readonly firstBudgetMs?: number;
  readonly overwrite?: boolean;
  /** Whether to say that the builder may drop a mount; see `warnsOfCollection`. */
  readonly warnsOfCollection: boolean;
}

export interface SavedMounts {
  readonly outcomes: ReadonlyMap<CarriedMount, MountSave>;
  readonly findings: readonly Diagnostic[];
}

/** Saves what changed in the mounts, some at once. Never throws for a cache that fails. */
export async function saveMounts(session: MountSession, request: SaveRequest): Promise<SavedMounts> {
  const { mounts, budgetMs, isFirst = () => false, firstBudgetMs = budgetMs } = request;
  const { host } = session;
  // Loaded while the mounts are opened.
  const code = awaitedLater(
    Promise.all([import("../mounts/save.ts"), import("../mounts/as-restored.ts"), import("../mounts/load.ts")]).then(
      ([save, restored, load]) => ({ ...save, ...restored, ...load }),
    ),
  );
  let listNewest: ListNewest | undefined;
  return forEachMount<MountSave>(session, {
    what: "saved",
    mounts,
    budgetMs,
    budgetOf: (mount) => (isFirst(mount) ? firstBudgetMs : budgetMs),
    byState: (_, state) => (state.kind === "lacking" ? { ...nothingMoved, outcome: "unused" } : null),
    async move({ mount, state, gateway, shell, store, signal, show }) {
      const began = host.now();
      const { isAsRestored, saveMount, shareListings } = await code;
      const sizeOnBuilder = state.kind === "present" ? state.record.bytes : 0;
      const parent = request.parents.get(mount);
      const damage = request.damages.get(mount);
      const foreign = parent === undefined ? request.foreign?.get(mount) : undefined;
      if (
        foreign !== undefined &&
        (await isAsRestored({ shell, foreign, maxSize: mount.maxSize, now: host.now(), signal }))
      ) {
        const reason = "it is as it was restored";
        const outcome = {
          ...nothingMoved,
          outcome: "unchanged",
          reason,
          snapshot: shown(foreign.loaded.snapshot),
        } as const;
        return { outcome, findings: [], line: null };
      }
      const result = await saveMount({
        store,
        shell,
        mount: {
          id: mount.storeId,
          scope: request.scopeOf(mount),
          key: request.keyOf(mount),
          ...(mount.maxSize !== null && { maxSize: mount.maxSize }),
        },
        parentScopes: request.parentScopesOf(mount),
        listNewest: (listNewest ??= shareListings(
          store,
          mounts.map(({ storeId }) => storeId),
        )),
        ...(parent !== undefined && { parent }),
        ...(damage !== undefined && { damage }),
        isIncomplete: request.incomplete.has(mount),
        writer: request.writer,
        overwrite: request.overwrite === true,
        now: host.now(),
        signal,
        onProgress: ({ bytes, totalBytes }) =>
          // What is read in one pass was not listed.
          show({ bytes, ...(totalBytes === 0 ? { totalBytes: sizeOnBuilder, isEstimate: true } : { totalBytes }) }),
      });
      const outcome = describe(result, host.now() - began);
      return {
        outcome,
        findings: [
          ...result.findings,
          ...(request.warnsOfCollection ? await findCollection(gateway, mount, outcome) : []),
        ],
        line: lineOf(mount, outcome, session.backend),
      };
    },
  });
}

function describe(result: SaveResult, ms: number): MountSave {
  switch (result.kind) {
    case "saved": {
      const { snapshot } = result.saved;
      const { files, bytes } = totalsOf(snapshot);
      const { contentBytes: storedBytes, keptFiles } = result;
      const reason = keptFiles === 0 ? null : `with ${keptFiles} files of the snapshot before, which was not restored`;
      return { outcome: "saved", reason, snapshot: shown(snapshot), files, bytes, storedBytes, ms };
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
  { outcome, files, bytes, storedBytes, ms, reason }: MountSave,
  to: string,
): string | null {
  if (outcome !== "saved") return null;
  return `mount ${name}: saved ${showCount(files ?? 0, "file")}, ${showBytes(bytes ?? 0)} to ${to} (${showBytes(storedBytes)} of it new) in ${showTime(ms)}${reason === null ? "" : `, ${reason}`}`;
}

async function findCollection(
  gateway: Gateway,
  { name }: CarriedMount,
  { bytes }: MountSave,
): Promise<readonly Diagnostic[]> {
  if (bytes === null) return [];
  const tight = findTightPolicy(await gateway.listWorkers(), bytes);
  return tight === null ? [] : [tightPolicy(name, bytes, tight)];
}
