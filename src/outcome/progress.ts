import type { BuildStatus } from "../builder/gateway/messages.ts";

/** One line of buildx's rawjson progress (client.SolveStatus in BuildKit's source), as far as it is needed. */
export interface Progress {
  readonly vertexes: readonly VertexEvent[];
  readonly statuses: readonly StatusEvent[];
}

export interface VertexEvent {
  readonly digest: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly started: number | null;
  readonly completed: number | null;
  readonly cached: boolean;
  readonly error: string | null;
  /** Digests of the vertexes that it needs. */
  readonly inputs: readonly string[];
}

export interface StatusEvent {
  readonly id: string;
  /** Digest of the vertex that it belongs to. */
  readonly vertex: string;
  readonly current: number;
  readonly total: number;
}

/** What the builder itself tells of a build. */
export function collectProgress(answers: readonly BuildStatus[]): Progress {
  return {
    vertexes: answers.flatMap(({ vertexes }) =>
      vertexes.map(({ started, completed, error, ...vertex }) => ({
        ...vertex,
        started: msOf(started),
        completed: msOf(completed),
        error: error || null,
      })),
    ),
    statuses: answers.flatMap(({ statuses }) => statuses.map(({ ID, ...status }) => ({ id: ID, ...status }))),
  };
}

function msOf(time: BuildStatus["vertexes"][number]["started"]): number | null {
  return time === undefined ? null : time.seconds * 1000 + time.nanos / 1e6;
}

/**
 * Reads rawjson progress: one JSON object a line, mixed with lines of plain text (warnings, errors), which are skipped
 * as are objects of another shape.
 */
export function readProgress(text: string): Progress {
  const vertexes: VertexEvent[] = [];
  const statuses: StatusEvent[] = [];
  for (const line of text.split("\n")) {
    if (!line.startsWith("{")) continue;
    let parsed: { readonly vertexes?: unknown; readonly statuses?: unknown };
    try {
      parsed = JSON.parse(line) as typeof parsed;
    } catch {
      continue;
    }
    for (const item of listOf(parsed.vertexes)) {
      if (typeof item["digest"] !== "string") continue;
      vertexes.push({
        digest: item["digest"],
        name: textOf(item["name"]),
        started: timeOf(item["started"]),
        completed: timeOf(item["completed"]),
        cached: item["cached"] === true,
        error: textOf(item["error"]) || null,
        inputs: Array.isArray(item["inputs"]) ? item["inputs"].filter((each) => typeof each === "string") : [],
      });
    }
    for (const item of listOf(parsed.statuses)) {
      const { id, vertex } = item;
      if (typeof id !== "string" || typeof vertex !== "string") continue;
      statuses.push({ id, vertex, current: countOf(item["current"]), total: countOf(item["total"]) });
    }
  }
  return { vertexes, statuses };
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "object" && item !== null) : [];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function countOf(value: unknown): number {
  return typeof value === "number" && value > 0 ? value : 0;
}

/** Times have nanoseconds, of which Date keeps the milliseconds; the fraction behind them is added again. */
function timeOf(value: unknown): number | null {
  if (typeof value !== "string") return null;
  const ms = Date.parse(value);
  const rest = /\.\d{3}(\d{1,6})/.exec(value)?.[1];
  return Number.isNaN(ms) ? null : ms + (rest === undefined ? 0 : Number(`0.${rest}`));
}
