import type { CacheChoice } from "../cache/choice.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import { explainFailure } from "../outcome/explain-failure.ts";
import type { History } from "../outcome/history.ts";
import { readSteps } from "../outcome/steps.ts";
import type { Ready } from "./ready.ts";

/** A build that failed over its cache alone, and is to be made again without that part of it. */
export interface Again {
  readonly choice: CacheChoice;
  /** Said before it is made again. */
  readonly note: string;
  readonly finding: Diagnostic;
}

/**
 * Why a build that failed is made again: a layer of an imported cache could not be read, or a local cache could not be
 * written after all was built. Null for every other failure: it is the build's own.
 */
export function whyAgain(history: History, ready: Pick<Ready, "choice" | "targets">): Again | null {
  return withoutBroken(history, ready) ?? withoutLocked(history, ready);
}

function withoutBroken(history: History, { choice, targets }: Pick<Ready, "choice" | "targets">): Again | null {
  const sourceOf = (name: string) => choice.targets[name]?.source ?? null;
  for (const name of targets) {
    const progress = history.targets[name]?.progress;
    const failure = progress && readSteps(progress).failures.find(({ isOfLayer }) => isOfLayer);
    if (!failure) continue;
    // A step that several targets share fails in all of them, whoever's cache it is of.
    const from = sourceOf(name) ?? targets.map(sourceOf).find((source) => source?.entry["type"] === failure.type);
    if (!from || (failure.isOfRegistry === true && from.entry["type"] !== "registry")) continue;
    const { backend } = from;
    const finding: Diagnostic = {
      code: "BK5015",
      message: `backend "${backend}": a layer of its cache could not be read, and the build failed: ${explainFailure(failure)}; built again without that cache`,
      hint: "a run that writes the cache puts back what it lacks; a rule that deletes layers must take manifests before them",
    };
    const note = `a layer in backend "${backend}" could not be read: building again without that cache`;
    return { choice: withoutSource(choice, backend, finding), note, finding };
  }
  return null;
}

/** Layers of one backend belong to all targets, so that another might miss the same one. */
function withoutSource(choice: CacheChoice, backend: string, diagnostic: Diagnostic): CacheChoice {
  const targets = Object.entries(choice.targets).map(([name, chosen]): [string, typeof chosen] => {
    if (chosen.source?.backend !== backend) return [name, chosen];
    return [name, { ...chosen, cacheFrom: [], source: null, reason: `a layer in ${backend} could not be read` }];
  });
  return { ...choice, targets: Object.fromEntries(targets), leftOut: [...choice.leftOut, { backend, diagnostic }] };
}

/**
 * buildx takes the lock of a local cache when all is built, and fails where another has it, without a word to the builder:
 * https://github.com/moby/buildkit/blob/v0.34.2/client/ociindex/ociindex.go
 */
function withoutLocked(history: History, { choice, targets }: Pick<Ready, "choice" | "targets">): Again | null {
  const isDone = targets.every((name) => history.targets[name]?.isCompleted === true);
  const isLocal = ({ entry }: { readonly entry: Readonly<Record<string, string>> }) => entry["type"] === "local";
  const locals = targets.flatMap((name) => choice.targets[name]?.destinations.filter(isLocal) ?? []);
  const [first] = locals;
  if (!isDone || first === undefined) return null;
  const { backend } = first;
  const finding: Diagnostic = {
    code: "BK5016",
    message: `backend "${backend}": all was built, and buildx failed after it, as it does where another run writes the same folder; built again without writing there`,
    hint: "let each run that may be under way at the same time write a folder of its own",
  };
  const without = Object.entries(choice.targets).map(([name, chosen]): [string, typeof chosen] => {
    const isKept = (_: unknown, index: number) => {
      // Entries of the user's own stand there without a destination.
      const destination = chosen.destinations[index];
      return destination === undefined || !isLocal(destination);
    };
    const destinations = chosen.destinations.filter((each) => !isLocal(each));
    return [name, { ...chosen, cacheTo: chosen.cacheTo.filter(isKept), destinations }];
  });
  const note = `buildx failed after all was built: building again without writing to backend "${backend}"`;
  return { choice: { ...choice, targets: Object.fromEntries(without) }, note, finding };
}
