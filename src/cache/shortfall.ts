import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import type { LeftOut } from "./choice.ts";
import type { LockedFolders } from "./local-folders.ts";

/** What a run does not have of the cache that its config says, or has in another way. */
export interface Shortfall {
  readonly leftOut: readonly LeftOut[];
  /** Names of those of them that the builder's driver lacks: no failure of the cache, since the same config serves other builders. */
  readonly lacking: ReadonlySet<string>;
  /** Why buckets do not answer, by backend; also of those left out. */
  readonly unanswering: Readonly<Record<string, Diagnostic>>;
  /** Folders of this machine that are read in their place. */
  readonly tiers: Readonly<Record<string, string>>;
  /** Why buckets are used directly that were to be used through the relay. */
  readonly direct: readonly Diagnostic[];
}

/** @throws BkcacheError with each failure, for a run that is to have its whole cache or none. */
export function refuseShortfall({ leftOut, lacking, unanswering, direct }: Shortfall): void {
  const faults = leftOut.filter(({ backend }) => !lacking.has(backend));
  const fatal = [...faults.map(({ diagnostic }) => diagnostic), ...Object.values(unanswering), ...direct];
  if (fatal.length > 0) throw BkcacheError.of(fatal);
}

/** Says each once, and how the run goes on. */
export function tellShortfall(host: Host, { leftOut, unanswering, tiers, direct }: Shortfall): void {
  const warn = (finding: Diagnostic, how: string) =>
    host.tell({ ...finding, message: `${finding.message}; ${how}`, level: "warning" });
  for (const { diagnostic } of leftOut) warn(diagnostic, "building without it");
  const isLeftOut = (name: string) => leftOut.some(({ backend }) => backend === name);
  for (const [name, finding] of Object.entries(unanswering)) {
    if (!isLeftOut(name)) warn(finding, `what ${tiers[name]} has of it is read`);
  }
  for (const finding of direct) warn(finding, "the bucket is used directly");
}

/** Says which local caches this run does not write, since another one does. */
export function tellBusyFolders(host: Host, busy: LockedFolders["busy"]): void {
  for (const { backend, folder } of busy) {
    host.tell({
      level: "info",
      message: `backend "${backend}": another run writes ${folder}; this one writes its cache elsewhere or not at all`,
    });
  }
}
