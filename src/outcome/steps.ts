import type { Progress, StatusEvent, VertexEvent } from "./progress.ts";

export interface RanStep {
  readonly name: string;
  /** Time that it took, its own waiting for other steps not included. */
  readonly ms: number;
}

/** What one build did, read from its progress. */
export interface BuildSteps {
  /** `total` also counts steps that a failed build never came to. */
  readonly steps: { readonly total: number; readonly cached: number; readonly ran: readonly RanStep[] };
  /** The same by digest, which a step that several builds share has in all of them. */
  readonly digests: { readonly cached: readonly string[]; readonly ran: ReadonlyMap<string, RanStep> };
  /** Whether a step of its own failed, and not because another build did. */
  readonly hasFailed: boolean;
  readonly import: {
    /** Time to fetch cache manifests. */
    readonly ms: number;
    /** Bytes of layers that were really pulled; null where no cache was imported. */
    readonly bytes: number | null;
    /** The same by digest of the layer. */
    readonly blobs: ReadonlyMap<string, number>;
  };
  readonly export: { readonly ms: number };
  /** One for each cache exporter of the build. */
  readonly exports: readonly CacheExport[];
  readonly failures: readonly CacheFailure[];
}

export interface CacheExport {
  /** The vertex, as in "exporting cache to Amazon S3". */
  readonly vertex: string;
  /** Type of the backend, null for an unknown one. */
  readonly type: string | null;
  readonly hasFailed: boolean;
  /**
   * Digests of the layers that were written; what the backend had already is not among them. Null where the history
   * does not say: of several exporters of one build, it keeps the details of one.
   */
  readonly layers: readonly string[] | null;
  /** Whether one of them was written several times at once, as a layer that the cache has at several places is. */
  readonly hasRepeats: boolean;
}

export interface CacheFailure {
  readonly direction: "import" | "export";
  readonly vertex: string;
  /** Type of the backend, null for an unknown one. */
  readonly type: string | null;
  /** BuildKit's own words. */
  readonly error: string;
  /** It is of a layer that the manifest names, without which a step cannot go on. */
  readonly isOfLayer?: true;
  /** The layer comes from a registry, where base images lie as well. */
  readonly isOfRegistry?: true;
}

/** A step of a Dockerfile is called `[stage n/m] ...`, with platform or target in front of the stage. */
export const stepName = /^\[(?:[^\]]* )?\d+\/\d+\] /;
export const importName = /^(?:\[[^\]]*\] )?importing cache manifest from (.*)$/;
export const exportName = /^(?:\[[^\]]*\] )?exporting (cache to .*|to GitHub Actions Cache)$/;
/** A base image is looked up in its registry in every build; only its layers cost anything. */
export const baseImage = /^\[[^\]]*\] FROM /;
const blobId = /^sha256:[0-9a-f]{64}$/;

export interface Vertex {
  readonly digest: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly events: readonly VertexEvent[];
  readonly statuses: readonly StatusEvent[];
}

/** Mounts, sizes and the report ask for the steps of the same builds. */
const known = new WeakMap<Progress, BuildSteps>();

/**
 * Reads what a build did out of its history. A step, known by its digest, is cached where any of its events says so:
 * a cached step whose layers are needed later comes back as further events that do not.
 */
export function readSteps(progress: Progress): BuildSteps {
  let steps = known.get(progress);
  if (steps === undefined) known.set(progress, (steps = findSteps(progress)));
  return steps;
}

function findSteps(progress: Progress): BuildSteps {
  const vertices = collectVertices(progress);
  const steps = withoutTwins(joinLinks(vertices.filter(({ name }) => stepName.test(name))));
  const imports = vertices.filter(({ name }) => importName.test(name));
  const exports = vertices.filter(({ name }) => exportName.test(name));
  // Vertices are declared in the order of a Go map.
  const ran = steps.filter((step) => stateOf(step) === "ran").sort((a, b) => startOf(a) - startOf(b));
  const cached = steps.filter((step) => stateOf(step) === "cached");
  const toRan = (step: Vertex): RanStep => ({ name: step.name, ms: round(timeOf([step])) });
  const hasImported = imports.some((vertex) => errorOf(vertex) === null);
  const blobs = hasImported
    ? pulledBlobs([...imports, ...steps.filter(({ name }) => !baseImage.test(name))])
    : new Map<string, number>();
  return {
    steps: {
      total: steps.length,
      cached: cached.length,
      ran: ran.map(toRan),
    },
    digests: {
      cached: cached.map(({ digest }) => digest),
      ran: new Map(ran.map((step) => [step.digest, toRan(step)])),
    },
    hasFailed: steps.some((step) => errorOf(step)?.endsWith("context canceled") === false),
    import: {
      ms: round(timeOf(imports)),
      bytes: hasImported ? [...blobs.values()].reduce((sum, size) => sum + size, 0) : null,
      blobs,
    },
    export: { ms: round(timeOf(exports)) },
    exports: exports.map((vertex) => ({
      vertex: vertex.name,
      type: exportType(vertex.name),
      hasFailed: errorOf(vertex) !== null,
      layers: writtenLayers(vertex),
      hasRepeats: hasRepeats(vertex),
    })),
    failures: vertices.flatMap(failureOf),
  };
}

export function collectVertices({ vertexes, statuses }: Progress): readonly Vertex[] {
  const byDigest = new Map<string, Vertex & { events: VertexEvent[]; statuses: StatusEvent[] }>();
  for (const event of vertexes) {
    const known = byDigest.get(event.digest);
    if (known === undefined) {
      const { digest, name, inputs } = event;
      byDigest.set(digest, { digest, name, inputs, events: [event], statuses: [] });
    } else known.events.push(event);
  }
  for (const status of statuses) byDigest.get(status.vertex)?.statuses.push(status);
  return [...byDigest.values()];
}

