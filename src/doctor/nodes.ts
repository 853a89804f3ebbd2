import type { Gateway } from "../builder/gateway/gateway.ts";
import { reachedNodes } from "../builder/node-for.ts";
import type { BuilderSession } from "../builder/session.ts";

/** Each node that builds reach, once. */
export async function gatewaysOf(session: BuilderSession): Promise<readonly Gateway[]> {
  return Promise.all(reachedNodes(session.builder).map((place) => session.gateway(place)));
}
