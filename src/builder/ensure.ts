import { createHash } from "node:crypto";
import { access, constants, readFile } from "node:fs/promises";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { isInsecureAllowed } from "../host/insecure.ts";
import type { Buildx } from "./buildx.ts";
import {
  type BuilderChoice,
  type BuilderRequest,
  type BuilderSpec,
  chooseBuilder,
  createArgs,
  nameOf,
} from "./request.ts";
import { currentDockerEngine } from "./docker-config.ts";
import { isLoopback, parseEndpoint } from "./endpoint.ts";
import { type Builder, type BuilderNode, inspectBuilder, lastError } from "./inspect.ts";
import { askKnown, type KeepNode } from "./known.ts";
import { probeEndpoint } from "./probe.ts";

export interface ReadyBuilder extends Builder {
  /** What chose it: `--builder`, BUILDX_BUILDER, the config, BUILDKIT_HOST, or buildx. */
  readonly source: string;
}

/**
 * The builder of this run, made where bkcache makes its own, running and answering.
 * @param keep takes over the connection to its only node, where one was needed; without it, it is closed
 * @throws BkcacheError BK4002 to BK4007.
 */
export async function ensureBuilder(
  host: Host,
  buildx: Buildx,
  request: BuilderRequest,
  keep?: KeepNode,
): Promise<ReadyBuilder> {
  const choice = chooseBuilder(host.env, request);
  const find = async (name: string) => (await askKnown(host, name, keep)) ?? inspectBuilder(buildx, { name });
  const builder = await openBuilder(host, buildx, choice, find);
  const ready = isStarted(builder) ? builder : await start(host, buildx, builder);
  await requireAnswer(host, ready);
  return { ...ready, source: choice.source };
}

type FindBuilder = (name: string) => Promise<Builder | null>;

async function openBuilder(host: Host, buildx: Buildx, choice: BuilderChoice, find: FindBuilder): Promise<Builder> {
  if (choice.kind === "own") return openOwn(host, buildx, choice.spec, find);
  const found = choice.kind === "existing" ? await find(choice.name) : await inspectBuilder(buildx);
  if (found !== null) return found;
  const name = choice.kind === "existing" ? choice.name : "";
  throw new BkcacheError({
    code: "BK4002",
    message: `no builder "${name}" (${choice.source})`,
    hint: name.includes("://")
      ? "an address goes into BUILDKIT_HOST, or into builder: { driver: remote, endpoint } of the config"
      : "`docker buildx ls` lists the builders that exist",
  });
}

async function openOwn(host: Host, buildx: Buildx, spec: BuilderSpec, find: FindBuilder): Promise<Builder> {
  await checkTlsFiles(spec);
  checkVerified(host, spec);
  const name = nameOf(spec, await surroundingsOf(host, spec));
  const found = await find(name);
  if (found !== null) return found;
  // An address where nothing answers leaves no builder behind.
  const reason = await reasonOfSilence(spec.endpoint ?? "", spec.options);
  if (reason !== null) throw BkcacheError.of([noAnswer(name, spec.endpoint, reason)]);
  const { exitCode, stderr } = await buildx.exec(createArgs(name, spec), { timeoutMs: 60_000 });
  // Another run may have made it in the meantime.
  if (exitCode !== 0 && !lastError(stderr).includes("existing instance")) {
    throw new BkcacheError({ code: "BK4004", message: `cannot make the builder ${name}: ${lastError(stderr)}` });
  }
  const made = await inspectBuilder(buildx, { name });
  if (made === null) {
    throw new BkcacheError({ code: "BK4004", message: `the builder ${name} was removed while it was made` });
  }
  if (exitCode === 0 && made.driver === "remote" && made.nodes.every(isSilent)) {
    // Only buildx could tell; what stands in buildx's list then would only be in the way.
    await buildx.exec(["rm", "--force", name], { timeoutMs: 30_000 });
  }
  return made;
}

/** Nodes of these drivers are started by buildx; a remote one runs or does not. */
function isStarted(builder: Builder): boolean {
  if (builder.driver !== "docker-container" && builder.driver !== "kubernetes") return true;
  return builder.nodes.some((node) => node.status === "running" || node.error !== null);
}

async function start(host: Host, buildx: Buildx, builder: Builder): Promise<Builder> {
  host.tell({ level: "info", message: `starting the builder ${builder.name}` });
  return (await inspectBuilder(buildx, { name: builder.name, bootstrap: true })) ?? builder;
}

