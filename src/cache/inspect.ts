import type { BuilderSession } from "../builder/session.ts";
import { awaitedLater } from "../host/awaited-later.ts";
import type { Host } from "../host/host.ts";
import { loadProbe } from "../layers/place.ts";
import type { Values } from "../source/values.ts";
import { type Access, openAccess, type UsedBuckets, usedBuckets } from "./access.ts";
import type { EntryDrafts, EntryRequest, TargetEntry } from "./entries.ts";
import { findObstacles, type Obstacles } from "./obstacles.ts";
import { type ProbedBackends, probeBackends } from "./probe-backends.ts";
import type { RunRelay } from "./run-relay.ts";
import { findWays } from "./ways.ts";

/** What the stores say of the candidates. */
export interface Inspection {
  readonly candidates: readonly TargetEntry[];
  readonly used: UsedBuckets;
  /** As far as they follow from the config. */
  readonly ways: ReturnType<typeof findWays>;
  readonly access: Access;
  readonly report: ProbedBackends;
  /** The builder is asked meanwhile. */
  readonly obstacles: Promise<Obstacles>;
}

export interface InspectRequest extends EntryRequest {
  /** The entries of this request, and what bake made of their texts. */
  readonly drafts: EntryDrafts;
  readonly values: Promise<Values>;
  readonly relay: RunRelay;
  readonly session: Promise<BuilderSession>;
}

/** Lists the candidates, finds credentials and looks which caches exist. Waits for no builder. */
export async function inspectStores(host: Host, request: InspectRequest): Promise<Inspection> {
  // It may take a while until the values are known.
  if (asksByKeys(host, request)) void awaitedLater(loadProbe().then(({ warmUp }) => warmUp()));
  const candidates = await request.drafts.complete(host, await request.values);
  const used = usedBuckets(candidates);
  const ways = findWays(used, host.env);
  const obstacles = awaitedLater(findObstacles(host, { used, ways, session: request.session }));
  const access = await openAccess(host, used, { ways, relay: request.relay });
  const report = await probeBackends(candidates, access, request.relay);
  return { candidates, used, ways, access, report, obstacles };
}

/** Whether a bucket is looked into by S3's protocol. */
function asksByKeys({ env }: Host, { plan, targets, use }: EntryRequest): boolean {
  const ways = findWays(plan.backends, env);
  const isAsked = (name: string) => ways[name]?.way === "direct" || plan.backends[name]?.type === "s3";
  return targets.some((name) => {
    const cache = plan.targets[name]?.cache;
    const directions = [use.layers.read ? cache?.from : undefined, use.layers.write ? cache?.to : undefined];
    return directions.some((direction) => direction?.kind === "policy" && direction.backends.some(isAsked));
  });
}
