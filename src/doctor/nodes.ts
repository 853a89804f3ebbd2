import type { Gateway } from "../builder/gateway/gateway.ts";
import type { BuilderSession } from "../builder/session.ts";

/** Each node of the builder once. */
export async function gatewaysOf(session: BuilderSession): Promise<readonly Gateway[]> {
  const { nodes } = session.builder;
  const platforms = nodes.length < 2 ? [""] : nodes.map(({ platforms: own }) => own[0] ?? "");
  return [...new Set(await Promise.all(platforms.map((platform) => session.gateway({ platform }))))];
}
