import { once } from "node:events";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { isLoopback } from "../builder/endpoint.ts";
import { awaitFirstAnswer } from "../carry/first-answer.ts";
import { openMountSource } from "../carry/source.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { Host, Message } from "../host/host.ts";
import { nameBuckets } from "../relay/bucket-names.ts";
import type { Answered, RelayCaller } from "../relay/handle.ts";
import { renderMetrics } from "../relay/metrics.ts";
import type { Answer } from "../relay/request.ts";
import { placeOf, servePlaces } from "../relay/serve-places.ts";
import type { TlsFiles } from "../relay/server.ts";
import { draftBackend } from "../source/backend.ts";
import { evaluateTexts } from "../source/evaluate.ts";
import type { Texts } from "../source/values.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { openStore } from "../store/open.ts";
import type { StoreBackend } from "../store/place.ts";
import { type KeyEntry, readKeys } from "../relay/keys.ts";

export interface RelayRequest {
  readonly config: string | undefined;
  readonly listen: { readonly host: string; readonly port: number };
  /** Path of the file of keys. */
  readonly keys: string;
  /** Paths of PEM files; null for plain http. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** Called once requests are served. */
  readonly onReady: (served: ServedBuckets) => void;
}

export interface ServedBuckets {
  /** Such as `https://127.0.0.1:9000`. */
  readonly url: string;
  readonly buckets: readonly { readonly name: string; readonly place: string }[];
}

/** Time in ms for what is under way when the relay is to stop: less than the 30 s that Kubernetes gives. */
const grace = 20_000;

/**
 * Serves the backends of a config until the host's signal is aborted.
 * @throws BkcacheError BK1002 or BK1016 for what the command line names, BK2050 where nothing can be served, 5xxx where a store
 * cannot be reached.
 */
export async function serveRelay(host: Host, request: RelayRequest): Promise<void> {
  const entries = readKeys(request.keys, host.cwd);
  const tls = request.tls && readTls(request.tls, host.cwd);
  const backends = await openBackends(host, request.config);
  const names = nameBuckets(backends.map(({ name }) => name));
  const callers = entries.map((entry) => callerOf(entry, names));
  // What is under way outlives the interrupt.
  const stop = new AbortController();
  const stores = new Map<string, ObjectStore>();
  try {
    for (const backend of backends) {
      const warn = (finding: Diagnostic): void => host.tell({ ...finding, level: "warning" });
      const store = await openStore(backend, { env: host.env, signal: stop.signal, warn });
      stores.set(backend.name, store);
      await awaitFirstAnswer(host, store);
    }
    const places = backends.flatMap((backend) => {
      const [name, store] = [names.get(backend.name), stores.get(backend.name)];
      return name === undefined || store === undefined ? [] : [[name, { ...placeOf(backend), store }] as const];
    });
    let metrics = (): string => "";
    const relay = await servePlaces({
      places: Object.fromEntries(places),
      isForOneBuilder: false,
      callers,
      listen: { ...request.listen, ...(tls !== null && { tls }) },
      page: (method, path) => (method === "GET" || method === "HEAD" ? pageOf(path, metrics) : null),
      onAnswered: (answered) => tellFailure(host, answered),
      signal: stop.signal,
    }).catch((error: unknown) => {
      throw cannotListen(error, request);
    });
    metrics = () => renderMetrics(relay.counts());
    try {
      const { host: name } = request.listen;
      const url = `${tls === null ? "http" : "https"}://${name.includes(":") ? `[${name}]` : name}:${relay.address.port}`;
      if (tls === null && !isLoopback(name)) host.tell({ ...inTheClear(url), level: "warning" });
      request.onReady({ url, buckets: places.map(([bucket, { store }]) => ({ name: bucket, place: store.place })) });
      if (!host.signal.aborted) await once(host.signal, "abort");
    } finally {
      await relay.close(grace);
    }
  } finally {
    stop.abort(new Error("the relay has stopped"));
    for (const store of stores.values()) store.close();
  }
}

