import { availableParallelism } from "node:os";
import type { RunRelay } from "../cache/run-relay.ts";
import { readCi } from "../ci/ci.ts";
import type { Host } from "../host/host.ts";
import { within } from "../host/within.ts";
import { recordKey } from "../mounts/keys.ts";
import { largestRecords, readRecords, type RunRecord, withRecord, writeRecords } from "../outcome/run-records.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { StoreBackend } from "../store/place.ts";
import type { BuildRequest, Ready } from "./ready.ts";

/** What earlier runs of the same targets on the same kind of machine have taken. */
export interface PastRuns {
  readonly records: readonly RunRecord[];
  /** Adds this run where it may write. Best effort: never throws, and does not wait for long. */
  add(record: RunRecord): Promise<void>;
}

const noRuns: PastRuns = { records: [], add: async () => {} };

/** Time in ms for which a run that is done waits for what is only a number. */
const readBudget = 2_000;
const writeBudget = 3_000;
/**
 * To write to a bucket takes a request, which a run whose steps are all cached would feel. Of those that have used a cache one in so
 * many is enough; chance chooses it, so that short ones are kept as often as long ones.
 */
const oneIn = 4;

interface PastRequest {
  readonly request: BuildRequest;
  readonly ready: Ready;
  readonly relay: Pick<RunRelay, "store">;
}

/** Reads while buildx is at work. Never fails: without an answer nothing is known of earlier runs. */
export async function openPastRuns(host: Host, { request, ready, relay }: PastRequest): Promise<PastRuns> {
  const { cache, evaluated, plan, targets } = request;
  const { mountBackend, use } = cache;
  if (mountBackend === null || !use.mounts.read) return noRuns;
  const mayWrite = use.mounts.write && readCi(host.env).distrust === null;
  try {
    const { values } = await evaluated;
    const { own, others } = mountBackend.fill(values);
    // Why one cannot be used was said.
    const unusable = [...ready.choice.leftOut, ...ready.choice.unanswering].map(({ backend }) => backend);
    if (unusable.includes(own.name)) return noRuns;
    const key = recordKey(`${plan.project}:${targets.toSorted().join(",")}`, kindOf(host, ready));
    const signal = AbortSignal.any([host.signal, AbortSignal.timeout(readBudget)]);
    const read = async (backend: StoreBackend): Promise<readonly RunRecord[]> => {
      const bytes = await (await relay.store(backend)).get(key, { maxBytes: largestRecords, signal });
      return bytes === null ? [] : readRecords(bytes);
    };
    const records = await read(own);
    const place = { host, store: await relay.store(own), key, records, isFolder: own.type === "local" };
    const known = records.length > 0 ? records : (await Promise.all(others.map(read))).flat();
    return { records: known, add: (record) => (mayWrite ? add(place, record) : Promise.resolve()) };
  } catch {
    return noRuns;
  }
}

interface Place {
  readonly host: Host;
  readonly store: ObjectStore;
  readonly key: string;
  readonly records: readonly RunRecord[];
  readonly isFolder: boolean;
}

async function add({ host, store, key, records, isFolder }: Place, record: RunRecord): Promise<void> {
  if (!isFolder && !record.isCold && Math.random() * oneIn >= 1) return;
  const body = writeRecords(withRecord(records, record));
  if (body.length > largestRecords) return;
  // Of two runs at once the later one wins: a run more or less changes no median.
  const signal = AbortSignal.any([host.signal, AbortSignal.timeout(writeBudget)]);
  await store.put(key, body, { signal }).catch(() => {});
}

/** Where a build takes about as long: the service, or a machine without one, its processors and the kind of builder. */
function kindOf({ env }: Host, { builder }: Ready): string {
  return [readCi(env).service ?? "none", process.arch, availableParallelism(), builder.driver].join(":");
}

/** Time in ms that a run which is done waits for what it has not heard by then. */
const patience = 50;

/** What is known by now. */
export async function whatIsThere(past: Promise<PastRuns>): Promise<PastRuns> {
  return within(past, patience, noRuns);
}
