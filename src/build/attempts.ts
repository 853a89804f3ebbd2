import type { Diagnostic } from "../diagnostics/error.ts";
import { type History, type HistoryOptions, readHistory } from "../outcome/history.ts";
import type { Host } from "../host/host.ts";
import { whyAgain } from "./again.ts";
import { execute } from "./execute.ts";
import { toSteps } from "./prepare.ts";
import type { Ran, Ready } from "./ready.ts";
import type { Run } from "./run.ts";

/** What was built in the end, after one attempt or two. */
export interface Built extends Ran {
  /** What the last attempt was. */
  readonly ready: Ready;
  readonly history: History;
  /** Of every attempt. */
  readonly histories: readonly History[];
  /** Why there was a second one. */
  readonly again: Diagnostic | null;
}

/** Reads what the builder remembers of what ran; where that failed over its cache alone, builds once more without that part. */
export async function finishAttempts({ host, request, resources }: Run, ready: Ready, ran: Ran): Promise<Built> {
  const session = await resources.session;
  const gateway = () => session.readyGateway();
  const first = await readBuilds(host, ready, { ...ran, gateway });
  const again = ran.exitCode === 0 || host.signal.aborted ? null : whyAgain(first, ready);
  if (again === null) return { ...ran, ready, history: first, histories: [first], again };
  host.tell({ level: "info", message: again.note });
  await resources.relay.doubt();
  const { choice } = again;
  const second = { ...ready, choice, ...(await toSteps(host, request, resources, choice)) };
  const ranAgain = await execute(second, second.steps);
  const history = await readBuilds(host, second, { ...ranAgain, gateway });
  return { ...ranAgain, ready: second, history, histories: [first, history], again: again.finding };
}

interface RanBuilds extends Ran {
  /** The builder's own connection, where it costs nothing. */
  readonly gateway: NonNullable<HistoryOptions["gateway"]>;
}

function readBuilds(host: Host, ready: Ready, { metadataFiles, gateway }: RanBuilds): Promise<History> {
  const { buildx, builder, targets, startedAt, verb } = ready;
  const isSingle = verb === "build";
  return readHistory(host, { buildx, builder: builder.name, targets, startedAt, metadataFiles, isSingle, gateway });
}
