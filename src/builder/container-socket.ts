import { access, constants, readFile } from "node:fs/promises";
import { request } from "node:http";
import { networkInterfaces } from "node:os";
import { fieldOf, isRecord, parseJson } from "../host/json.ts";
import { currentDockerEngine } from "./docker-config.ts";
import { parseEndpoint } from "./endpoint.ts";
import type { Builder } from "./inspect.ts";
import { mayTakeShortcuts } from "./shortcuts.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** A container, and the socket of the engine that it is on. */
interface EngineContainer {
  readonly name: string;
  /** Path. */
  readonly engine: string;
}

/** Where BuildKit's image has its socket. */
const socketInContainer = "run/buildkit/buildkitd.sock";
/** An engine that takes longer, in ms, is left to buildx. */
const patience = 2000;

/**
 * The address of the socket of a builder that is one container on this machine, for root, who may look into containers.
 * Through buildx each byte passes buildx, the engine, containerd's shim and buildctl, which take twice the time. Null
 * wherever anything is otherwise: then buildx knows the way.
 */
export async function findContainerSocket(env: Env, builder: Builder): Promise<string | null> {
  if (!mayTakeShortcuts(env) || process.platform !== "linux" || process.getuid?.() !== 0) return null;
  const container = await containerOf(env, builder);
  const text = container === null ? null : await inspectContainer(container);
  const known = parseJson(text ?? "");
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
export async function findGatewayAddress(env: Env, builder: Builder): Promise<string | null> {
  const container = await containerOf(env, builder);
  const text = container === null ? null : await inspectContainer(container);
  const networks = fieldOf(fieldOf(parseJson(text ?? ""), "NetworkSettings"), "Networks");
  if (!isRecord(networks)) return null;
  const addresses = Object.values(networks).map((network) => fieldOf(network, "Gateway"));
  const isHere = (address: unknown): address is string =>
    Object.values(networkInterfaces()).some((each) => each?.some((own) => own.address === address));
  return addresses.find(isHere) ?? null;
}

async function containerOf(env: Env, { driver, nodes }: Builder): Promise<EngineContainer | null> {
  const [node, ...more] = nodes;
  if (node === undefined || more.length > 0) return null;
  const endpoint = parseEndpoint(node.endpoint);
  if (typeof endpoint === "string") return null;
  if (driver === "docker-container") {
    // As buildx's driver/docker-container names it.
    return endpoint.scheme === "unix" ? { name: `buildx_buildkit_${node.name}`, engine: endpoint.path } : null;
  }
  if (driver !== "remote" || endpoint.scheme !== "docker-container") return null;
  const engine = await currentEngineSocket(env);
  return engine === null ? null : { name: endpoint.host, engine };
}

/** The engine that the docker CLI of this machine talks to, where that is a socket that answers; else null. */
export async function askEngine(env: Env): Promise<{ readonly socket: string; readonly version: string } | null> {
  const socket = await currentEngineSocket(env);
  const answer = socket === null ? null : await ask(socket, "/version");
  const version = fieldOf(parseJson(answer ?? ""), "Version");
  return socket === null || typeof version !== "string" ? null : { socket, version };
}

async function currentEngineSocket(env: Env): Promise<string | null> {
  const current = await currentDockerEngine(env);
  const [, path] = /^host unix:\/\/(.+)$/.exec(current) ?? [];
  return current === "" ? "/var/run/docker.sock" : (path ?? null);
}

/** Source: https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ContainerInspect */
function inspectContainer({ engine, name }: EngineContainer): Promise<string | null> {
  return ask(engine, `/containers/${encodeURIComponent(name)}/json`);
}

/** Null where it does not answer, or not with success. */
function ask(socketPath: string, path: string): Promise<string | null> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path, timeout: patience, headers: { host: "docker" } }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("error", () => resolve(null)).on("end", () => resolve(response.statusCode === 200 ? text : null));
    });
    asked.on("timeout", () => asked.destroy()).on("error", () => resolve(null));
    asked.end();
  });
}
