import type { Gateway } from "../builder/gateway/gateway.ts";
import type { MountShell } from "../builder/gateway/shell.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import { createLimit } from "../host/limit.ts";
import { type MountRestore, type MountSave, nothingMoved } from "../outcome/mounts.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { CarriedMount } from "./find.ts";
import { busy, distinct, findingsOf, outOfTime, twinFinding } from "./findings.ts";
import { openMountProgress, type Step } from "./progress.ts";
import { type MountState, readStates } from "./records.ts";
import type { MountSession } from "./session.ts";
import { waitUntilIdle } from "./wait.ts";

/** A mount that is open for this process alone. */
export interface OpenMount {
  readonly mount: CarriedMount;
  readonly state: MountState;
  readonly gateway: Gateway;
  readonly shell: MountShell;
  readonly store: ObjectStore;
  /** Aborted by the user, and at the end of the budget. */
  readonly signal: AbortSignal;
  readonly show: (step: Omit<Step, "verb" | "ends">) => void;
}

/** What is done to each mount of a run. */
export interface MountWork<O extends MountRestore | MountSave> {
  readonly what: "restored" | "saved";
  readonly mounts: readonly CarriedMount[];
  /** What the builder has of them, where that was asked already. */
  readonly states?: ReturnType<typeof readStates> | undefined;
  /** Time in ms for all of them. */
  readonly budgetMs: number;
  /** The same for one mount, where it has another. */
  readonly budgetOf?: (mount: CarriedMount) => number;
  /** Whether a mount that the builder has twice is worked on as any other. */
  readonly hasTwins?: boolean;
  /** The outcome where what the builder has tells it; null where the mount is to be worked on. */
  byState(mount: CarriedMount, state: MountState): O | null;
  /** The same for what the store has. */
  byStore?(mount: CarriedMount, of: Pick<OpenMount, "state" | "store" | "signal">): Promise<O | null>;
  /** The work itself, and a line about it for people. */
  move(open: OpenMount): Promise<Moved<O>>;
  /** Runs after the last mount, but not where another build kept all of them from being worked on. */
  conclude?(after: Concluding): Promise<readonly Diagnostic[]>;
}

interface Moved<O> {
  readonly outcome: O;
  readonly findings: readonly Diagnostic[];
  readonly line: string | null;
}

interface Concluding {
  /** As they were before. */
  readonly states: ReadonlyMap<CarriedMount, MountState>;
  readonly moved: readonly CarriedMount[];
  readonly signal: AbortSignal;
}

type NotMoved = Omit<typeof nothingMoved, "reason" | "ms"> & {
  readonly outcome: "skipped" | "failed";
  readonly reason: string;
  readonly ms: number;
};

export interface MovedMounts<O> {
  readonly outcomes: ReadonlyMap<CarriedMount, O | NotMoved>;
  readonly findings: readonly Diagnostic[];
}

/** Containers on the builder, and contents in memory: more at once are not faster. */
const atOnce = 8;

/**
 * Works on the mounts of a run, some at once, within the budget and while no build runs on the builder. A cache that fails
 * is an outcome and a finding, never an error.
 */
