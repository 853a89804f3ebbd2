/** What is counted for each caller, with what Prometheus shows of it. */
const counters = {
  requests: "Requests answered.",
  refused: "Requests refused.",
  milliseconds: "Time from the request to the end of its answer.",
  hits: "Objects that were asked for and served.",
  misses: "Objects that were asked for and not there.",
  bytesFromStore: "Bytes read from the bucket.",
  bytesFromTier: "Bytes read from the tier on the disk.",
  bytesToStore: "Bytes of objects stored in the bucket.",
  droppedResults: "Results left out of cache manifests, since the bucket lacks their blobs.",
  corruptBlobs: "Blobs in the bucket or the tier whose digest is not that of their name.",
} as const;

export type Counter = keyof typeof counters;
export type Counts = Readonly<Record<Counter, number>>;

export interface Metrics {
  /** Adds to the counters of a caller. */
  count(caller: string, counts: Partial<Counts>): void;
  /** By the name of the caller. */
  read(): ReadonlyMap<string, Counts>;
}

const names = Object.keys(counters) as readonly Counter[];
const zeros = Object.fromEntries(names.map((name) => [name, 0])) as Counts;

export function createMetrics(): Metrics {
  const callers = new Map<string, Record<Counter, number>>();
  return {
    count(caller, counts) {
      let own = callers.get(caller);
      if (own === undefined) callers.set(caller, (own = { ...zeros }));
      for (const name of names) own[name] += counts[name] ?? 0;
    },
    read: () => callers,
  };
}

/** The text format of Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function renderMetrics(metrics: ReadonlyMap<string, Counts>): string {
  return names
    .map((name) => {
      const metric = `bkcache_relay_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_total`;
      const samples = [...metrics].map(
        ([caller, counts]) => `${metric}{caller="${escapeLabel(caller)}"} ${counts[name]}\n`,
      );
      return `# HELP ${metric} ${counters[name]}\n# TYPE ${metric} counter\n${samples.join("")}`;
    })
    .join("");
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
