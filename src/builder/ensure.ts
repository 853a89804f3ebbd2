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
import { type Builder, inspectBuilder, lastError } from "./inspect.ts";
import { askKnown, type KeepNode } from "./known.ts";
import { isSilent, noAnswer, requireAnswer, silenceOf } from "./silence.ts";

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
): Promise<Builder> {
  const choice = chooseBuilder(host.env, request);
  const find = async (name: string) => (await askKnown(host, name, keep)) ?? inspectBuilder(buildx, { name });
  const { builder, isNew } = await openBuilder(host, buildx, choice, find);
  const ready = isStarted(builder) ? builder : await start(host, buildx, builder, isNew);
  await requireAnswer(host, ready);
  return ready;
}

type FindBuilder = (name: string) => Promise<Builder | null>;

interface OpenedBuilder {
  readonly builder: Builder;
  /** Whether this run has made it. */
  readonly isNew: boolean;
}

async function openBuilder(
  host: Host,
  buildx: Buildx,
  choice: BuilderChoice,
  find: FindBuilder,
): Promise<OpenedBuilder> {
  if (choice.kind === "own") return openOwn(host, buildx, choice.spec, find);
  const found = choice.kind === "existing" ? await find(choice.name) : await inspectBuilder(buildx);
  if (found !== null) return { builder: found, isNew: false };
  const name = choice.kind === "existing" ? choice.name : "";
  throw new BkcacheError({
    code: "BK4002",
    message: `no builder "${name}" (${choice.source})`,
    hint: name.includes("://")
      ? "an address goes into BUILDKIT_HOST, or into builder: { driver: remote, endpoint } of the config"
      : "`docker buildx ls` lists the builders that exist",
  });
}

async function openOwn(host: Host, buildx: Buildx, spec: BuilderSpec, find: FindBuilder): Promise<OpenedBuilder> {
  await checkTlsFiles(spec);
  checkVerified(host, spec);
  const name = nameOf(spec, await surroundingsOf(host, spec));
  const found = await find(name);
  if (found !== null) return { builder: found, isNew: false };
  // An address where nothing answers leaves no builder behind.
  const silence = await silenceOf(host, spec.endpoint ?? "", spec.options);
  if (silence !== null) throw BkcacheError.of([noAnswer(name, spec.endpoint, silence)]);
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
    // Only buildx could tell.
    await remove(buildx, name);
  }
  return { builder: made, isNew: exitCode === 0 };
}

/** What cannot be used would only be in the way in buildx's list. */
async function remove(buildx: Buildx, name: string): Promise<void> {
  await buildx.exec(["rm", "--force", name], { timeoutMs: 30_000 });
}

/** Nodes of these drivers are started by buildx; a remote one runs or does not. */
function isStarted(builder: Builder): boolean {
  if (builder.driver !== "docker-container" && builder.driver !== "kubernetes") return true;
  return builder.nodes.every((node) => node.status === "running" || node.error !== null);
}

async function start(host: Host, buildx: Buildx, builder: Builder, isNew: boolean): Promise<Builder> {
  const { name, nodes } = builder;
  host.tell({ level: "info", message: `starting the builder ${name}` });
  try {
    return (await inspectBuilder(buildx, { name, bootstrap: true })) ?? builder;
  } catch (error) {
    // The build may do with those that run.
    if (nodes.some(({ status }) => status === "running")) return builder;
    if (isNew) await remove(buildx, name);
    throw error;
  }
}

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
