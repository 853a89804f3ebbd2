import { setTimeout as sleep } from "node:timers/promises";
import type { Gateway } from "../builder/gateway/gateway.ts";
import type { Hold } from "../builder/gateway/presence.ts";
import { nodeFor } from "../builder/node-for.ts";
import type { BuilderSession } from "../builder/session.ts";
import { showTime } from "../diagnostics/units.ts";
import { endless } from "./budgets.ts";
import type { CarriedMount } from "./find.ts";
import { findingsOf } from "./findings.ts";

/*
 * Runs that share a builder: one that opens mounts has the turn, and takes it only where no build is under way; one that
 * builds has had the turn before, and has announced its build before it gave the turn back. So a mount is never open when a
 * build comes that wants it, of which BuildKit would make two. Both are held on the builder, and so hold between machines.
 */

/** Time in ms between two questions whether the builder is free. */
const pollEvery = 500;
/** Time in ms for which new builds wait for a turn that itself waits for the builds under way. */
const courtesy = 5_000;
/** Time in ms from which waiting for others is worth a line. */
const silence = 500;

export interface TurnOptions {
  readonly signal: AbortSignal;
  /** Whether no build may be under way: where mounts are opened. */
  readonly untilIdle: boolean;
  /** Time in ms after which the signal comes at the latest, which is said; left out where only the user ends the wait. */
  readonly waitMs?: number;
}

/** Begins what the turn on all nodes of these mounts takes. Never fails: who takes the turn hears of it. */
export async function prepareTurn(session: BuilderSession, mounts: readonly CarriedMount[]): Promise<void> {
  for (const gateway of await gatewaysOf(session, mounts).catch(() => [])) gateway.prepareTurn();
}

/** The turn on all nodes of these mounts. Null where the signal comes first. */
export async function takeTurn(
  session: BuilderSession,
  mounts: readonly CarriedMount[],
  { signal, untilIdle, waitMs }: TurnOptions,
): Promise<Hold | null> {
  const gateways = await gatewaysOf(session, mounts);
  const say = sayOnce(session, waitMs);
  while (!signal.aborted) {
    const turn = await takeEach(gateways, signal, say);
    if (turn === null || !untilIdle) return turn;
    let isTaken = false;
    try {
      isTaken = await pollUntilIdle(gateways, AbortSignal.any([signal, AbortSignal.timeout(courtesy)]), say);
      if (isTaken) return turn;
    } finally {
      if (!isTaken) await turn.release();
    }
    await pollUntilIdle(gateways, signal, say);
  }
  return null;
}

/** Whether no build is under way on the nodes of these mounts. */
export async function isIdle(session: BuilderSession, mounts: readonly CarriedMount[]): Promise<boolean> {
  return (await areIdle(await gatewaysOf(session, mounts))).every(Boolean);
}

/** Shows others that a build with these mounts is about to run, which they let run. */
export async function announceBuild(session: BuilderSession, mounts: readonly CarriedMount[]): Promise<Hold> {
  return holdEach((await gatewaysOf(session, mounts)).map((gateway) => () => gateway.announceBuild()));
}

export interface EnterOptions {
  /** Time in ms for the others. */
  readonly budgetMs: number;
  /** Shows others that the build comes next. */
  readonly announce: () => Promise<void>;
}

/** Before a build that fills no mounts: waits for those who have mounts open, and announces the build. */
export async function enterBuild(
  session: BuilderSession,
  mounts: readonly CarriedMount[],
  { budgetMs, announce }: EnterOptions,
): Promise<void> {
  const signal = AbortSignal.any([session.host.signal, AbortSignal.timeout(budgetMs)]);
  const taking = takeTurn(session, mounts, { signal, untilIdle: false, waitMs: budgetMs });
  // A builder that fails does so where the build is announced, too.
  const turn = await taking.catch((error: unknown) => (findingsOf(error), null));
  try {
    await announce();
  } finally {
    // Not waited for: the build is announced.
    void turn?.release();
  }
}

/** Always in one order: two runs that each had the turn of a node which the other wants would wait for ever. */
async function gatewaysOf(session: BuilderSession, mounts: readonly CarriedMount[]): Promise<readonly Gateway[]> {
  const { nodes } = session.builder;
  const placed = mounts.map((mount) => ({ mount, node: nodeFor(nodes, mount) ?? nodes.length }));
  const ordered = placed.toSorted((a, b) => a.node - b.node || (a.mount.platform < b.mount.platform ? -1 : 1));
  return [...new Set(await Promise.all(ordered.map(({ mount }) => session.gateway(mount))))];
}

type Say = (message: string) => void;

function sayOnce({ host }: BuilderSession, waitMs = endless): Say {
  const said = new Set<string>();
  const bound = waitMs < endless ? ` for up to ${showTime(waitMs)}, then going on without` : "";
  return (message) => {
    if (!said.has(message)) host.tell({ level: "info", message: `${message}${bound}` });
    said.add(message);
  };
}

async function takeEach(gateways: readonly Gateway[], signal: AbortSignal, say: Say): Promise<Hold | null> {
  const message = "another bkcache is at work on cache mounts of the builder; waiting for it";
  const timer = setTimeout(() => say(message), silence);
  try {
    return await holdEach(gateways.map((gateway) => () => gateway.takeTurn({ signal })));
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function holdEach(takers: readonly (() => Promise<Hold>)[]): Promise<Hold> {
  const holds: Hold[] = [];
  const release = async () => {
    await Promise.all(holds.map((hold) => hold.release()));
  };
  try {
    for (const take of takers) holds.push(await take());
    return { release };
  } catch (error) {
    await release();
    throw error;
  }
}

async function areIdle(gateways: readonly Gateway[]): Promise<readonly boolean[]> {
  return Promise.all(
    gateways.map(async (gateway) => {
      const [active, isAnnounced] = await Promise.all([gateway.listActiveBuilds(), gateway.isBuildAnnounced()]);
      return active.length === 0 && !isAnnounced;
    }),
  );
}

/** False where the signal comes first. */
async function pollUntilIdle(gateways: readonly Gateway[], signal: AbortSignal, say: Say): Promise<boolean> {
  while (!(await areIdle(gateways)).every(Boolean)) {
    if (signal.aborted) return false;
    say("another build is running on the builder; before cache mounts are touched, waiting for it");
    await sleep(pollEvery, undefined, { signal }).catch(() => {});
  }
  return true;
}
