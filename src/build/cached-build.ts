import { awaitedLater } from "../host/awaited-later.ts";
import type { Host } from "../host/host.ts";
import { importWhole } from "../host/import-whole.ts";
import type { Outcome } from "./conclude.ts";
import { execute } from "./execute.ts";
import { describeTargets, findIdleMounts, noteInputs } from "./inputs.ts";
import { onlyRead } from "./only-read.ts";
import { prepare, toSteps } from "./prepare.ts";
import type { BuildRequest } from "./ready.ts";
import { openResources, type Resources } from "./resources.ts";

export interface BakeResult {
  /** buildx's own. */
  readonly exitCode: number;
  /** Null where nothing was built (`--print`, `--list`, `--call`): then buildx has said everything. */
  readonly outcome: Outcome | null;
  /** What it came to is not to be said, but for what is wrong. */
  readonly isQuiet?: boolean;
}

/**
 * A build of buildx with its caches, from what is decided before it to the report.
 * @param open for tests
 * @throws BkcacheError for all that is wrong before the build starts.
 */
export async function runCachedBuild(
  host: Host,
  request: BuildRequest,
  open: (host: Host, request: BuildRequest) => Resources = openResources,
): Promise<BakeResult> {
  const resources = open(host, request);
  const stop = new AbortController();
  const describing = awaitedLater(describeTargets(host, request, stop.signal));
  let release = () => {};
  try {
    let ready = await prepare(host, request, resources);
    release = () => ready.choice.release();
    const [session, carrier] = await Promise.all([resources.session, resources.carrier]);
    if (carrier !== null) {
      const idle = findIdleMounts({ ready, builder: session.builder, describing });
      await carrier.restore([...ready.choice.leftOut, ...ready.choice.unanswering], idle);
    }

    const running = awaitedLater(execute(ready, ready.steps));
    const loading = awaitedLater(importWhole(() => import("./conclude.ts")));
    // With what concludes the run: a part of its own takes longer to load.
    const opening = awaitedLater(
      loading.then(({ openPastRuns }) => openPastRuns(host, { request, ready, relay: resources.relay })),
    );
    const finding = awaitedLater(request.meanwhile?.() ?? Promise.resolve([]));
    let ran = await running;

    const { compareInputs, conclude, keepReport, readBuilds, whatIsThere, whyAgain, writeReport } = await loading;
    const gateway = () => session.readyGateway();
    let history = await readBuilds(host, ready, { ...ran, gateway });
    const again = ran.exitCode === 0 || host.signal.aborted ? null : whyAgain(history, ready);
    const attempts = [history];
    if (again !== null) {
      host.tell({ level: "info", message: again.note });
      await resources.relay.doubt();
      const { choice } = again;
      ready = { ...ready, choice, ...(await toSteps(host, request, resources, choice)) };
      ran = await execute(ready, ready.steps);
      history = await readBuilds(host, ready, { ...ran, gateway });
      attempts.push(history);
    }
    const { relay } = resources;
    const cause = again?.finding ?? null;
    const comparing = compareInputs(host, { ready, relay, describing, history, again: cause });
    // What was noted before is compared first.
    const noting = awaitedLater(comparing.then(() => noteInputs(host, { request, ready, relay, describing, history })));
    const failures = ran.exitCode === 0 ? ((await carrier?.save(...attempts)) ?? []) : [];
    await noting;
    const comparisons = await comparing;
    const mounts = { reports: carrier?.report() ?? [], failures };
    const past = await whatIsThere(opening);
    const outcome = await conclude(host, ready, { ...ran, history, mounts, comparisons, again: cause, past });
    const keeping = outcome.record === null ? null : awaitedLater(past.add(outcome.record));
    await writeReport(host, outcome, ready.output.report);
    await keepReport(host, request.dir, outcome.report);
    for (const found of outcome.costly) host.tell({ ...found, level: "warning" });
    for (const found of await finding) host.tell({ ...found, level: "warning" });
    const held =
      ran.exitCode === 0
        ? onlyRead(request.plan, request.targets, { use: request.cache.use, hasMounts: mounts.reports.length > 0 })
        : null;
    if (held !== null) host.tell({ level: "info", message: held });
    await keeping;
    return { exitCode: ran.exitCode, outcome };
  } finally {
    stop.abort();
    release();
    await resources.close();
  }
}
