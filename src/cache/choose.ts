import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { type LayerAccess, loadProbe, type ManifestPlace } from "../layers/place.ts";
import { type Presence, probeAll } from "../layers/probe.ts";
import { chooseSource, type ChosenSource } from "../layers/select.ts";
import { type Credentials, resolveAws, resolveGcsHmac } from "../store/credentials.ts";
import { type EntryDrafts, type EntryRequest, isOfBackend, type LiteralEntry, type TargetEntry } from "./entries.ts";
import { destOf, makeFolders, lockFolders } from "./local-folders.ts";
import { checkGates, type GateInput } from "./gates.ts";
import { awaitedLater } from "../host/awaited-later.ts";
import type { Values } from "../source/values.ts";

/** What a target gets from the cache, and gives to it. */
interface TargetChoice {
  /** At most one of a backend; as they are where they are the user's own. */
  readonly cacheFrom: readonly (LiteralEntry | string)[];
  readonly cacheTo: readonly (LiteralEntry | string)[];
  /** Null where nothing is read; `reason` says why. */
  readonly source: ChosenSource | null;
  readonly reason: string;
  readonly destinations: readonly Destination[];
}

interface Destination {
  readonly backend: string;
  readonly scope: string;
  /** The cache name. */
  readonly name: string;
  readonly entry: LiteralEntry;
  readonly manifest: ManifestPlace | null;
}

/** The cache of one run. */
export interface CacheChoice {
  readonly targets: Readonly<Record<string, TargetChoice>>;
  /** Backends that this run goes on without. */
  readonly leftOut: readonly { readonly backend: string; readonly diagnostic: Diagnostic }[];
  /** Variables for buildx: keys, where they cannot be in the entries. */
  readonly env: Readonly<Record<string, string>>;
  /** For looking into the backends again after the build; null where none was looked into. */
  readonly access: LayerAccess | null;
  /** Gives the folders of local backends to other runs again. */
  release(): void;
}

export const noCache: CacheChoice = {
  targets: {},
  leftOut: [],
  env: {},
  access: null,
  release() {},
};

/** What builder and tools can do, and how many platforms a target has. */
interface Gate extends Omit<GateInput, "entries" | "env"> {
  readonly platforms: (target: string) => number | null;
}

export interface CacheRequest extends EntryRequest {
  /** The entries of this request, and what bake made of their texts. */
  readonly drafts: EntryDrafts;
  readonly values: Promise<Values>;
  readonly gate: Promise<Gate>;
  /**
   * Where keys go that buildx does not find by itself: into the entries of a run file, which is on standard input
   * alone, or into the environment of buildx, since its argument list is for all to read.
   */
  readonly keys: "run file" | "environment";
  /** A backend that fails ends the run. */
  readonly strict: boolean;
}

/**
 * Decides what each target reads and writes: lists the candidates, checks them against the builder, finds
 * credentials, looks which caches exist, makes folders, and takes the first. What fails is said once and left out.
 * @throws BkcacheError for what is known to be wrong before the build, and for any failure under `strict`.
 */
export async function chooseCache(host: Host, request: CacheRequest): Promise<CacheChoice> {
  const [{ candidates, access, report }, gate] = await Promise.all([inspect(host, request), request.gate]);
  const gated = checkGates({ ...gate, env: host.env, entries: candidates.flatMap((each) => entryInUse(each, gate)) });
  if (gated.stop.length > 0) throw BkcacheError.of(gated.stop);
  for (const warning of gated.warn) host.tell({ ...warning, level: "warning" });

  const failed = { ...report.failed, ...access.failed, ...(await makeFolders(candidates)) };
  for (const { backend, diagnostic } of gated.drop) failed[backend] = diagnostic;
  const leftOut = Object.entries(failed).map(([backend, diagnostic]) => ({ backend, diagnostic }));
  // A driver that lacks a backend is no failure of the cache: the same config serves other builders.
  const faults = leftOut.filter(({ backend }) => !gated.drop.some((dropped) => dropped.backend === backend));
  if (request.strict && faults.length > 0) throw BkcacheError.of(faults.map(({ diagnostic }) => diagnostic));
  for (const { diagnostic } of leftOut) {
    host.tell({ ...diagnostic, message: `${diagnostic.message}; building without it`, level: "warning" });
  }
  for (const finding of access.findings) host.tell({ ...finding, level: "warning" });

  const out = new Set(leftOut.map(({ backend }) => backend));
  const folders = await lockFolders(candidates.filter(({ backend }) => backend === null || !out.has(backend)));
  for (const { backend, folder } of folders.busy) {
    host.tell({
      level: "info",
      message: `backend "${backend}": another run writes ${folder}; this one writes its cache elsewhere or not at all`,
    });
  }
  const isBusy = ({ entry }: TargetEntry) => folders.busy.some(({ folder }) => folder === destOf(entry));
  const targets = Object.fromEntries(
    request.targets.map((name) => [
      name,
      chooseFor(
        candidates.filter((each) => each.target === name && !(each.direction === "to" && isBusy(each))),
        report.presence,
        out,
        request,
        access.credentials,
      ),
    ]),
  );
  return {
    targets,
    leftOut,
    env: request.keys === "environment" ? keyVariables(access.credentials, out, request) : {},
    access,
    release: () => folders.release(),
  };
}

/** What the stores say of the candidates. */
interface Inspection {
  readonly candidates: readonly TargetEntry[];
  readonly access: Access;
  readonly report: ProbedBackends;
}

