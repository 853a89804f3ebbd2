import { PassThrough } from "node:stream";
import { mayTakeShortcuts } from "../builder/shortcuts.ts";
import { noCache } from "../cache/choice.ts";
import type { ExecResult, Host } from "../host/host.ts";
import { toSteps } from "./prepare.ts";
import type { BuildRequest, Step } from "./ready.ts";
import type { Resources } from "./resources.ts";

/** A buildx that was started before it was known what it is to be told, and waits for that. */
export interface Early {
  /** The steps of the run; where they are the call that was started, that one goes on with it. */
  join(steps: readonly Step[]): readonly Step[];
  /** Ends it without a word, unless it was joined. */
  drop(): void;
}

/** Time in ms that it may wait: what takes longer, as mounts that are filled, may take minutes. */
const patience = 2_000;

/**
 * Starts the call that follows from all but the caches, which stand in its standard input alone: buildx looks for its builder
 * before it reads that. A cached bake saves 30 ms by it. Null where there is no such call.
 */
export async function startEarly(
  host: Host,
  request: BuildRequest,
  resources: Pick<Resources, "session" | "metadataFile">,
): Promise<Early | null> {
  const { buildx, mayStartEarly } = request;
  // docker would leave its plugin behind, which reads the end of its input and complains.
  const isOwn = buildx.prefix.length === 0 && mayTakeShortcuts(host.env);
  if (mayStartEarly !== true || !isOwn || !choosesCaches(request)) return null;
  const { steps } = await toSteps(host, request, resources, noCache);
  const [step, ...more] = steps;
  if (step === undefined || more.length > 0) return null;
  const { args, metadataFile, isBeside: _isBeside, input: _input, ...options } = step;
  const input = new PassThrough();
  const dropped = new AbortController();
  const running = buildx.exec(args, { ...options, input, terminal: true, dropped: dropped.signal });
  running.catch(() => {});
  const timer = setTimeout(() => dropped.abort(), patience);
  const drop = () => {
    clearTimeout(timer);
    dropped.abort();
  };
  return {
    drop,
    join(decided) {
      clearTimeout(timer);
      const [only, ...others] = decided;
      const isSame = only !== undefined && others.length === 0 && callOf(only) === callOf(step);
      if (dropped.signal.aborted || host.signal.aborted || !isSame || typeof only.input !== "string") {
        drop();
        return decided;
      }
      const text = only.input;
      const goOn = (): Promise<ExecResult> => {
        input.end(text);
        return running;
      };
      return [{ ...only, args, metadataFile, goOn }];
    },
  };
}

/** Whether caches are chosen at all, and none that is in a folder, for which the call has an --allow. */
function choosesCaches({ cache, plan, targets }: BuildRequest): boolean {
  const { layers } = cache.use;
  const isInFolder = Object.values(plan.backends).some(({ type }) => type === "local");
  const hasOwn = targets.some((name) => {
    const { from, to } = plan.targets[name]?.cache ?? {};
    return from?.kind === "raw" || to?.kind === "raw";
  });
  return (layers.read || layers.write) && !isInFolder && !hasOwn;
}

/** All of a call but its input; each has a metadata file of its own. */
function callOf({ args, metadataFile, cwd, env }: Step): string {
  return JSON.stringify([args.map((arg) => (arg === metadataFile ? "" : arg)), metadataFile === null, cwd, env]);
}
