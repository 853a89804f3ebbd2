import { setTimeout as sleep } from "node:timers/promises";
import type { Gateway } from "../builder/gateway/gateway.ts";
import type { Hold } from "../builder/gateway/presence.ts";
import type { MountRecord } from "../builder/gateway/records.ts";
import type { MountShell } from "../builder/gateway/shell.ts";
import type { BuilderSession } from "../builder/session.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { showBytes, showCount } from "../diagnostics/units.ts";
import { examineMount, type MountContent } from "../mounts/examine.ts";
import { chooseFolder, type Folder } from "./choose-folder.ts";
import type { CarriedMount } from "./find.ts";
import { findingsOf } from "./findings.ts";
import { stateOf } from "./records.ts";
import { takeTurn } from "./turn.ts";

export interface RepairOptions {
  readonly mounts: readonly CarriedMount[];
  /** Ids of records that stay where several hold something. */
  readonly keep: readonly string[];
  /** Asks the user whether folders with content may go. */
  readonly confirm: (question: string) => Promise<boolean>;
}

/** What became of one mount. */
export interface Repair {
  readonly mount: CarriedMount;
  /**
   * "whole": nothing was wrong. "absent": the builder does not have it. "mended": one folder is left, or a restore that was
   * cut off is settled. "declined": the user wants to keep what would have to go. "undecided": the user must choose.
   */
  readonly outcome: "whole" | "absent" | "mended" | "declined" | "undecided" | "failed";
  /** What a restore that was cut off had left: put in place, or removed. */
  readonly settled: MountContent["settled"];
  /** All folders that the builder had for it; empty where there was one at most. */
  readonly folders: readonly Folder[];
  /** Ids of records. */
  readonly kept: string | null;
  readonly removed: readonly string[];
  readonly finding: Diagnostic | null;
}

/** Leaves each mount with one folder, and that as a restore leaves it. Mounts are mended one after the other. */
export async function repairEach(session: BuilderSession, options: RepairOptions): Promise<readonly Repair[]> {
  const { mounts } = options;
  const { signal } = session.host;
  const repairs: Repair[] = [];
  if (mounts.length === 0) return repairs;
  let turn: Hold | null;
  try {
    turn = await takeTurn(session, mounts, { signal, untilIdle: true });
  } catch (error) {
    const [finding = null] = findingsOf(error);
    return mounts.map((mount) => ({ ...nothingDone(mount), outcome: "failed", finding }));
  }
  if (turn === null) return repairs;
  try {
    for (const mount of mounts) {
      signal.throwIfAborted();
      try {
        repairs.push(await repairMount(session, mount, options));
      } catch (error) {
        const [finding = null] = findingsOf(error);
        repairs.push({ ...nothingDone(mount), outcome: "failed", finding });
      }
    }
    return repairs;
  } finally {
    await turn.release();
  }
}

/**
 * Mends a mount of which all folders but one are empty, and says so. Any other stays as it is. To be called with the turn,
 * while no build runs on the builder.
 */
export async function mendTwins(session: BuilderSession, mount: CarriedMount, signal: AbortSignal): Promise<void> {
  try {
    const gateway = await session.gateway(mount);
    const state = stateOf(mount.identity, await gateway.listMountRecords());
    if (state.kind !== "twins") return;
    const folders = await openFolders(gateway, mount, state.records, signal);
    const empty = folders.filter(({ files }) => files === 0);
    if (empty.length !== folders.length - 1) return;
    await remove(gateway, mount, empty);
    const message = `mount ${mount.name}: the builder had ${folders.length} folders for it, of which the empty ones were removed`;
    session.host.tell({ level: "info", message });
  } catch (error) {
    if (!signal.aborted) findingsOf(error);
  }
}

function nothingDone(mount: CarriedMount): Repair {
  return { mount, outcome: "whole", settled: null, folders: [], kept: null, removed: [], finding: null };
}

