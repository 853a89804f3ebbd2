import { isUnmended } from "./calls.ts";
import type { RunRelay } from "../cache/run-relay.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { findDifferences } from "../inputs/compare.ts";
import { recordKey } from "../inputs/keys.ts";
import type { TargetInputs } from "../inputs/model.ts";
import { type InputRecord, maxStoredBytes, readFiles, type RecordedFiles } from "../inputs/record.ts";
import type { History } from "../outcome/history.ts";
import { readSteps } from "../outcome/steps.ts";
import type { Comparison } from "../outcome/why.ts";
import type { StoreBackend } from "../store/place.ts";
import { type Described, platformsOf, runsAll } from "./inputs.ts";
import type { Ready } from "./ready.ts";

interface CompareRequest {
  readonly ready: Ready;
  readonly relay: RunRelay;
  readonly describing: Promise<Described>;
  readonly history: History;
  /** Why it was built a second time. */
  readonly again: Diagnostic | null;
}

/** Time in ms: the build is over, and only an explanation waits for it. */
const budget = 5_000;

/** What each target that had steps to run is made of, against what was noted beside the cache that it read. Never fails. */
export async function compareInputs(
  host: Host,
  { ready, relay, describing, history, again }: CompareRequest,
): Promise<Readonly<Record<string, Comparison>>> {
  const { choice, targets, builder } = ready;
  const ran = targets.filter((name) => {
    const progress = history.targets[name]?.progress ?? null;
    return progress !== null && choice.targets[name] !== undefined && readSteps(progress).steps.ran.length > 0;
  });
  if (ran.length === 0) return {};
  const described = await describing;
  const all = runsAll(ready);
  const version = builder.nodes.find(({ buildkitVersion }) => buildkitVersion !== null)?.buildkitVersion ?? "";
  const losesCache = isUnmended(builder) ? version : null;
  const signal = AbortSignal.any([host.signal, AbortSignal.timeout(budget)]);
  const compare = async (name: string): Promise<Comparison> => {
    const { source = null, record = null, declared = null, reason = "" } = choice.targets[name] ?? {};
    const inputs = described.get(name) ?? "what it is made of was not looked at";
    const shared = {
      runsAll: all,
      losesCache,
      lostLayers: again?.code === "BK5015" && source === null ? reason : null,
    };
    if (typeof inputs === "string" || record === null) {
      const unknown = typeof inputs === "string" ? inputs : null;
      return {
        ...shared,
        record,
        differences: null,
        unknown,
        images: {},
        platforms: [],
        hasLinks: false,
        lastStage: null,
      };
    }
    const files = declared === null ? null : await readOldFiles(inputs, { record, declared, relay, signal });
    const images = inputs.images.flatMap(({ name: written, resolved }) =>
      resolved === null ? [] : [[written, resolved]],
    );
    return {
      ...shared,
      record,
      differences: findDifferences(inputs, record, files),
      unknown: null,
      images: Object.fromEntries(images) as Record<string, string>,
      platforms: platformsOf(inputs, builder),
      hasLinks: inputs.linked.length > 0,
      lastStage: inputs.lastStage,
    };
  };
  return Object.fromEntries(await Promise.all(ran.map(async (name) => [name, await compare(name)] as const)));
}

interface OldFiles {
  readonly record: InputRecord;
  readonly declared: StoreBackend;
  readonly relay: RunRelay;
  readonly signal: AbortSignal;
}

/** The files that the cache was made of, where the target's own are others. */
async function readOldFiles(
  inputs: TargetInputs,
  { record, declared, relay, signal }: OldFiles,
): Promise<RecordedFiles | null> {
  const isSame = inputs.fingerprint === record.fingerprint;
  if (isSame || inputs.contexts.every(({ files }) => files === null)) return null;
  try {
    const store = await relay.store(declared);
    const bytes = await store.get(recordKey(record.name), { maxBytes: maxStoredBytes, signal });
    return bytes === null ? null : await readFiles(bytes);
  } catch {
    // It is said that files differ, but not which.
    return null;
  }
}
