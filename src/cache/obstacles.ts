import type { BuilderSession } from "../builder/session.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { strangersUrl } from "../store/ask-endpoint.ts";
import { resolvePlace, type StoreBackend } from "../store/place.ts";
import type { UsedBuckets } from "./access.ts";
import { isSeenOtherwise, type PlannedWay } from "./ways.ts";

/** Why the builder itself does not get to backends, as clauses, by the names of these. */
export type Obstacles = ReadonlyMap<string, string>;

export const unreachedStore = "the builder does not reach the store";

export interface ObstacleRequest {
  readonly used: UsedBuckets;
  readonly ways: Readonly<Record<string, PlannedWay>>;
  readonly session: Promise<BuilderSession>;
}

/** Asks the builder about the stores that it may see otherwise than this machine does, of those that are left to the relay then. */
export async function findObstacles(host: Host, { used, ways, session }: ObstacleRequest): Promise<Obstacles> {
  const asked = Object.values(used).filter(({ name }) => ways[name]?.otherwise === "relay");
  const answers = await Promise.all(
    asked.map(async (backend) => [backend.name, await obstacleTo(host, backend, session)] as const),
  );
  return new Map(answers.filter((answer): answer is readonly [string, string] => answer[1] !== null));
}

async function obstacleTo(host: Host, backend: StoreBackend, session: Promise<BuilderSession>): Promise<string | null> {
  const { place } = await resolvePlace(backend, host.env);
  if (place === null || place.type === "local" || !isSeenOtherwise(strangersUrl(place), host.env)) return null;
  try {
    const [opened, { isDistrust, visitBucket }] = await Promise.all([session, import("./visit-bucket.ts")]);
    // The docker driver has no cache in buckets by any way.
    if (opened.builder.driver === "docker") return null;
    const answer = await visitBucket(opened, place, host.signal);
    if (answer === null) return null;
    return isDistrust(answer) ? "the builder does not trust the store's certificate" : unreachedStore;
  } catch (error) {
    // A builder that cannot be asked gets what it would have without the question.
    if (error instanceof BkcacheError) return null;
    throw error;
  }
}
