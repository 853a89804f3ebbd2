import type { Buildx } from "./buildx.ts";
import type { BuilderRequest } from "./request.ts";
import { ensureBuilder } from "./ensure.ts";
import type { Builder } from "./inspect.ts";
import type { Gateway, OpenNode } from "./gateway/gateway.ts";
import type { Host } from "../host/host.ts";
import { nodeFor, type Placed } from "./node-for.ts";
import { mayTakeShortcuts } from "./shortcuts.ts";

/** The nodes of a builder, each connected to when first used. */
export interface BuilderSession {
  readonly host: Host;
  readonly builder: Builder;
  /** The node that builds for the platform of the mount; the same for all platforms that one node builds for. */
  gateway(mount: Placed): Promise<Gateway>;
  /** The only node, where it is connected to already or by a mere socket; else null. */
  readyGateway(): Promise<Gateway | null>;
  close(): Promise<void>;
}

/**
 * Finds the builder of this run, or makes it. What is connected to on the way is kept for what is asked later.
 * @throws BkcacheError BK4002 to BK4007.
 */
export async function openBuilderSession(host: Host, buildx: Buildx, request: BuilderRequest): Promise<BuilderSession> {
  let opened: OpenNode | undefined;
  try {
    const builder = await ensureBuilder(host, buildx, request, (node) => (opened = node));
    return createSession(host, buildx, { builder, from: request.from ?? request.dir, opened });
  } catch (error) {
    await opened?.connection.close();
    throw error;
  }
}

/** Time in ms for which a node that cannot be reached is left alone: what asks at the same time gets the same answer. */
const pause = 1000;

interface DialedNode {
  readonly gateway: Promise<Gateway>;
  /** Whether to connect anew: what has died in a restore is started by buildx for the build, and may be saved after it. */
  isGone: () => boolean;
}

interface SessionOptions {
  readonly builder: Builder;
  /** Folder that buildx is started in. Absolute. */
  readonly from: string;
  /** The only node, where it was connected to. */
  readonly opened: OpenNode | undefined;
}

function createSession(host: Host, buildx: Buildx, { builder, from, opened }: SessionOptions): BuilderSession {
  const only = builder.nodes.length === 1 ? builder.nodes[0] : undefined;
  // Without it, every node is reached by `buildx dial-stdio`.
  const endpoint = builder.driver === "remote" && mayTakeShortcuts(host.env) ? only?.endpoint : undefined;
  const nodes = new Map<string, DialedNode>();
  const open = async (platform: string, kept: OpenNode | undefined): Promise<Gateway> => {
    const isSocket = kept !== undefined || endpoint?.startsWith("unix://") === true;
    const [{ openGateway }, found] = await Promise.all([
      import("./gateway/gateway.ts"),
      isSocket || !mayTakeShortcuts(host.env) ? null : findContainer(host.env, builder),
    ]);
    const openBy = (address: string | undefined) =>
      openGateway({ ...host, cwd: from }, buildx, builder.name, {
        signal: host.signal,
        ...(platform !== "" && { platform }),
        ...(address !== undefined && { endpoint: address }),
        ...(found !== null && { container: found.container }),
        ...(kept !== undefined && { opened: kept }),
      });
    const socket = found?.socket ?? null;
    return socket === null ? openBy(endpoint) : openBy(socket).catch(() => openBy(endpoint));
  };
  const dial = (platform: string, kept: OpenNode | undefined): DialedNode => {
    const gateway = open(platform, kept);
    const dialed: DialedNode = { gateway, isGone: () => false };
    gateway.then(
      (opening) => (dialed.isGone = () => !opening.isOpen()),
      () => {
        const failedAt = host.now();
        dialed.isGone = () => host.now() - failedAt > pause;
      },
    );
    return dialed;
  };
  const session: BuilderSession = {
    host,
    builder,
    async readyGateway() {
      const isReady = opened !== undefined || nodes.has("0") || endpoint?.startsWith("unix://") === true;
      return only !== undefined && isReady ? session.gateway({ platform: "" }) : null;
    },
    gateway(mount) {
      // All platforms of a node are one place, emulated ones included.
      const node = String(nodeFor(builder.nodes, mount) ?? mount.platform);
      let dialed = nodes.get(node);
      if (dialed === undefined || dialed.isGone()) {
        void dialed?.gateway.then((gone) => gone.close()).catch(() => {});
        const isOne = builder.nodes.length < 2 || mount.isFirstNode === true;
        dialed = dial(isOne ? "" : mount.platform, dialed === undefined ? opened : undefined);
        nodes.set(node, dialed);
      }
      return dialed.gateway;
    },
    async close() {
      for (const { gateway } of nodes.values()) await gateway.then((each) => each.close()).catch(() => {});
      nodes.clear();
      await opened?.connection.close();
    },
  };
  return session;
}

/** Null where the builder is not one container of an engine on this machine. */
async function findContainer(env: Host["env"], builder: Builder) {
  const { findEngineContainer } = await import("./engine.ts");
  const container = await findEngineContainer(env, builder);
  if (container === null) return null;
  const { findContainerSocket } = await import("./container-socket.ts");
  return { container, socket: await findContainerSocket(container) };
}