/** COPY --link makes a layer and then lays it on top, which is nothing to do: one step, called as in the Dockerfile. */
export const linkName = /^(\[[^\]]*\] )LINK (?=COPY |ADD )/;

function joinLinks(steps: readonly Vertex[]): readonly Vertex[] {
  const known = new Set(steps.map(({ name }) => name));
  return steps.flatMap((step) => {
    const name = step.name.replace(linkName, "$1");
    if (name === step.name) return [step];
    return known.has(name) ? [] : [{ ...step, name }];
  });
}

/**
 * A build that runs beside another of the same content does the other's steps: they come under both digests, and those of
 * this build are never started.
 */
function withoutTwins(steps: readonly Vertex[]): readonly Vertex[] {
  const known = new Set(steps.filter((step) => stateOf(step) !== "skipped").map(({ name }) => name));
  return steps.filter((step) => stateOf(step) !== "skipped" || !known.has(step.name));
}

export function stateOf({ name, events, statuses }: Vertex): "cached" | "ran" | "skipped" {
  if (events.some((event) => event.cached)) return "cached";
  const done = events.filter((event) => event.completed !== null && !isLookUp(event));
  if (done.length === 0) return "skipped";
  if (baseImage.test(name) && done.every((event) => event.error === null)) {
    return statuses.some(({ id }) => blobId.test(id)) ? "ran" : "cached";
  }
  return "ran";
}

/** A search for a cached result that another search made superfluous. A command that was cut off did run. */
function isLookUp({ error }: VertexEvent): boolean {
  return error !== null && error.endsWith("context canceled") && !error.startsWith("process ");
}

function startOf({ events }: Vertex): number {
  return Math.min(...events.map(({ started }) => started ?? Number.POSITIVE_INFINITY));
}

/** Length in ms of the time in which any of the vertices was at work; what overlaps counts once. */
function timeOf(vertices: readonly Vertex[]): number {
  const intervals = vertices
    .flatMap(({ events }) => events.map(({ started, completed }) => [started, completed] as const))
    .filter((interval): interval is readonly [number, number] => interval[0] !== null && interval[1] !== null)
    .sort((a, b) => a[0] - b[0]);
  let total = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const [start, end] of intervals) {
    if (end <= until) continue;
    total += end - Math.max(start, until);
    until = end;
  }
  return total;
}

/** A blob is pulled once, however many vertices wait for it. */
function pulledBlobs(vertices: readonly Vertex[]): ReadonlyMap<string, number> {
  const blobs = new Map<string, number>();
  for (const { id, current } of vertices.flatMap(({ statuses }) => statuses)) {
    if (blobId.test(id)) blobs.set(id, Math.max(current, blobs.get(id) ?? 0));
  }
  return blobs;
}

function writtenLayers({ statuses }: Vertex): readonly string[] | null {
  if (!statuses.some(({ id }) => id === "sending cache export")) return null;
  const layers = statuses.map(({ id }) => /^writing layer (sha256:[0-9a-f]{64})$/.exec(id)?.[1]);
  return [...new Set(layers.filter((layer) => layer !== undefined))];
}

/** A layer that is written once begins and ends. */
function hasRepeats({ statuses }: Vertex): boolean {
  const ids = statuses.map(({ id }) => id).filter((id) => id.startsWith("writing layer "));
  return ids.some((id) => ids.filter((each) => each === id).length > 2);
}

export function errorOf({ events }: Vertex): string | null {
  return events.find(({ error }) => error !== null)?.error ?? null;
}

/**
 * A layer that the manifest names and the backend has lost, or gives otherwise than it was: fails in whatever needs it, not in
 * the import. The words are those of BuildKit 0.34 and of containerd's content store.
 */
const lostLayer =
  /\bfailed to copy: |\bshort read: expected \d+ bytes|\bcontent sha256:[0-9a-f]{64}: not found|\bunexpected commit (?:digest|size) /;

function failureOf(vertex: Vertex): readonly CacheFailure[] {
  const error = errorOf(vertex);
  if (error === null || error.startsWith("context canceled")) return [];
  const { name } = vertex;
  const source = importName.exec(name)?.[1];
  if (source !== undefined) return [{ direction: "import", vertex: name, type: importType(source), error }];
  if (exportName.test(name)) return [{ direction: "export", vertex: name, type: exportType(name), error }];
  // What a command says stands in the error of its step too.
  if (!lostLayer.test(error) || error.startsWith('process "')) return [];
  const type = /operation error S3:/.test(error) ? "s3" : null;
  const isOfRegistry = /httpReadSeeker|unexpected status from GET request/.test(error);
  return [
    { direction: "import", vertex: name, type, error, isOfLayer: true, ...(isOfRegistry && { isOfRegistry: true }) },
  ];
}

/** BuildKit calls a source by its type and a hash or place, an image by its bare reference. */
function importType(source: string): string {
  return /^(s3|gha|azblob|local):/.exec(source)?.[1] ?? "registry";
}

/** As BuildKit's exporters call themselves; an image or a folder that is exported has other names. */
function exportType(name: string): string | null {
  return exporters[exportName.exec(name)?.[1] ?? ""] ?? null;
}

const exporters: Readonly<Record<string, string>> = {
  "cache to Amazon S3": "s3",
  "cache to Azure Blob Storage": "azblob",
  "cache to client directory": "local",
  "cache to registry": "registry",
  "to GitHub Actions Cache": "gha",
};

function round(ms: number): number {
  return Math.round(ms);
}
