import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { awaitedLater } from "../host/awaited-later.ts";
import type { Host } from "../host/host.ts";
import { orAborted } from "../host/or-aborted.ts";
import { type DoctorFinding, errorOf, warningOf } from "./verdict.ts";

/** Something that several checks need, found once. */
export interface Part<T> {
  /** Null where it could not be had. Fails with the reason of an interrupt alone. */
  readonly value: Promise<T | null>;
  /** Why not, and what was said on the way; for the one check that is about it. */
  readonly findings: Promise<readonly DoctorFinding[]>;
}

export interface Bound {
  /** Milliseconds. */
  readonly ms: number;
  /** What it means that this was not enough. */
  readonly late: Diagnostic;
}

/** Begins with the work at once. @param work gives null where another part that it needs, and that says why, is not there */
export function openPart<T>(host: Host, bound: Bound, work: (host: Host) => Promise<T | null>): Part<T> {
  const outcome = listen(host, bound, work);
  return {
    value: awaitedLater(outcome.then(({ value }) => value)),
    findings: awaitedLater(outcome.then(({ findings }) => findings)),
  };
}

export interface Heard<T> {
  readonly value: T | null;
  readonly findings: readonly DoctorFinding[];
}

/** The result of some work within its time, or why there is none, and what it warned of. */
export async function listen<T>(host: Host, { ms, late }: Bound, work: (host: Host) => Promise<T>): Promise<Heard<T>> {
  const said: DoctorFinding[] = [];
  const over = AbortSignal.timeout(ms);
  const within = AbortSignal.any([host.signal, over]);
  const own: Host = {
    ...host,
    signal: within,
    live: () => {},
    tell: ({ level, code, ...rest }) => {
      if (level === "warning" && code !== undefined) said.push(warningOf({ code, ...rest }));
    },
  };
  try {
    return { value: await orAborted(work(own), within), findings: said };
  } catch (error) {
    // The user has had enough.
    if (host.signal.aborted) throw error;
    if (over.aborted) return { value: null, findings: [...said, errorOf(late)] };
    if (!(error instanceof BkcacheError)) throw error;
    return { value: null, findings: [...said, ...error.findings.map(errorOf)] };
  }
}
