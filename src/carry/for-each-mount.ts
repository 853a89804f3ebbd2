import type { Gateway } from "../builder/gateway/gateway.ts";
import type { Hold } from "../builder/gateway/presence.ts";
import type { MountShell } from "../builder/gateway/shell.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import { awaitedLater } from "../host/awaited-later.ts";
import { importWhole } from "../host/import-whole.ts";
import { createLimit } from "../host/limit.ts";
import type { MountRestore, MountSave } from "../outcome/mounts.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { openBudgets } from "./budgets.ts";
import type { CarriedMount } from "./find.ts";
import { busy, distinct, twinFinding } from "./findings.ts";
import { collectOutcomes, type NotMoved } from "./outcomes.ts";
import { groupMounts, type MountGroups } from "./groups.ts";
import { openMountProgress, type Step } from "./progress.ts";
import { isHeld, type MountState, readStates } from "./records.ts";
import type { MountSession } from "./session.ts";
import { isIdle, takeTurn } from "./turn.ts";

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
  /** Runs at the end in any case, before another bkcache has its turn. With it the turn is taken though nothing moves. */
  beforeOthers?(): Promise<void>;
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

export interface MovedMounts<O> {
  readonly outcomes: ReadonlyMap<CarriedMount, O | NotMoved>;
  readonly findings: readonly Diagnostic[];
}

/** Mounts whose contents are in memory: more at once are not faster. */
const atOnce = 8;

/**
 * Works on the mounts of a run, some at once, within the budget, while it has the turn and no build runs on the builder. A
 * cache that fails is an outcome and a finding, never an error.
 */
export async function forEachMount<O extends MountRestore | MountSave>(
  session: MountSession,
  work: MountWork<O>,
): Promise<MovedMounts<O>> {
  const { what, mounts, budgetMs } = work;
  const { host } = session;
  const budgets = openBudgets(host, mounts, { common: budgetMs, own: work.budgetOf });
  const signal = budgets.common;
  const progress = openMountProgress(host);
  const verb = what === "restored" ? "restoring" : "saving";
  const { began, outcomes, findings, isOpen, skip, fail } = collectOutcomes<O>(host, { what, budgets });

  /** Those to be worked on, and those that the builder has twice. */
  const sortByState = (states: ReadonlyMap<CarriedMount, MountState>, among: readonly CarriedMount[]) => {
    const twins = work.hasTwins === true ? [] : twinsIn(states, among);
    const wanted = among.filter(
      (mount) => !twins.includes(mount) && isOpen(mount, work.byState(mount, stateIn(states, mount))),
    );
    return { wanted, twins };
  };

  const sortByStore = async (
    wanted: readonly CarriedMount[],
    states: ReadonlyMap<CarriedMount, MountState>,
  ): Promise<readonly CarriedMount[]> => {
    if (wanted.length === 0) return [];
    const store = await session.store();
    const left = new Set<CarriedMount>();
    await Promise.all(
      wanted.map(async (mount) => {
        try {
          const outcome = (await work.byStore?.(mount, { store, signal, state: stateIn(states, mount) })) ?? null;
          if (isOpen(mount, outcome)) left.add(mount);
        } catch (error) {
          fail(mount, error);
        }
      }),
    );
    return wanted.filter((mount) => left.has(mount));
  };

  const skipTwins = (twins: readonly CarriedMount[], states: ReadonlyMap<CarriedMount, MountState>): void => {
    for (const mount of twins) {
      const state = stateIn(states, mount);
      // Which of them a build gets is chance, and the empty one is as likely as the other.
      if (state.kind === "twins") findings.push(twinFinding(mount, state.records.length));
      skip(mount, "the builder has it twice");
    }
  };

  /** What holds for as long as this run has the turn. Twins are mended where that needs no choice. */
  const readMended = async (left: readonly CarriedMount[]): Promise<ReadonlyMap<CarriedMount, MountState>> => {
    const states = await readStates(session, mounts);
    const twins = work.hasTwins === true ? [] : twinsIn(states, left);
    if (twins.length === 0 || !(await isIdle(session, mounts))) return states;
    const { mendTwins } = await importWhole(() => import("./repair.ts"));
    for (const mount of twins) await mendTwins(session, mount, signal);
    return readStates(session, mounts);
  };

  const move = async (mount: CarriedMount, state: MountState, groups: MountGroups): Promise<void> => {
    const since = host.now();
    const ends = { what, at: began + budgets.of(mount), ms: budgets.of(mount) };
    progress.show(mount.name, { verb, bytes: 0, totalBytes: 0, ends });
    const own = budgets.signalOf(mount);
    try {
      own.throwIfAborted();
      const [store, gateway] = await Promise.all([session.store(), session.gateway(mount)]);
      const show: OpenMount["show"] = (step) => progress.show(mount.name, { verb, ends, ...step });
      const moved = await groups
        .of(mount, gateway)
        .use(mount.identity, own, (shell) => work.move({ mount, state, gateway, shell, store, signal: own, show }));
      findings.push(...moved.findings);
      outcomes.set(mount, moved.outcome);
      progress.finish(mount.name, moved.line);
    } catch (error) {
      progress.finish(mount.name, null);
      fail(mount, error, since);
    }
  };

  let turn: Hold | null = null;
  let announcing: Promise<void> | undefined;
  try {
    const before = await (work.states ?? readStates(session, mounts));
    const { wanted, twins } = sortByState(before, mounts);
    const moving = await sortByStore(wanted, before);
    const left = [...moving, ...twins];
    if (left.length > 0 || work.beforeOthers !== undefined) {
      turn = await takeTurn(session, mounts, { signal, untilIdle: moving.length > 0, waitMs: budgetMs });
    }
    if (moving.length > 0 && turn === null) {
      for (const mount of moving) skip(mount, "another build was running on the builder");
      if (!host.signal.aborted) findings.push(busy(what, moving));
      skipTwins(twins, before);
      return { outcomes, findings: distinct(findings) };
    }
    // Nothing will be opened, so that it does not matter which of both is first.
    if (turn !== null && left.length === 0) announcing = awaitedLater(work.beforeOthers?.() ?? Promise.resolve());
    // Others may have had their turn since it was asked, and have opened what was closed then.
    const states = turn === null ? before : await readMended(left);
    const sorted = sortByState(states, left);
    skipTwins(sorted.twins, states);
    const limit = createLimit(atOnce);
    const isHeldByOthers = (mount: CarriedMount) => isHeld(stateIn(states, mount));
    const groups = groupMounts(sorted.wanted, { isAlone: isHeldByOthers, budgetOf: budgets.of });
    try {
      await Promise.all(sorted.wanted.map((mount) => limit(() => move(mount, stateIn(states, mount), groups))));
    } finally {
      await groups.close();
    }
    findings.push(...((await work.conclude?.({ states, moved: sorted.wanted, signal })) ?? []));
  } catch (error) {
    for (const mount of mounts) if (!outcomes.has(mount)) fail(mount, error);
  } finally {
    progress.close();
    try {
      await (announcing ?? work.beforeOthers?.());
    } finally {
      // What follows need not wait until others hear of it.
      void turn?.release();
    }
  }
  return { outcomes, findings: distinct(findings) };
}

function stateIn(states: ReadonlyMap<CarriedMount, MountState>, mount: CarriedMount): MountState {
  return states.get(mount) ?? { kind: "lacking" };
}

function twinsIn(
  states: ReadonlyMap<CarriedMount, MountState>,
  among: readonly CarriedMount[],
): readonly CarriedMount[] {
  return among.filter((mount) => stateIn(states, mount).kind === "twins");
}