async function requireAnswer(host: Host, builder: Builder): Promise<void> {
  if (builder.error !== null) throw BkcacheError.of([noAnswer(builder.name, null, builder.error)]);
  const silent = builder.nodes.filter(isSilent);
  if (silent.length === 0) return;
  const reasons = await Promise.all(silent.map((node) => reasonOfNode(node)));
  if (silent.length === builder.nodes.length) {
    throw BkcacheError.of(silent.map((node, index) => noAnswer(builder.name, node.endpoint, reasons[index] ?? null)));
  }
  for (const [index, node] of silent.entries()) {
    host.tell({ ...noAnswer(builder.name, node.endpoint, reasons[index] ?? null), level: "warning" });
  }
}

function isSilent(node: BuilderNode): boolean {
  return node.error !== null || node.status === "inactive" || node.status === "stopped";
}

async function reasonOfNode(node: BuilderNode): Promise<string | null> {
  return (
    node.error ??
    (await reasonOfSilence(node.endpoint, node.options)) ??
    (node.status === null ? null : `buildx calls it ${node.status}`)
  );
}

async function reasonOfSilence(address: string, options: Readonly<Record<string, string>>): Promise<string | null> {
  const endpoint = parseEndpoint(address);
  return typeof endpoint === "string" ? null : probeEndpoint(endpoint, { options });
}

function noAnswer(name: string, address: string | null, reason: string | null): Diagnostic {
  const endpoint = address === null ? null : parseEndpoint(address);
  const scheme = endpoint === null || typeof endpoint === "string" ? null : endpoint.scheme;
  return {
    code: "BK4003",
    message: `builder ${name}${address === null ? "" : ` at ${address}`} does not answer${reason === null ? "" : `: ${reason}`}`,
    hint: hints[scheme ?? ""] ?? "is BuildKit running there? `docker buildx ls` shows all builders",
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

async function surroundingsOf(host: Host, spec: BuilderSpec): Promise<readonly string[]> {
  const config = spec.buildkitdConfig === null ? "" : await hashOf(spec.buildkitdConfig);
  if (spec.endpoint !== null) return [config];
  if (spec.driver === "kubernetes") return [config, host.env["KUBECONFIG"] ?? ""];
  return [config, await currentDockerEngine(host.env)];
}

async function hashOf(path: string): Promise<string> {
  try {
    return createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
  } catch (cause) {
    throw new BkcacheError({
      code: "BK4007",
      message: `builder.buildkitdConfig: cannot read ${path}`,
      path: "builder.buildkitdConfig",
      cause,
    });
  }
}

/** Options of the remote driver that name files, by the key of the config. */
const tlsFiles = { cacert: "ca", cert: "cert", key: "key" } as const;

async function checkTlsFiles({ driver, options }: BuilderSpec): Promise<void> {
  if (driver !== "remote") return;
  const faults: Diagnostic[] = [];
  const fault = (key: string, message: string) =>
    faults.push({ code: "BK4006", message: `builder.tls.${key}: ${message}`, path: `builder.tls.${key}` });
  for (const [option, key] of Object.entries(tlsFiles)) {
    const path = options[option];
    if (path === undefined) continue;
    await access(path, constants.R_OK).catch((error: unknown) => {
      const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
      fault(key, missing ? `${path} does not exist` : `${path} cannot be read`);
    });
  }
  const { cacert, cert, key, servername } = options;
  if (cacert === undefined && (cert ?? key ?? servername) !== undefined) fault("ca", "needed as soon as TLS is used");
  if (cert !== undefined && key === undefined) fault("key", "cert and key go together");
  if (key !== undefined && cert === undefined) fault("cert", "cert and key go together");
  if (faults.length > 0) throw BkcacheError.of(faults);
}

/** Plain TCP never goes unsaid, and leaves the machine only where the user said that it may. */
function checkVerified(host: Host, { driver, endpoint, options }: BuilderSpec): void {
  if (driver !== "remote" || endpoint === null || options["cacert"] !== undefined) return;
  const parsed = parseEndpoint(endpoint);
  if (typeof parsed === "string" || parsed.scheme !== "tcp") return;
  const finding: Diagnostic = {
    code: "BK4005",
    message: `the connection to ${endpoint} is neither encrypted nor verified`,
    hint: "name TLS files under builder.tls in the config",
  };
  if (isInsecureAllowed(host.env) || isLoopback(parsed.host)) host.tell({ ...finding, level: "warning" });
  else throw new BkcacheError({ ...finding, hint: `${finding.hint}, or set BUILDKIT_INSECURE=true to accept it` });
}
