import { access, constants, readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { fieldOf, isRecord } from "../host/json.ts";
import { type EngineContainer, findEngineContainer, inspectContainer } from "./engine.ts";
import type { Builder } from "./inspect.ts";

/** Where BuildKit's image has its socket. */
const socketInContainer = "run/buildkit/buildkitd.sock";

/**
 * The address of the socket of a builder's container on this machine, for root, who may look into containers.
 * Through buildx each byte passes buildx, the engine, containerd's shim and buildctl, which take twice the time. Null
 * wherever anything is otherwise: then buildx knows the way.
 */
export async function findContainerSocket(container: EngineContainer): Promise<string | null> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return null;
  const known = await inspectContainer(container);
  const id = fieldOf(known, "Id");
  const pid = fieldOf(fieldOf(known, "State"), "Pid");
  if (typeof id !== "string" || id === "" || typeof pid !== "number" || pid <= 0) return null;
  try {
    // The engine may count processes otherwise, as one on another machine does.
    if (!(await readFile(`/proc/${pid}/cgroup`, "utf8")).includes(id)) return null;
    const path = `/proc/${pid}/root/${socketInContainer}`;
    await access(path, constants.W_OK);
    return `unix://${path}`;
  } catch {
    return null;
  }
}

/**
 * The address of this machine in the network of a builder that is one container of an engine here: what listens there is
 * reached from the container. Null where there is none, or only the engine's own machine has it.
 */
export async function findGatewayAddress(
  env: Readonly<Record<string, string | undefined>>,
  builder: Builder,
): Promise<string | null> {
  const container = await findEngineContainer(env, builder);
  const known = container === null ? null : await inspectContainer(container);
  const networks = fieldOf(fieldOf(known, "NetworkSettings"), "Networks");
  if (!isRecord(networks)) return null;
  const addresses = Object.values(networks).map((network) => fieldOf(network, "Gateway"));
  const isHere = (address: unknown): address is string =>
    Object.values(networkInterfaces()).some((each) => each?.some((own) => own.address === address));
  return addresses.find(isHere) ?? null;
}
