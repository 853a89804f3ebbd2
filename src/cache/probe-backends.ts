import type { Diagnostic } from "../diagnostics/error.ts";
import { recordKey } from "../inputs/keys.ts";
import { type InputRecord, readRecord, recordBytes } from "../inputs/record.ts";
import { type Presence, probeAll } from "../layers/probe.ts";
import type { Access } from "./access.ts";
import type { TargetEntry } from "./entries.ts";
import type { RunRelay } from "./run-relay.ts";

export interface ProbedBackends {
  /** Of a candidate, by identity. */
  readonly presence: (candidate: object) => Presence;
  /** What the cache of a candidate was made of, by identity; null where that is not known. */
  readonly record: (candidate: object) => InputRecord | null;
  readonly failed: Readonly<Record<string, Diagnostic>>;
  /** Backends that do not answer, while their tier on this machine has a cache that is asked for; and why they do not. */
  readonly kept: Readonly<Record<string, Diagnostic>>;
}

/** Asks every backend that has credentials: where it is read whether the cache exists, else whether it answers. */
export async function probeBackends(
  candidates: readonly TargetEntry[],
  access: Access,
  relay: RunRelay,
): Promise<ProbedBackends> {
  const asked = candidates.flatMap((candidate) => {
    const { backend, manifest, name } = candidate;
    if (backend === null || backend in access.failed) return [];
    return [{ candidate, backend, manifest, beside: { key: recordKey(name), bytes: recordBytes } }];
  });
  const { answers, beside, failed } = await probeAll(asked, access);
  const records = new Map<object, InputRecord | null>();
  // A cache that is read and written has one.
  const read = new Map<Buffer, Promise<InputRecord | null>>();
  const decode = async ({ candidate }: (typeof asked)[number], index: number): Promise<void> => {
    const start = answers[index] === "present" ? (beside[index] ?? null) : null;
    if (start === null) return;
    const record = read.get(start) ?? readRecord(start, candidate.name);
    read.set(start, record);
    records.set(candidate, await record);
  };
  await Promise.all(asked.map(decode));
  const found = new Map<object, Presence>(
    asked.map(({ candidate }, index) => [candidate, answers[index] ?? "unknown"]),
  );
  const kept: Record<string, Diagnostic> = {};
  for (const { candidate, backend } of asked) {
    const reason = failed[backend];
    if (reason?.code !== "BK5007" || candidate.direction !== "from") continue;
    if (!(await isKept(candidate, relay))) continue;
    found.set(candidate, "present");
    kept[backend] = reason;
  }
  return {
    presence: (candidate) => found.get(candidate) ?? "unknown",
    record: (candidate) => records.get(candidate) ?? null,
    failed: Object.fromEntries(Object.entries(failed).filter(([backend]) => !(backend in kept))),
    kept,
  };
}

async function isKept({ declared, manifest }: TargetEntry, relay: RunRelay): Promise<boolean> {
  if (declared?.["tierPath"] === undefined || manifest?.type !== "bucket") return false;
  return relay.hasKept(declared, manifest.key.slice(manifest.place.prefix.length));
}
