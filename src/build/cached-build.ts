import { awaitedLater } from "../host/awaited-later.ts";
import type { Host } from "../host/host.ts";
import { importWhole } from "../host/import-whole.ts";
import { within } from "../host/within.ts";
import type { Outcome } from "./conclude.ts";
import { execute } from "./execute.ts";
import { describeTargets, findIdleMounts } from "./inputs.ts";
import { prepare } from "./prepare.ts";
import type { BuildRequest, Ready } from "./ready.ts";
import { openResources, type Resources } from "./resources.ts";
import type { Run } from "./run.ts";

export interface BakeResult {
  /** buildx's own. */
  readonly exitCode: number;
  /** Null where nothing was built (`--print`, `--list`, `--call`): then buildx has said everything. */
  readonly outcome: Outcome | null;
  /** What it came to is not to be said, but for what is wrong. */
  readonly isQuiet?: boolean;
}

/**
 * Time in ms for what buildx waits for, before the files of contexts are looked at: one that takes longer waits for the network itself,
 * and leaves time for them. Beside it they hold buildx up: by 15 ms for 4000 files.
 */
const headStart = 150;

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
  let builtSince: number | null = null;
  const preparing = awaitedLater(prepare(host, request, resources));
  const wanted = Promise.withResolvers<void>();
  const describing = awaitedLater(
    within(wanted.promise, headStart, undefined).then(() =>
      describeTargets(host, request, { stop: stop.signal, builtSince: () => builtSince }),
    ),
  );
  const describe = () => {
    wanted.resolve();
    return describing;
  };
  const run: Run = { host, request, resources, describe };
  let ready: Ready | null = null;
  try {
    ready = await preparing;
    await restoreMounts(run, ready);
    // By the clock that files have their times from.
    builtSince = Date.now();
    return await buildAndFinish(run, ready);
  } finally {
    stop.abort();
    wanted.resolve();
    ready?.choice.release();
    await resources.close();
  }
}

async function restoreMounts({ resources, describe }: Run, ready: Ready): Promise<void> {
  const [{ builder }, carrier] = await Promise.all([resources.session, resources.carrier]);
  if (carrier === null) return;
  const idle = findIdleMounts({ ready, builder, describe });
  await carrier.restore([...ready.choice.leftOut, ...ready.choice.unanswering], idle);
}

/** Runs buildx, and beside it all that needs neither the terminal nor what buildx comes to. */
async function buildAndFinish(run: Run, ready: Ready): Promise<BakeResult> {
  const { host, request, resources } = run;
  const running = awaitedLater(execute(ready, ready.steps));
  void run.describe();
  const loading = awaitedLater(importWhole(() => import("./after-build.ts")));
  const past = awaitedLater(
    loading.then(({ openPastRuns }) => openPastRuns(host, { request, ready, relay: resources.relay })),
  );
  const finding = awaitedLater(request.meanwhile?.() ?? Promise.resolve([]));
  const ran = await running;
  const { finishBuild } = await loading;
  return finishBuild(run, { ready, ran, past, finding });
}
