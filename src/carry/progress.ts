import type { Host } from "../host/host.ts";
import { showBytes, showTime } from "../diagnostics/units.ts";
import { endless } from "./budgets.ts";

/** How far one mount has come. */
export interface Step {
  /** What is being done, such as "restoring". */
  readonly verb: string;
  readonly bytes: number;
  /** 0 where it is not known yet. */
  readonly totalBytes: number;
  /** Whether `totalBytes` is what the builder says that the mount takes, and not what will be read. */
  readonly isEstimate?: boolean;
  readonly ends?: Ending;
}

/** When the budget of a mount is over. */
interface Ending {
  readonly what: "restored" | "saved";
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The entire budget in ms. */
  readonly ms: number;
}

/** The live region of work on several mounts: a line for each with a bar, bytes, rate and time left, and when it ends. */
export interface MountProgress {
  show(mount: string, step: Step): void;
  /** The mount is done; `line` stays on the terminal. */
  finish(mount: string, line: string | null): void;
  close(): void;
}

/** Time in ms between two pictures: more cannot be read, and costs the work its time. */
const frame = 100;
/** Time in ms from which a rate means something. */
const settled = 500;
/** Time in ms over which the current rate is taken: contents come and go in packs of some MB. */
const recent = 5_000;
/** Characters of a bar. */
const barWidth = 20;

interface Sample {
  readonly at: number;
  readonly bytes: number;
}

interface Shown extends Step {
  /** Of this step, the oldest first; from the first bytes on, since what comes before them is listing. */
  readonly samples: readonly Sample[];
}

export function openMountProgress(host: Pick<Host, "now" | "live" | "tell">): MountProgress {
  const steps = new Map<string, Shown>();
  let shownAt = 0;
  const draw = () =>
    host.live([...[...steps].map(([mount, step]) => lineOf(mount, step)), ...endOf([...steps.values()], host.now())]);
  return {
    show(mount, step) {
      const before = steps.get(mount);
      const now = host.now();
      const known = before?.verb === step.verb ? before.samples : [];
      steps.set(mount, { ...step, samples: step.bytes === 0 ? [] : addSample(known, { at: now, bytes: step.bytes }) });
      if (now - shownAt < frame) return;
      shownAt = now;
      draw();
    },
    finish(mount, line) {
      steps.delete(mount);
      host.live([]);
      if (line !== null) host.tell({ level: "info", message: line });
      if (steps.size > 0) draw();
    },
    close: () => host.live([]),
  };
}

/** Of what is no longer recent the youngest stays: the rate is that since then. */
function addSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  // Many small steps need not all be kept.
  const kept = last !== undefined && samples.length > 1 && sample.at - last.at < frame ? samples.slice(0, -1) : samples;
  const first = kept.findLastIndex(({ at }) => at <= sample.at - recent);
  return [...kept.slice(Math.max(0, first)), sample];
}

/** Bytes in a ms; null where it means nothing yet. */
function rateOf(samples: readonly Sample[]): number | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.at - first.at < settled) return null;
  return (last.bytes - first.bytes) / (last.at - first.at);
}

function lineOf(mount: string, { verb, bytes, totalBytes, isEstimate = false, samples }: Shown): string {
  if (bytes === 0 && (totalBytes === 0 || isEstimate)) return `${verb} mount ${mount}`;
  // More was read than was estimated.
  const total = isEstimate && bytes >= totalBytes ? 0 : totalBytes;
  const rate = rateOf(samples);
  const left = total === 0 || rate === null || rate <= 0 ? null : Math.max(0, total - bytes) / rate;
  const bar = total === 0 ? "" : `${barOf(bytes / total)} `;
  return [
    `${verb} mount ${mount}: ${bar}${showBytes(bytes)}${total === 0 ? "" : ` of ${isEstimate ? "about " : ""}${showBytes(total)}`}`,
    ...(rate === null ? [] : [`${showBytes(rate * 1_000)}/s`]),
    ...(left === null ? [] : [`${showSeconds(Math.ceil(left / 1_000))} left`]),
  ].join(", ");
}

function barOf(part: number): string {
  const done = Math.min(barWidth, Math.floor(part * barWidth));
  return `[${"=".repeat(done)}${" ".repeat(barWidth - done)}]`;
}

/** The mount that may take longest says when the run goes on. */
function endOf(steps: readonly Step[], now: number): readonly string[] {
  const ends = steps.flatMap((step) => step.ends ?? []).toSorted((a, b) => b.at - a.at);
  const [last] = ends;
  if (last === undefined || last.ms >= endless) return [];
  const left = showSeconds(Math.max(0, Math.ceil((last.at - now) / 1_000)));
  const after =
    last.what === "restored" ? "the build begins without the rest" : "the next run goes on from what was stored";
  return [`the budget of ${showSeconds(Math.round(last.ms / 1_000))} ends in ${left}; ${after}`];
}

/** Nobody waits by the tenth of a second. */
function showSeconds(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : showTime(seconds * 1_000);
}
