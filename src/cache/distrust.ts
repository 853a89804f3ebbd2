import type { BuilderSession } from "../builder/session.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { resolvePlace, type StoreBackend } from "../store/place.ts";
import type { UsedBuckets } from "./access.ts";
import type { PlannedWay } from "./ways.ts";

export interface DistrustRequest {
  readonly used: UsedBuckets;
  readonly ways: Readonly<Record<string, PlannedWay>>;
  readonly session: Promise<BuilderSession>;
}

/** The backends whose certificate the builder does not trust, of those that are left to the relay then. */
export async function findDistrusted(
  host: Host,
  { used, ways, session }: DistrustRequest,
): Promise<ReadonlySet<string>> {
  const asked = Object.values(used).filter(({ name }) => ways[name]?.otherwise === "relay");
  const answers = await Promise.all(asked.map((backend) => isDistrusted(host, backend, session)));
  return new Set(asked.filter((_, index) => answers[index]).map(({ name }) => name));
}

async function isDistrusted(host: Host, backend: StoreBackend, session: Promise<BuilderSession>): Promise<boolean> {
  const { place } = await resolvePlace(backend, host.env);
  if (place === null || place.type === "local") return false;
  try {
    const [opened, { isDistrust, visitBucket }] = await Promise.all([session, import("./visit-bucket.ts")]);
    // The docker driver has no cache in buckets by any way.
    if (opened.builder.driver === "docker") return false;
    const answer = await visitBucket(opened, place, host.signal);
    return answer !== null && isDistrust(answer);
  } catch (error) {
    // A builder that cannot be asked gets what it would have without the question.
    if (error instanceof BkcacheError) return false;
    throw error;
  }
}
