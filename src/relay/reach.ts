import { findGatewayAddress } from "../builder/container-socket.ts";
import { type Placed, reachedNodes } from "../builder/node-for.ts";
import type { BuilderSession } from "../builder/session.ts";
import { BkcacheError } from "../diagnostics/error.ts";

/** What a builder is to reach. */
export interface Reachable {
  readonly address: { readonly host: string; readonly port: number };
  /** One more address with the same contents. */
  listen(host: string): Promise<number>;
  /** A path that answers 404, and tells when it was asked for. */
  expectProbe(): { readonly path: string; readonly asked: Promise<void>; close(): void };
}

export type Reach =
  | {
      readonly way: "loopback" | "bridge";
      /** Base URL, as the builder is to call it. */
      readonly url: string;
    }
  | { readonly way: null; /** As a clause for people. */ readonly reason: string };

/** Time in ms for one node and one address: a network that swallows packets gives no answer at all. */
const patience = 5_000;

/**
 * By which address of this machine every node of a builder reaches the relay. Nothing is assumed: BuildKit itself is sent
 * there, from the network that its cache clients have, and what arrives here tells.
 */
export async function findReach(session: BuilderSession, relay: Reachable): Promise<Reach> {
  const { host, builder } = session;
  const { port } = relay.address;
  const loopback = await tryAddress(session, relay, relay.address);
  if (loopback === null) return { way: "loopback", url: urlOf(relay.address) };
  const gateway = await findGatewayAddress(host.env, builder);
  if (gateway === null) {
    const desktop = { host: desktopName, port };
    const isReached = isContainer(builder) && (await tryAddress(session, relay, desktop)) === null;
    return isReached ? { way: "bridge", url: urlOf(desktop) } : { way: null, reason: loopback };
  }
  try {
    const address = { host: gateway, port: await relay.listen(gateway) };
    const bridge = await tryAddress(session, relay, address);
    return bridge === null ? { way: "bridge", url: urlOf(address) } : { way: null, reason: bridge };
  } catch (error) {
    return { way: null, reason: `${gateway} cannot be listened at (${error instanceof Error ? error.message : ""})` };
  }
}

/** By which containers of Docker Desktop, whose engine is on a machine of its own, reach the loopback of this one. */
const desktopName = "host.docker.internal";

function isContainer({ driver, nodes }: BuilderSession["builder"]): boolean {
  return driver === "docker-container" || nodes.some(({ endpoint }) => endpoint.startsWith("docker-container:"));
}

/** Null where all nodes come through, else why one does not. */
async function tryAddress(
  session: BuilderSession,
  relay: Reachable,
  address: Reachable["address"],
): Promise<string | null> {
  const answers = await Promise.all(
    reachedNodes(session.builder).map((place) => tryNode({ session, relay, address, place })),
  );
  return answers.find((answer) => answer !== null) ?? null;
}

interface NodeProbe {
  readonly session: BuilderSession;
  readonly relay: Reachable;
  readonly address: Reachable["address"];
  readonly place: Placed;
}

async function tryNode({ session, relay, address, place }: NodeProbe): Promise<string | null> {
  const probe = relay.expectProbe();
  let hasCome = false;
  void probe.asked.then(() => (hasCome = true)).catch(() => {});
  const signal = AbortSignal.any([session.host.signal, AbortSignal.timeout(patience)]);
  try {
    const gateway = await session.gateway(place);
    const answer = await gateway.visit(`${urlOf(address)}${probe.path}`, { signal });
    if (hasCome) return null;
    return answer === null ? "something else answers there" : explain(answer, address.host);
  } catch (error) {
    if (error instanceof BkcacheError) return error.message;
    throw error;
  } finally {
    probe.close();
  }
}

/** BuildKit says what it was about to do before it says what went wrong. */
function explain(answer: string, host: string): string {
  const short = /\b(?:proxyconnect|dial) tcp\b.*/s.exec(answer)?.[0] ?? answer;
  // Go asks a proxy for no loopback, but for the gateway of a container's network.
  const isOfProxy = host !== "127.0.0.1" && /^proxyconnect|status/i.test(short);
  return isOfProxy ? `a proxy of the builder's is asked for ${host}, which its NO_PROXY has to name (${short})` : short;
}

function urlOf({ host, port }: Reachable["address"]): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
