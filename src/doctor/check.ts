import type { Code } from "../diagnostics/codes.ts";
import type { Host } from "../host/host.ts";
import type { Setup } from "./setup.ts";
import type { Verdict } from "./verdict.ts";

export interface Examined {
  /** What it says is heard by the check alone; its signal ends with the check's time. */
  readonly host: Host;
  /** The one of `subjects` that is meant. */
  readonly subject: string;
}

/** One thing that keeps a cache from hitting. All of them are looked at side by side, each within its time. */
export interface Check {
  /** One or two words, in front of the line. */
  readonly name: string;
  /** Time in ms for one subject. */
  readonly boundMs: number;
  /** What a check that takes longer is a sign of. */
  readonly late: Code;
  /**
   * Names of what it is made for: none where it does not apply, an empty one where there is one thing only. Waits for what it
   * needs of the set-up, which has bounds of its own.
   */
  subjects(setup: Setup): Promise<readonly string[]>;
  /** @throws BkcacheError whose findings are those of the check. */
  examine(setup: Setup, examined: Examined): Promise<Verdict>;
}

/** One thing that is there once or not at all. */
export async function once(isThere: Promise<unknown> | boolean): Promise<readonly string[]> {
  return (await isThere) === null || (await isThere) === false ? [] : [""];
}
