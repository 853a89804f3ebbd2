import { setTimeout as sleep } from "node:timers/promises";
import type { BuilderSession } from "../builder/session.ts";
import type { CarriedMount } from "./find.ts";
import { type MountState, readStates } from "./records.ts";

/** Time in ms between two questions whether the builder is free. */
const pollEvery = 500;

/**
 * Waits until no other bkcache has one of these mounts open, since a build that wants it meanwhile would get another,
 * empty one. A build that has it open is no reason: builds share it. Also returns where the signal comes first.
 */
export async function waitUntilReleased(
  session: BuilderSession,
  states: ReadonlyMap<CarriedMount, MountState>,
  signal: AbortSignal,
): Promise<void> {
  const mounts = [...states.keys()];
  for (let now = states, isFirst = true; [...now.values()].some(isHeld); isFirst = false) {
    if (signal.aborted || (await countBuilds(session, mounts)) > 0) return;
    if (isFirst) {
      const message = "another bkcache has cache mounts of this build open; waiting for it";
      session.host.tell({ level: "info", message });
    }
    await sleep(pollEvery, undefined, { signal }).catch(() => {});
    now = await readStates(session, mounts);
  }
}

function isHeld(state: MountState): boolean {
  return state.kind === "present" && state.record.isInUse;
}

async function countBuilds(session: BuilderSession, mounts: readonly CarriedMount[]): Promise<number> {
  const gateways = new Set(await Promise.all(mounts.map((mount) => session.gateway(mount))));
  const active = await Promise.all([...gateways].map((gateway) => gateway.listActiveBuilds()));
  return active.flat().length;
}

/**
 * Waits until no build is under way on the nodes of these mounts: a mount that a build wants while it is open elsewhere
 * becomes two. False where the signal comes first.
 */
export async function waitUntilIdle(
  session: BuilderSession,
  mounts: readonly CarriedMount[],
  signal: AbortSignal,
): Promise<boolean> {
  for (let isFirst = true; ; isFirst = false) {
    if ((await countBuilds(session, mounts)) === 0) return true;
    if (signal.aborted) return false;
    if (isFirst) {
      session.host.tell({
        level: "info",
        message: "another build is running on the builder; waiting for it before cache mounts are touched",
      });
    }
    await sleep(pollEvery, undefined, { signal }).catch(() => {});
  }
}