async function inspect(host: Host, request: CacheRequest): Promise<Inspection> {
  // It may take a while until the values are known.
  if (usesBucket(request)) void awaitedLater(loadProbe().then(({ warmUp }) => warmUp()));
  const candidates = await request.drafts.complete(host, await request.values);
  const access = await openAccess(host, request, candidates);
  return { candidates, access, report: await probeBackends(candidates, access) };
}

function usesBucket({ plan, targets, use }: CacheRequest): boolean {
  const isBucket = (name: string) => ["s3", "gcs"].includes(plan.backends[name]?.type ?? "");
  return targets.some((name) => {
    const cache = plan.targets[name]?.cache;
    const directions = [use.layers.read ? cache?.from : undefined, use.layers.write ? cache?.to : undefined];
    return directions.some((direction) => direction?.kind === "policy" && direction.backends.some(isBucket));
  });
}

interface Access extends LayerAccess {
  /** Backends without credentials. */
  readonly failed: Readonly<Record<string, Diagnostic>>;
  /** Warnings beside credentials that were found. */
  readonly findings: readonly Diagnostic[];
}

async function openAccess(host: Host, request: CacheRequest, candidates: readonly TargetEntry[]): Promise<Access> {
  const used = [...new Set(candidates.flatMap(({ backend }) => backend ?? []))];
  const ofType = (type: string) => used.filter((name) => request.plan.backends[name]?.type === type);
  const failed: Record<string, Diagnostic> = {};
  const findings: Diagnostic[] = [];
  const credentials: Record<string, Credentials> = {};
  for (const [names, ask] of [
    [ofType("s3"), (backends: readonly string[]) => resolveAws(host, backends)],
    [ofType("gcs"), (backends: readonly string[]) => resolveGcsHmac(host.env, backends)],
  ] as const) {
    if (names.length === 0) continue;
    const answer = await ask(names);
    for (const name of names) {
      if (answer.credentials !== null) credentials[name] = answer.credentials;
      else if (answer.finding !== null) failed[name] = answer.finding;
    }
    if (answer.credentials !== null && answer.finding !== null) findings.push(answer.finding);
  }
  for (const name of request.keys === "environment" && ofType("s3").length > 0 ? ofType("gcs") : []) {
    failed[name] = {
      code: "BK5002",
      message: `backend "${name}": a build takes the keys of one kind of store, and those of ${ofType("s3").join(", ")} come first`,
      hint: "declare the build as a target of the config and use `bkcache bake`, which takes both",
    };
  }
  return { credentials, failed, findings, env: host.env, signal: host.signal };
}

interface ProbedBackends {
  /** Of a candidate, by identity. */
  readonly presence: (candidate: object) => Presence;
  readonly failed: Record<string, Diagnostic>;
}

/** Asks every backend that has credentials: where it is read whether the cache exists, else whether it answers. */
async function probeBackends(candidates: readonly TargetEntry[], access: Access): Promise<ProbedBackends> {
  const asked = candidates.flatMap((candidate) => {
    const { backend, manifest } = candidate;
    return backend === null || backend in access.failed ? [] : [{ candidate, backend, manifest }];
  });
  const { answers, failed } = await probeAll(asked, access);
  const found = new Map<object, Presence>(
    asked.map(({ candidate }, index) => [candidate, answers[index] ?? "unknown"]),
  );
  return { presence: (candidate) => found.get(candidate) ?? "unknown", failed: { ...failed } };
}

function entryInUse(candidate: TargetEntry, gate: Gate): GateInput["entries"] {
  const { target, backend, direction, entry } = candidate;
  return typeof entry === "string" ? [] : [{ target, backend, direction, entry, platforms: gate.platforms(target) }];
}

function chooseFor(
  candidates: readonly TargetEntry[],
  presenceOf: (candidate: object) => Presence,
  leftOut: ReadonlySet<string>,
  request: CacheRequest,
  credentials: Access["credentials"],
): TargetChoice {
  const own = (direction: "from" | "to") =>
    candidates.filter((each) => each.direction === direction && each.backend === null).map(({ entry }) => entry);
  const reads = candidates.filter(isOfBackend("from"));
  const { source, reason } = chooseSource(reads, presenceOf, leftOut);
  const writes = candidates.filter(isOfBackend("to")).filter(({ backend }) => !leftOut.has(backend));
  const withKeys = (backend: string, entry: LiteralEntry) =>
    request.keys === "run file" && request.plan.backends[backend]?.type === "gcs"
      ? { ...entry, ...keyAttributes(credentials[backend]) }
      : entry;
  return {
    cacheFrom: [...own("from"), ...(source === null ? [] : [withKeys(source.backend, source.entry)])],
    cacheTo: [...own("to"), ...writes.map(({ backend, entry }) => withKeys(backend, entry))],
    source,
    reason: own("from").length > 0 ? "the target has cacheFrom of its own" : reason,
    destinations: writes.map(({ backend, scope, name, entry, manifest }) => ({
      backend,
      scope,
      name,
      entry,
      manifest,
    })),
  };
}

/** As BuildKit's s3 cache spells them; buildx sends them to the builder with the entry. */
function keyAttributes(credentials: Credentials | undefined): LiteralEntry {
  if (credentials === undefined) return {};
  return { access_key_id: credentials.accessKeyId, secret_access_key: credentials.secretAccessKey };
}

/** The variables in which buildx looks for the keys of s3 entries, which a gcs backend is to it. */
function keyVariables(
  credentials: Access["credentials"],
  leftOut: ReadonlySet<string>,
  { plan }: CacheRequest,
): Readonly<Record<string, string>> {
  const google = Object.entries(credentials).find(
    ([name]) => plan.backends[name]?.type === "gcs" && !leftOut.has(name),
  );
  if (google === undefined) return {};
  const [, { accessKeyId, secretAccessKey }] = google;
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: "" };
}
