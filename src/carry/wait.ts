import { setTimeout as sleep } from "node:timers/promises";
import type { BuilderSession } from "../builder/session.ts";
import type { CarriedMount } from "./find.ts";
import { isHeld, type MountState, readStates } from "./records.ts";

/** Time in ms between two questions. */
const pollEvery = 500;

/**
 * Waits until none of these mounts is open, since a build that wants one meanwhile would get another, empty one: a bkcache
 * that was killed, and a shell that was broken off, hold it for some moments more. A build that has it open is no reason:
 * builds share it. Also returns where the signal comes first. To be called with the turn.
 */
export async function waitUntilReleased(
  session: BuilderSession,
  states: ReadonlyMap<CarriedMount, MountState>,
  signal: AbortSignal,
): Promise<void> {
  const mounts = [...states.keys()];
  for (let now = states; [...now.values()].some(isHeld); now = await readStates(session, mounts)) {
    if (signal.aborted || (await countBuilds(session, mounts)) > 0) return;
    await sleep(pollEvery, undefined, { signal }).catch(() => {});
  }
}

async function countBuilds(session: BuilderSession, mounts: readonly CarriedMount[]): Promise<number> {
  const gateways = new Set(await Promise.all(mounts.map((mount) => session.gateway(mount))));
  const active = await Promise.all([...gateways].map((gateway) => gateway.listActiveBuilds()));
  return active.flat().length;
}