async function repairMount(session: BuilderSession, mount: CarriedMount, options: RepairOptions): Promise<Repair> {
  const { signal } = session.host;
  const gateway = await session.gateway(mount);
  const state = stateOf(mount.identity, await gateway.listMountRecords());
  const before = nothingDone(mount);
  if (state.kind === "lacking") return { ...before, outcome: "absent" };
  if (state.kind === "present") {
    const shell = await gateway.openShell(mount.identity, { signal });
    try {
      const { settled } = await examineMount(shell, signal);
      return { ...before, outcome: settled === null ? "whole" : "mended", settled };
    } finally {
      await shell.close();
    }
  }
  const folders = await openFolders(gateway, mount, state.records, signal);
  const choice = chooseFolder(folders, options.keep);
  if (choice.kind === "undecided")
    return { ...before, outcome: "undecided", folders, finding: undecided(mount, folders) };
  const { kept, removed } = choice;
  const { settled } = kept;
  const lost = removed.filter(({ files }) => files > 0);
  if (lost.length > 0 && !(await options.confirm(questionOf(mount, lost)))) {
    return { ...before, outcome: "declined", settled, folders };
  }
  await remove(gateway, mount, removed);
  return {
    ...before,
    outcome: "mended",
    settled,
    folders,
    kept: kept.record.recordId,
    removed: removed.map(({ record }) => record.recordId),
  };
}

/** Time in ms for a folder that no build has open to be opened. */
const patience = 30_000;

/**
 * Opens all folders of a mount at once: each shell gets one that no other has, and the builder tells which one is in use.
 * @throws BkcacheError BK5059 where a folder cannot be told from the others.
 */
async function openFolders(
  gateway: Gateway,
  mount: CarriedMount,
  records: readonly MountRecord[],
  signal: AbortSignal,
): Promise<readonly Folder[]> {
  const shells: MountShell[] = [];
  const folders = new Map<string, Folder>();
  try {
    while (folders.size < records.length) {
      const timeout = AbortSignal.timeout(patience);
      try {
        shells.push(await gateway.openShell(mount.identity, { signal: AbortSignal.any([signal, timeout]) }));
      } catch (error) {
        if (timeout.aborted && !signal.aborted) throw unclear(mount);
        throw error;
      }
      const inUse = new Set((await gateway.listMountRecords()).filter((record) => record.isInUse).map(idOf));
      const opened = records.filter((record) => inUse.has(idOf(record)) && !folders.has(idOf(record)));
      const [record, another] = opened;
      const shell = shells.at(-1);
      if (record === undefined || another !== undefined || shell === undefined) throw unclear(mount);
      folders.set(idOf(record), { ...(await examineMount(shell, signal)), record });
    }
    return [...folders.values()];
  } finally {
    await Promise.all(shells.map((shell) => shell.close()));
  }
}

function idOf({ recordId }: MountRecord): string {
  return recordId;
}

/** Tries of a removal: the builder lets go of a folder some moments after its container. */
const tries = 20;
const pause = 250;

async function remove(gateway: Gateway, mount: CarriedMount, folders: readonly Folder[]): Promise<void> {
  const ids = folders.map(({ record }) => record.recordId);
  for (let tried = 0; tried < tries; tried++) {
    await gateway.removeRecords(ids);
    const left = (await gateway.listMountRecords()).filter(({ recordId }) => ids.includes(recordId));
    if (left.length === 0) return;
    await sleep(pause);
  }
  throw new BkcacheError({
    code: "BK5059",
    message: `the builder did not let go of ${ids.join(", ")} of the mount ${mount.name}`,
    hint: "try again when no build runs on it",
  });
}

function unclear({ name }: CarriedMount): BkcacheError {
  return new BkcacheError({
    code: "BK5059",
    message: `the folders of the mount ${name} cannot be told from each other: something else has one of them open`,
    hint: "try again when no build runs on the builder",
  });
}

function undecided({ name }: CarriedMount, folders: readonly Folder[]): Diagnostic {
  const filled = folders.filter(({ files }) => files > 0);
  return {
    code: "BK5057",
    message: `${filled.length} folders of the mount ${name} hold something: ${filled.map(showFolder).join("; ")}`,
    hint: "name the one that stays with --keep RECORD; the others are removed",
  };
}

function questionOf({ name }: CarriedMount, lost: readonly Folder[]): string {
  return `Remove from the mount ${name}: ${lost.map(showFolder).join("; ")}?`;
}

function showFolder({ record, files, bytes }: Folder): string {
  const used =
    record.lastUsedAt === null ? "" : `, last used ${new Date(record.lastUsedAt).toISOString().slice(0, 19)}Z`;
  return `${record.recordId} (${showCount(files, "file")}, ${showBytes(bytes)}${used})`;
}
