import type { Channel } from "./channel.ts";
import { Control } from "./messages.ts";
import type { Decoded } from "./wire.ts";

export interface GcPolicy {
  /** Records used within this time stay, in ms; 0 for none. */
  readonly keepDuration: number;
  /** Which records it goes for, such as `type==exec.cachemount`. */
  readonly filters: readonly string[];
  /** Bytes; 0 where the policy does not say. */
  readonly reservedSpace: number;
  readonly maxUsedSpace: number;
}

export interface Worker {
  /** As `linux/arm64/v8`; its own first, then those that it emulates. */
  readonly platforms: readonly string[];
  readonly gcPolicies: readonly GcPolicy[];
  /** Null where BuildKit does not say. */
  readonly buildkitVersion: string | null;
}

/** @throws GrpcError. */
export async function listWorkers(
  channel: Channel,
  options: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<readonly Worker[]> {
  const { record } = await channel.call(Control.ListWorkers, {}, options);
  return record.map(readWorker);
}

type WorkerRecord = Decoded<typeof Control.ListWorkers.response>["record"][number];

function readWorker({ platforms, GCPolicy, BuildkitVersion }: WorkerRecord): Worker {
  return {
    platforms: platforms.map(({ OS, Architecture, Variant }) => [OS, Architecture, Variant].filter(Boolean).join("/")),
    gcPolicies: GCPolicy.map(({ keepDuration, ...policy }) => ({ ...policy, keepDuration: keepDuration / 1e6 })),
    buildkitVersion: BuildkitVersion?.version || null,
  };
}
