import type { Host } from "../host/host.ts";
import { showBytes, showTime } from "../diagnostics/units.ts";

/** How far one mount has come. */
export interface Step {
  /** What is being done, such as "restoring". */
  readonly verb: string;
  readonly bytes: number;
  /** 0 where it is not known yet. */
  readonly totalBytes: number;
  /** Whether `totalBytes` is what the builder says that the mount takes, and not what will be read. */
  readonly isEstimate?: boolean;
}

/** The live region of work on several mounts: a line for each, with bytes, rate and time left. */
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

export function openMountProgress(host: Pick<Host, "now" | "live" | "tell">): MountProgress {
  const steps = new Map<string, Step & { readonly since: number }>();
  let shownAt = 0;
  const draw = () => host.live([...steps].map(([mount, step]) => lineOf(mount, step, host.now() - step.since)));
  return {
    show(mount, step) {
      const before = steps.get(mount);
      const now = host.now();
      steps.set(mount, { ...step, since: before?.verb === step.verb ? before.since : now });
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

function lineOf(mount: string, { verb, bytes, totalBytes, isEstimate = false }: Step, ms: number): string {
  if (bytes === 0 && (totalBytes === 0 || isEstimate)) return `${verb} mount ${mount}`;
  // More was read than was estimated.
  const total = isEstimate && bytes >= totalBytes ? 0 : totalBytes;
  const rate = ms < settled ? null : bytes / ms;
  const left = total === 0 || rate === null || rate === 0 ? null : (total - bytes) / rate;
  return [
    `${verb} mount ${mount}: ${showBytes(bytes)}${total === 0 ? "" : ` of ${isEstimate ? "about " : ""}${showBytes(total)}`}`,
    ...(rate === null ? [] : [`${showBytes(rate * 1_000)}/s`]),
    ...(left === null ? [] : [`${showSeconds(Math.ceil(left / 1_000))} left`]),
  ].join(", ");
}

/** Nobody waits by the tenth of a second. */
function showSeconds(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : showTime(seconds * 1_000);
}
