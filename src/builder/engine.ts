import { type OutgoingHttpHeaders, request, type RequestOptions } from "node:http";
import type { Duplex } from "node:stream";
import { fieldOf, parseJson } from "../host/json.ts";
import { currentDockerEngine } from "./docker-config.ts";
import { parseEndpoint } from "./endpoint.ts";
import type { Builder } from "./inspect.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** A container, and the socket of the engine that it is on. */
export interface EngineContainer {
  readonly name: string;
  /** Path. */
  readonly engine: string;
}

/** An engine that takes longer, in ms, is left to buildx. */
const patience = 2000;

/** The container that a builder is, where it is one alone of an engine whose socket is on this machine; else null. */
export async function findEngineContainer(env: Env, { driver, nodes }: Builder): Promise<EngineContainer | null> {
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
  const answer = socket === null ? null : await ask(socket, { path: "/version" });
  const version = fieldOf(parseJson(answer ?? ""), "Version");
  return socket === null || typeof version !== "string" ? null : { socket, version };
}

async function currentEngineSocket(env: Env): Promise<string | null> {
  const current = await currentDockerEngine(env);
  const [, path] = /^host unix:\/\/(.+)$/.exec(current) ?? [];
  return current === "" ? "/var/run/docker.sock" : (path ?? null);
}

/**
 * What the engine knows of a container; null where it does not answer.
 * Source: https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ContainerInspect
 */
export async function inspectContainer({ engine, name }: EngineContainer): Promise<unknown> {
  return parseJson((await ask(engine, { path: `/containers/${encodeURIComponent(name)}/json` })) ?? "");
}

/**
 * Starts a program in a container, as `docker exec -i` does. Null where the engine does not.
 * @returns the connection, which takes standard input and gives what `createOutputReader` reads
 * Source: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Exec
 */
export async function startInContainer(
  { engine, name }: EngineContainer,
  argv: readonly string[],
): Promise<Duplex | null> {
  const streams = { AttachStdin: true, AttachStdout: true, AttachStderr: true, Tty: false };
  const path = `/containers/${encodeURIComponent(name)}/exec`;
  const made = await ask(engine, { method: "POST", path }, { ...streams, Cmd: argv });
  const id = fieldOf(parseJson(made ?? ""), "Id");
  if (typeof id !== "string") return null;
  return new Promise((resolve) => {
    const asked = open(engine, {
      method: "POST",
      path: `/exec/${encodeURIComponent(id)}/start`,
      headers: { connection: "Upgrade", upgrade: "tcp" },
    });
    asked.on("upgrade", (_response, connection, head) => {
      if (head.length > 0) connection.unshift(head);
      resolve(connection);
    });
    asked.on("response", () => asked.destroy()).on("close", () => resolve(null));
    asked.end(JSON.stringify({ Detach: false, Tty: false }));
  });
}

interface EngineRequest extends Pick<RequestOptions, "method" | "path"> {
  readonly headers?: OutgoingHttpHeaders;
}

/** Null where it does not answer, or not with success. */
function ask(engine: string, options: EngineRequest, body?: unknown): Promise<string | null> {
  return new Promise((resolve) => {
    const asked = open(engine, options).on("response", (response) => {
      const { statusCode = 0 } = response;
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("error", () => resolve(null)).on("end", () => resolve(statusCode < 300 ? text : null));
    });
    asked.on("close", () => resolve(null));
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function open(socketPath: string, { headers, ...options }: EngineRequest): ReturnType<typeof request> {
  const host = { host: "docker", "content-type": "application/json" };
  const asked = request({ socketPath, timeout: patience, agent: false, ...options, headers: { ...host, ...headers } });
  return asked.on("timeout", () => asked.destroy()).on("error", () => {});
}

/**
 * Reads what a program in a container writes: before each piece stand the number of its stream, three empty bytes and its
 * length in four. Gives each piece, or what has come of it, valid until `onPiece` returns.
 * Source: https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ContainerAttach
 */
export function createOutputReader(onPiece: (fd: number, data: Buffer) => void): (chunk: Buffer) => void {
  const head = Buffer.alloc(8);
  let filled = 0;
  let left = 0;
  return (chunk) => {
    for (let at = 0; at < chunk.length;) {
      if (left > 0) {
        const piece = chunk.subarray(at, at + left);
        left -= piece.length;
        at += piece.length;
        onPiece(head[0] ?? 0, piece);
        continue;
      }
      const copied = chunk.copy(head, filled, at);
      filled += copied;
      at += copied;
      if (filled < head.length) continue;
      filled = 0;
      left = head.readUInt32BE(4);
    }
  };
}
