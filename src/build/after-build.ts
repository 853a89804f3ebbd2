import type { Diagnostic } from "../diagnostics/error.ts";
import { awaitedLater } from "../host/awaited-later.ts";
import type { MountReport } from "../outcome/mounts.ts";
import { keepReport } from "../outcome/last-report.ts";
import type { Comparison } from "../outcome/why.ts";
import { type Built, finishAttempts } from "./attempts.ts";
import { compareInputs } from "./compare-inputs.ts";
import { conclude, type Outcome, writeReport } from "./conclude.ts";
import { noteInputs } from "./inputs.ts";
import { onlyRead } from "./only-read.ts";
import { type PastRuns, whatIsThere } from "./past-runs.ts";
import type { Ran, Ready } from "./ready.ts";
import type { Run } from "./run.ts";

// With what concludes the run: a part of its own takes longer to load.
export { openPastRuns } from "./past-runs.ts";

/** What buildx has left, and what went on while it was at work. */
interface Begun {
  readonly ready: Ready;
  readonly ran: Ran;
  readonly past: Promise<PastRuns>;
  /** What is to be said when the terminal is free again. */
  readonly finding: Promise<readonly Diagnostic[]>;
}

/** All that follows buildx: another attempt where one is due, what is kept for later runs, the report and what is said. */
export async function finishBuild(
  run: Run,
  { ready, ran, past: opening, finding }: Begun,
): Promise<{ readonly exitCode: number; readonly outcome: Outcome }> {
  const { host, request } = run;
  const built = await finishAttempts(run, ready, ran);
  const { comparisons, mounts } = await keepForLater(run, built);
  const past = await whatIsThere(opening);
  const outcome = await conclude(host, built.ready, { ...built, mounts, comparisons, past });
  const keeping = outcome.record === null ? null : awaitedLater(past.add(outcome.record));
  await writeReport(host, outcome, request.output.report);
  await keepReport(host, request.dir, outcome.report);
  for (const found of outcome.costly) host.tell({ ...found, level: "warning" });
  for (const found of await finding) host.tell({ ...found, level: "warning" });
  const { exitCode } = built;
  const use = { use: request.cache.use, hasMounts: mounts.reports.length > 0 };
  const held = exitCode === 0 ? onlyRead(request.plan, request.targets, use) : null;
  if (held !== null) host.tell({ level: "info", message: held });
  await keeping;
  return { exitCode, outcome };
}

interface Kept {
  readonly comparisons: Readonly<Record<string, Comparison>>;
  readonly mounts: { readonly reports: readonly MountReport[]; readonly failures: readonly Diagnostic[] };
}

/** Notes what the caches that were written are made of, and saves the mounts of a build that succeeded. */
async function keepForLater({ host, request, resources, describe }: Run, built: Built): Promise<Kept> {
  const { ready, history, again } = built;
  const { relay } = resources;
  const describing = describe();
  const carrier = await resources.carrier;
  const comparing = compareInputs(host, { ready, relay, describing, history, again });
  // What was noted before is compared first.
  const noting = awaitedLater(comparing.then(() => noteInputs(host, { request, ready, relay, describing, history })));
  const failures = built.exitCode === 0 ? ((await carrier?.save(...built.histories)) ?? []) : [];
  await noting;
  return { comparisons: await comparing, mounts: { reports: carrier?.report() ?? [], failures } };
}
