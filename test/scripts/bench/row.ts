import { availableParallelism, loadavg } from "node:os";

/** What every row of the bench says. Times in ms, each a median. */
export interface Row {
  readonly name: string;
  readonly a: string;
  /** Null where A is held to fixed figures alone. */
  readonly b: string | null;
  readonly medianA: number;
  readonly medianB: number | null;
  /** Processor time of the client side, its children included. Null where it was not taken. */
  readonly cpuA: number | null;
  readonly cpuB: number | null;
  readonly ratio: number | null;
  readonly checks: readonly Check[];
  readonly ok: boolean;
  readonly runs: number;
  /** Processes that wanted a processor, against those that there are: above 1 times are those of a crowded machine. */
  readonly load: number;
}

/** A figure and what it may be at most. */
export interface Check {
  readonly what: string;
  readonly value: number;
  readonly limit: number;
  readonly ok: boolean;
}

export interface Measure {
  readonly name: string;
  run(): Promise<Row | readonly Row[]>;
}

export function check(what: string, value: number, limit: number): Check {
  return { what, value, limit, ok: value <= limit };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.floor(sorted.length / 2)];
  if (value === undefined) throw new Error("no runs");
  return round(value, 10);
}

/** To a part of one: 10 leaves one decimal. */
export function round(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}

export function say(text: string): void {
  process.stderr.write(`bench: ${text}\n`);
}

/** Processes that want a processor, against those that there are. */
export function loadNow(): number {
  return round((loadavg()[0] ?? 0) / availableParallelism(), 10);
}
