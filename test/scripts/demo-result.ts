/** What the reports of the demo's bakes say, for people. */

export interface Report {
  readonly targets: Readonly<Record<string, TargetReport>>;
  readonly failures: readonly unknown[];
  readonly mounts: readonly MountReport[];
  readonly ms: number;
}
interface TargetReport {
  readonly steps: {
    readonly total: number;
    readonly cached: number;
    readonly ran: readonly { readonly name: string }[];
  };
  readonly source: { readonly backend: string; readonly scope: string } | null;
}
interface MountReport {
  readonly name: string;
  readonly restore: MountMove | null;
}
interface MountMove {
  readonly outcome: string;
  readonly files: number | null;
  readonly bytes: number | null;
  readonly storedBytes: number;
}

type Pick<T> = (report: Report) => T;

/** Two bakes side by side. */
export function compare(titles: readonly [string, string], first: Report, second: Report): string[] {
  const row = (name: string, a: string | number, b: string | number): string =>
    `${name.padEnd(24)}${String(a).padStart(16)}${String(b).padStart(20)}`;
  const both = (name: string, pick: Pick<string | number>): string => row(name, pick(first), pick(second));
  return [
    row("", ...titles),
    both("steps of all targets", (report) => sum(report, ({ steps }) => steps.total)),
    both("taken from the cache", (report) => sum(report, ({ steps }) => steps.cached)),
    both("run", (report) => ranSteps(report).length),
    both("time", ({ ms }) => seconds(ms)),
    "",
    `time saved   ${seconds(first.ms - second.ms)} (${Math.round(100 * (1 - second.ms / first.ms))} %)`,
  ];
}

/** The steps that ran, each with its target. */
export function ranSteps({ targets }: Report): string[] {
  return Object.entries(targets).flatMap(([name, { steps }]) => steps.ran.map((step) => `${name}: ${step.name}`));
}

/** Whether everything was taken from the cache, of builds that have steps at all. */
export function isServed(report: Report): boolean {
  return report.failures.length === 0 && sum(report, ({ steps }) => steps.total) > 0 && ranSteps(report).length === 0;
}

/** Where the layers came from. */
export function sources({ targets }: Report): string {
  return Object.entries(targets)
    .map(
      ([name, { source }]) =>
        `${name} from ${source === null ? "nowhere" : `${source.backend}, scope ${source.scope}`}`,
    )
    .join("; ");
}

/** What became of each mount before the build. */
export function mountLines({ mounts }: Report): string[] {
  return mounts.map(({ name, restore }) => {
    const { outcome = "not tried", files, bytes, storedBytes = 0 } = restore ?? {};
    const amount =
      outcome === "restored"
        ? `: ${files} files, ${megabytes(bytes ?? 0)} (${megabytes(storedBytes)} in the bucket)`
        : "";
    return `mount        ${name} ${outcome}${amount}`;
  });
}

/** Whether each mount had its content when the build began. */
export function hasMounts({ mounts }: Report): boolean {
  return mounts.length > 0 && mounts.every(({ restore }) => /^(?:restored|present)$/.test(restore?.outcome ?? ""));
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function sum(report: Report, pick: (target: TargetReport) => number): number {
  return Object.values(report.targets).reduce((total, target) => total + pick(target), 0);
}