export async function forEachMount<O extends MountRestore | MountSave>(
  session: MountSession,
  work: MountWork<O>,
): Promise<MovedMounts<O>> {
  const { what, mounts, budgetMs } = work;
  const { host } = session;
  const outcomes = new Map<CarriedMount, O | NotMoved>();
  const findings: Diagnostic[] = [];
  const budgetOf = (mount: CarriedMount): number => work.budgetOf?.(mount) ?? budgetMs;
  const budgets = new Map([...new Set([budgetMs, ...mounts.map(budgetOf)])].map((ms) => [ms, AbortSignal.timeout(ms)]));
  const isOver = (mount: CarriedMount): boolean => budgets.get(budgetOf(mount))?.aborted === true;
  const signalOf = (ms: number): AbortSignal =>
    AbortSignal.any([host.signal, budgets.get(ms)].filter((each) => each !== undefined));
  const signal = signalOf(budgetMs);
  const progress = openMountProgress(host);
  const verb = what === "restored" ? "restoring" : "saving";
  const skip = (mount: CarriedMount, reason: string) =>
    outcomes.set(mount, { ...nothingMoved, outcome: "skipped", reason });
  const began = host.now();
  const fail = (mount: CarriedMount, error: unknown, since = began) => {
    // The user's own Ctrl-C is no failure of the cache.
    // What all of them wait for ends with the common budget.
    const reasons =
      isOver(mount) || (error !== undefined && error === budgets.get(budgetMs)?.reason)
        ? [outOfTime(mount, what, budgetOf(mount))]
        : host.signal.aborted
          ? []
          : findingsOf(error);
    findings.push(...reasons);
    const reason = reasons[0]?.message ?? "interrupted";
    outcomes.set(mount, { ...nothingMoved, outcome: "failed", reason, ms: host.now() - since });
  };
  /** Keeps an outcome that is known; true for a mount that is still to be worked on. */
  const isOpen = (mount: CarriedMount, outcome: O | null): boolean => {
    if (outcome !== null) outcomes.set(mount, outcome);
    return outcome === null;
  };

  const sortByState = (states: ReadonlyMap<CarriedMount, MountState>): readonly CarriedMount[] =>
    [...states].flatMap(([mount, state]) => {
      if (state.kind !== "twins" || work.hasTwins === true)
        return isOpen(mount, work.byState(mount, state)) ? [mount] : [];
      // Which of them a build gets is chance, and the empty one is as likely as the other.
      findings.push(twinFinding(mount, state.records.length));
      skip(mount, "the builder has it twice");
      return [];
    });

  const sortByStore = async (
    wanted: readonly CarriedMount[],
    of: Pick<OpenMount, "store" | "signal"> & { readonly states: ReadonlyMap<CarriedMount, MountState> },
  ): Promise<readonly CarriedMount[]> => {
    const left = new Set<CarriedMount>();
    await Promise.all(
      wanted.map(async (mount) => {
        try {
          const outcome = (await work.byStore?.(mount, { ...of, state: stateIn(of.states, mount) })) ?? null;
          if (isOpen(mount, outcome)) left.add(mount);
        } catch (error) {
          fail(mount, error);
        }
      }),
    );
    return wanted.filter((mount) => left.has(mount));
  };

  const move = async (mount: CarriedMount, of: Pick<OpenMount, "state" | "store">): Promise<void> => {
    const since = host.now();
    const ends = { what, at: began + budgetOf(mount), ms: budgetOf(mount) };
    progress.show(mount.name, { verb, bytes: 0, totalBytes: 0, ends });
    const own = signalOf(budgetOf(mount));
    try {
      own.throwIfAborted();
      const gateway = await session.gateway(mount);
      const shell = await gateway.openShell(mount.identity, { signal: own });
      const show: OpenMount["show"] = (step) => progress.show(mount.name, { verb, ends, ...step });
      let moved: Moved<O>;
      try {
        moved = await work.move({ ...of, signal: own, mount, gateway, shell, show });
      } finally {
        await shell.close();
      }
      findings.push(...moved.findings);
      outcomes.set(mount, moved.outcome);
      progress.finish(mount.name, moved.line);
    } catch (error) {
      progress.finish(mount.name, null);
      fail(mount, error, since);
    }
  };

  try {
    const states = await (work.states ?? readStates(session, mounts));
    const wanted = sortByState(states);
    let left: readonly CarriedMount[] = [];
    if (wanted.length > 0) {
      const store = await session.store();
      left = await sortByStore(wanted, { states, store, signal });
      if (left.length > 0 && !(await waitUntilIdle(session, left, signal))) {
        for (const mount of left) skip(mount, "another build was running on the builder");
        if (!host.signal.aborted) findings.push(busy(what, left));
        return { outcomes, findings: distinct(findings) };
      }
      const limit = createLimit(atOnce);
      await Promise.all(left.map((mount) => limit(() => move(mount, { state: stateIn(states, mount), store }))));
    }
    findings.push(...((await work.conclude?.({ states, moved: left, signal })) ?? []));
  } catch (error) {
    for (const mount of mounts) if (!outcomes.has(mount)) fail(mount, error);
  } finally {
    progress.close();
  }
  return { outcomes, findings: distinct(findings) };
}

function stateIn(states: ReadonlyMap<CarriedMount, MountState>, mount: CarriedMount): MountState {
  return states.get(mount) ?? { kind: "lacking" };
}
