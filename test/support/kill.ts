import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { afterKillVerb } from "../../src/host/after-kill-verb.ts";
import { waitFor } from "./poll.ts";

/** Runs that one kill may take, at most: some end before their moment comes. */
const attemptsPerKill = 6;

/**
 * Calls `attempt` with a random moment within the time that a run takes (in ms from its beginning), until so many runs
 * were killed at their work. `attempt` gives how long the run took (ms) where it had ended before its moment, else
 * undefined: that time is the measure from then on, so that kills hit on a machine that has become faster, too.
 */
export async function killAtRandomMoments(
  kills: number,
  firstRun: number,
  attempt: (delay: number, index: number) => Promise<number | undefined>,
): Promise<void> {
  let whole = firstRun;
  let killed = 0;
  for (let index = 0; killed < kills; index++) {
    if (index === kills * attemptsPerKill) throw new Error(`${killed} of ${index} runs were killed, not ${kills}`);
    const took = await attempt(Math.random() * whole, index);
    if (took === undefined) killed++;
    else whole = took;
  }
}

/** Waits until what bkcache, started in this folder, leaves behind where it was killed has done its work. */
export async function untilSettled(dir: string): Promise<void> {
  const isSettler = (pid: string): boolean => {
    try {
      return (
        readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(afterKillVerb) && readlinkSync(`/proc/${pid}/cwd`) === dir
      );
    } catch {
      // It has ended.
      return false;
    }
  };
  const pids = () => readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  await waitFor(() => !pids().some(isSettler), { what: "mounts are settled after a kill", timeoutMs: 60_000 });
}
