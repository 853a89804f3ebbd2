import type { Host } from "../host/host.ts";
import type { CarriedMount } from "./find.ts";

/** A budget in ms from which on nobody waits for its end, such as that of a command that was asked for nothing else. */
export const endless = 86_400_000;

/** Times that work on mounts may take, all of which begin now. */
export interface Budgets {
  /** Milliseconds. */
  readonly of: (mount: CarriedMount) => number;
  /** Aborted by the user, and at the end of the common budget. */
  readonly common: AbortSignal;
  /** The same for the mount's own budget. */
  readonly signalOf: (mount: CarriedMount) => AbortSignal;
  /** Whether this mount failed since its time was over. */
  readonly isOver: (mount: CarriedMount, error: unknown) => boolean;
}

/** @param common time in ms, for what all wait for and where `own` says nothing */
export function openBudgets(
  host: Pick<Host, "signal">,
  mounts: readonly CarriedMount[],
  { common, own }: { readonly common: number; readonly own: ((mount: CarriedMount) => number) | undefined },
): Budgets {
  const of = (mount: CarriedMount): number => own?.(mount) ?? common;
  const ends = new Map([...new Set([common, ...mounts.map(of)])].map((ms) => [ms, AbortSignal.timeout(ms)]));
  const signalAt = (ms: number): AbortSignal =>
    AbortSignal.any([host.signal, ends.get(ms)].filter((each) => each !== undefined));
  return {
    of,
    common: signalAt(common),
    signalOf: (mount) => signalAt(of(mount)),
    isOver: (mount, error) =>
      ends.get(of(mount))?.aborted === true || (error !== undefined && error === ends.get(common)?.reason),
  };
}
