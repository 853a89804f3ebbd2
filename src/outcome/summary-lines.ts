import { showBytes, showTime } from "../diagnostics/units.ts";
import type { MountReport, MountRestore, MountSave } from "./mounts.ts";
import type { RelayReport, TargetReport } from "./report.ts";
import { mostRows } from "./summary-rows.ts";

/** What each target had of the relay, a line each; one for all where they are many. */
export function summariseRelays(targets: Readonly<Record<string, TargetReport>>): readonly string[] {
  const relays = Object.entries(targets).flatMap(([name, { relay }]) => (relay === null ? [] : [{ name, relay }]));
  if (relays.length <= mostRows) return relays.map(({ name, relay }) => summariseRelay(name, relay));
  const sum = (key: keyof RelayReport) => relays.reduce((total, { relay }) => total + relay[key], 0);
  const keys = Object.keys(relays[0]?.relay ?? {}) as (keyof RelayReport)[];
  const all = Object.fromEntries(keys.map((key) => [key, sum(key)])) as unknown as RelayReport;
  return [summariseRelay(`of ${relays.length} targets`, all)];
}

function summariseRelay(target: string, relay: RelayReport): string {
  const { hits, misses, bytesFromStore, bytesFromTier, bytesToStore, droppedResults, ms } = relay;
  const parts = [
    ...(hits + misses > 0 ? [`${hits} of ${hits + misses} objects found`] : []),
    ...(bytesFromStore > 0 ? [`${showBytes(bytesFromStore)} from the bucket`] : []),
    ...(bytesFromTier > 0 ? [`${showBytes(bytesFromTier)} from the tier`] : []),
    ...(bytesToStore > 0 ? [`${showBytes(bytesToStore)} stored`] : []),
    ...(droppedResults > 0 ? [`${droppedResults} results left out, whose layers the bucket lacks`] : []),
  ];
  return `relay ${target}: ${parts.length === 0 ? "nothing moved" : parts.join(", ")} in ${showTime(ms)}`;
}

/** What became of each cache mount, a line each; where they are many, one for those that came to the same. */
export function summariseMounts(mounts: readonly MountReport[]): readonly string[] {
  if (mounts.length <= mostRows) return mounts.flatMap((mount) => summariseMount(`mount ${mount.name}`, mount));
  const groups = new Map<string, MountReport[]>();
  for (const mount of mounts) {
    const keyOf = (moved: MountRestore | MountSave | null) => `${moved?.outcome} ${moved?.reason}`;
    const key = `${keyOf(mount.restore)} ${keyOf(mount.save)}`;
    groups.set(key, [...(groups.get(key) ?? []), mount]);
  }
  const lines = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length === 1)
      return group.flatMap((mount) => summariseMount(`mount ${mount.name}`, mount));
    const restore = addUp(group.map((mount) => mount.restore));
    const save = addUp(group.map((mount) => mount.save));
    return summariseMount(`${group.length} mounts`, { ...first, restore, save });
  });
  const rest = lines.length - mostRows;
  return rest > 0 ? [...lines.slice(0, mostRows), `and ${rest} more lines of mounts`] : lines;
}

/** The bytes of all, and the longest of the times. */
function addUp<T extends MountRestore | MountSave>(all: readonly (T | null)[]): T | null {
  const moved = all.filter((each) => each !== null);
  const [first] = moved;
  if (first === undefined) return null;
  const sum = (valueOf: (each: T) => number) => moved.reduce((total, each) => total + valueOf(each), 0);
  const scopes = [...new Set(moved.flatMap(({ snapshot }) => snapshot?.scope ?? []))];
  return {
    ...first,
    snapshot: first.snapshot && {
      ...first.snapshot,
      scope: scopes.length === 1 ? first.snapshot.scope : "several scopes",
    },
    bytes: sum(({ bytes }) => bytes ?? 0),
    storedBytes: sum(({ storedBytes }) => storedBytes),
    ms: Math.max(...moved.map(({ ms }) => ms)),
  };
}

function summariseMount(label: string, { restore, save }: MountReport): readonly string[] {
  const parts = [
    ...(restore === null ? [] : [restoreWords[restore.outcome](restore)]),
    ...(save === null ? [] : [saveWords[save.outcome](save)]),
  ];
  return parts.length === 0 ? [] : [`${label}: ${parts.join(", ")}`];
}

const restoreWords: Readonly<Record<MountRestore["outcome"], (restore: MountRestore) => string>> = {
  restored: ({ bytes, ms, snapshot }) => `restored ${showBytes(bytes ?? 0)} (${snapshot?.scope}) in ${showTime(ms)}`,
  present: () => "on the builder already",
  absent: () => "nothing to restore yet",
  skipped: ({ reason }) => because("not restored", reason),
  failed: ({ reason }) => because("not restored", reason),
};

const saveWords: Readonly<Record<MountSave["outcome"], (save: MountSave) => string>> = {
  saved: ({ storedBytes, ms, snapshot, reason }) =>
    `saved ${showBytes(storedBytes)} (${snapshot?.scope}) in ${showTime(ms)}${reason === null ? "" : `, ${reason}`}`,
  unchanged: () => "unchanged",
  unused: () => "not used by this build",
  skipped: ({ reason }) => because("not saved", reason),
  failed: ({ reason }) => because("not saved", reason),
};

function because(outcome: string, reason: string | null): string {
  return reason === null ? outcome : `${outcome} (${reason})`;
}
