import { setTimeout as sleep } from "node:timers/promises";
import { BkcacheError } from "../diagnostics/error.ts";
import { orAborted } from "../host/or-aborted.ts";
import { createLimiter } from "./limiter.ts";

export interface RequestPolicy {
  /** How often one request is sent at most. */
  readonly tries: number;
  /** Bounds in ms of the wait before the second try and the next ones; the wait is any time below. */
  readonly waits: readonly number[];
  /** Time in ms in which no byte moves, after which an attempt is given up. */
  readonly idleMs: number;
  /** Requests to one store at once. */
  readonly concurrency: number;
}

export const defaultPolicy: RequestPolicy = {
  tries: 5,
  waits: [100, 400, 1_600, 5_000],
  idleMs: 20_000,
  concurrency: 16,
};

/**
 * What a failure asks for. "slow down": the store has too much to do. "again": it may pass. "unreachable": it may pass
 * where the store has answered before, and else the endpoint is wrong. "final": it will not pass.
 */
export type Verdict = "slow down" | "again" | "unreachable" | "final";

interface Judge {
  verdict(error: unknown): Verdict;
  /** The error for people. */
  describe(error: unknown): BkcacheError;
}

export interface Requests {
  /**
   * Sends a request until it succeeds or fails for good, with others of the store but never too many.
   * @param work sends it once; `attempt` counts from 1
   * @throws BkcacheError, or the reason of a signal that is aborted, at once and whatever the attempt does.
   */
  run<T>(
    work: (attempt: { readonly signal: AbortSignal; readonly number: number }) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>;
}

export interface RequestsOptions {
  readonly policy: RequestPolicy;
  /** Of the store; each call may have its own besides. */
  readonly signal: AbortSignal;
  readonly judge: Judge;
}

export function createRequests({ policy, signal: ofStore, judge }: RequestsOptions): Requests {
  const limiter = createLimiter(policy.concurrency);
  let hasAnswered = false;
  const isWorthRetrying = (verdict: Verdict): boolean =>
    verdict === "again" || verdict === "slow down" || (verdict === "unreachable" && hasAnswered);

  return {
    async run(work, ofCall) {
      const signal = ofCall === undefined ? ofStore : AbortSignal.any([ofStore, ofCall]);
      signal.throwIfAborted();
      for (let number = 1; ; number += 1) {
        const slot = await orAborted(limiter.take(), signal, (late) => late.give("failed"));
        try {
          const result = await orAborted(work({ signal, number }), signal);
          hasAnswered = true;
          slot.give("done");
          return result;
        } catch (error) {
          if (error instanceof BkcacheError || signal.aborted) {
            slot.give("failed");
            signal.throwIfAborted();
            throw error;
          }
          const verdict = judge.verdict(error);
          slot.give(verdict === "slow down" ? "too fast" : "failed");
          if (verdict !== "unreachable") hasAnswered = true;
          if (number >= policy.tries || !isWorthRetrying(verdict)) throw judge.describe(error);
        }
        const bound = policy.waits[Math.min(number, policy.waits.length) - 1] ?? 0;
        await sleep(Math.random() * bound, undefined, { signal }).catch(() => signal.throwIfAborted());
      }
    },
  };
}