const kinds: ReadonlySet<string> = new Set(["s3", "gcs", "local"]);

async function openBackends(host: Host, config: string | undefined): Promise<readonly StoreBackend[]> {
  const source = await openMountSource(host, { config });
  // Builds of all levels of trust come to it, each with a prefix of its own below those of the backends.
  const { plan, dir } = { dir: source.dir, plan: source.project?.plan ?? source.plan };
  const names = Object.entries(plan.backends).flatMap(([name, { type }]) => (kinds.has(type) ? [name] : []));
  if (names.length === 0) {
    throw new BkcacheError({
      code: "BK2050",
      message: "no backend of the config can be served",
      hint: "declare one of type s3, gcs or local under backends",
    });
  }
  const drafts = names.map((name) => draftBackend(plan, name, { dir, env: host.env }));
  const texts = Object.assign({}, ...drafts.map((draft) => draft.texts)) as Texts;
  const buildx = () => import("../builder/buildx.ts").then(({ findBuildx }) => findBuildx(host));
  const values = await evaluateTexts(host, buildx, { plan, dir, texts });
  return drafts.map((draft) => draft.fill(values));
}

function callerOf({ backends, ...entry }: KeyEntry, names: ReadonlyMap<string, string>): RelayCaller {
  if (backends === undefined) return entry;
  const buckets = backends.map((backend) => {
    const bucket = names.get(backend);
    if (bucket !== undefined) return bucket;
    const known = [...names.keys()].join(", ");
    throw new BkcacheError({
      code: "BK1016",
      message: `the keys of ${entry.name} are for a backend "${backend}", which is not served`,
      hint: `served are: ${known}`,
    });
  });
  return { ...entry, buckets };
}

function readTls(paths: NonNullable<RelayRequest["tls"]>, cwd: string): TlsFiles {
  const read = (flag: string, path: string): Buffer => {
    try {
      return readFileSync(resolve(cwd, path));
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code ?? "unknown";
      throw new BkcacheError({ code: "BK1002", message: `${flag}: ${path} cannot be read (${code})`, cause });
    }
  };
  return { cert: read("--tls-cert", paths.cert), key: read("--tls-key", paths.key) };
}

function pageOf(path: string, metrics: () => string): Answer | null {
  const headers = { "content-type": "text/plain; version=0.0.4; charset=utf-8" };
  if (path === "/healthz") return { status: 200, headers, body: "ok\n" };
  if (path === "/metrics") return { status: 200, headers, body: metrics() };
  return null;
}

/** A client hears little of why its request failed, so that the log says it. */
function tellFailure(host: Host, { caller, operation, error }: Answered): void {
  const cause = error?.cause;
  if (error === null || cause === undefined) return;
  const who = `${operation ?? "a request"} of ${caller ?? "a stranger"}`;
  if (cause instanceof BkcacheError) {
    const { code, message, hint } = cause;
    host.tell({ level: "warning", code, message: `${who}: ${message}`, ...(hint !== undefined && { hint }) });
  } else {
    const why = cause instanceof Error ? `: ${cause.message}` : "";
    host.tell({ level: "warning", message: `${who} failed with ${error.code}${why}` });
  }
}

function cannotListen(error: unknown, { listen, tls }: RelayRequest): unknown {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return error;
  const isAddress = "syscall" in error;
  if (!isAddress && tls === null) return error;
  return new BkcacheError({
    code: "BK1002",
    message: isAddress
      ? `--listen: ${listen.host}:${listen.port} cannot be listened at (${error.code})`
      : `--tls-cert and --tls-key are no certificate with its key (${error.code})`,
    hint: isAddress ? "name an address of this machine and a port that is free" : "both are PEM files",
    cause: error,
  });
}

function inTheClear(url: string): Pick<Message, "message" | "hint"> {
  return {
    message: `${url} is plain http: who is on the network can read what is cached`,
    hint: "pass --tls-cert and --tls-key, or see to it that nobody else is on that network",
  };
}
