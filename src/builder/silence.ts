import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { timedOut } from "../host/exec.ts";
import type { Host } from "../host/host.ts";
import { parseEndpoint } from "./endpoint.ts";
import { type Builder, type BuilderNode, lastError } from "./inspect.ts";
import { probeEndpoint } from "./probe.ts";

/** Why nobody answers, and what to do. */
export interface Silence {
  readonly reason: string;
  readonly hint?: string;
}

/**
 * Warns of nodes that do not answer.
 * @throws BkcacheError BK4003 where none does.
 */
export async function requireAnswer(host: Host, builder: Builder): Promise<void> {
  if (builder.error !== null) throw BkcacheError.of([noAnswer(builder.name, null, { reason: builder.error })]);
  const silent = builder.nodes.filter(isSilent);
  if (silent.length === 0) return;
  const findings = await Promise.all(
    silent.map(async (node) => noAnswer(builder.name, node.endpoint, await silenceOfNode(host, builder, node))),
  );
  if (silent.length === builder.nodes.length) throw BkcacheError.of(findings);
  for (const finding of findings) host.tell({ ...finding, level: "warning" });
}

export function isSilent(node: BuilderNode): boolean {
  return node.error !== null || node.status === "inactive" || node.status === "stopped";
}

async function silenceOfNode(host: Host, builder: Builder, node: BuilderNode): Promise<Silence | null> {
  if (node.error !== null) return { reason: node.error };
  // The endpoint of any other driver is that of an engine, which is no BuildKit.
  const found = builder.driver === "remote" ? await silenceOf(host, node.endpoint, node.options) : null;
  return found ?? (node.status === null ? null : { reason: `buildx calls it ${node.status}` });
}

/** Why nothing can be built at an address of the remote driver; null where only buildx can tell. */
export async function silenceOf(
  host: Host,
  address: string,
  options: Readonly<Record<string, string>>,
): Promise<Silence | null> {
  const endpoint = parseEndpoint(address);
  if (typeof endpoint === "string") return null;
  if (endpoint.scheme === "docker-container") return silenceOfContainer(host, endpoint.host);
  const reason = await probeEndpoint(endpoint, { options });
  return reason === null ? null : { reason };
}

/** buildx reaches such an address by `docker exec`, and says no more than "inactive" whatever is wrong. */
async function silenceOfContainer(host: Host, name: string): Promise<Silence | null> {
  let answer;
  try {
    const args = ["container", "inspect", "--format", "{{.State.Status}}", name];
    answer = await host.exec("docker", args, { timeoutMs: 10_000 });
  } catch (error) {
    if (!(error instanceof BkcacheError)) throw error;
    return {
      reason: "there is no docker program on PATH",
      hint: "buildx reaches docker-container:// addresses through `docker exec`: install the docker CLI",
    };
  }
  const { exitCode, stdout, stderr } = answer;
  if (exitCode === timedOut) return { reason: "the docker engine does not answer", hint: engineHint };
  if (exitCode !== 0) {
    const reason = lastError(stderr).replace(/^Error( response from daemon)?: /, "");
    return /^no such container/i.test(reason) ? { reason } : { reason, hint: engineHint };
  }
  const state = stdout.trim();
  return state === "running"
    ? null
    : { reason: `the container is ${state}`, hint: `\`docker start ${name}\` starts it` };
}

const engineHint = "does the docker engine run, and is it the one that DOCKER_HOST or the docker context names?";

export function noAnswer(name: string, address: string | null, silence: Silence | null): Diagnostic {
  const endpoint = address === null ? null : parseEndpoint(address);
  const scheme = endpoint === null || typeof endpoint === "string" ? null : endpoint.scheme;
  return {
    code: "BK4003",
    message: `builder ${name}${address === null ? "" : ` at ${address}`} does not answer${silence === null ? "" : `: ${silence.reason}`}`,
    hint: silence?.hint ?? hints[scheme ?? ""] ?? "is BuildKit running there? `docker buildx ls` shows all builders",
  };
}

const hints: Readonly<Record<string, string>> = {
  "": "does the docker daemon run? `docker buildx ls` shows all builders",
  "docker-container": "is the container running? `docker ps` lists those that are",
  "kube-pod": "is the pod running? `kubectl get pods` lists those that are",
  ssh: "does `ssh HOST buildctl dial-stdio` work without a password?",
  unix: "is buildkitd running and listening on this socket, and may this user open it?",
  tcp: "is buildkitd running and listening there, with these TLS files?",
};
