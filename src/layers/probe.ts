import type { Diagnostic } from "../diagnostics/error.ts";
import { createLimit } from "../host/limit.ts";
import { findTagged } from "./local-cache.ts";
import { createManifestReader, type LayerAccess, type ManifestPlace, type ManifestReader } from "./place.ts";

/** What a probe found: unknown where the type of backend cannot be looked into. */
export type Presence = "present" | "absent" | "unknown";

export interface ProbeQuestion {
  readonly backend: string;
  /** Null where it cannot be looked into. */
  readonly manifest: ManifestPlace | null;
  /** What lies beside the manifest and is read with it, as far as so many bytes. */
  readonly beside?: { readonly key: string; readonly bytes: number };
}

export interface ProbeReport {
  /** One for each question, in its order; absent for a backend that failed. */
  readonly answers: readonly Presence[];
  /** What lies beside, in the same order; null where there is nothing or it was not asked for. */
  readonly beside: readonly (Buffer | null)[];
  /** Backends that cannot be used in this run, each with one reason however many questions met it. */
  readonly failed: Readonly<Record<string, Diagnostic>>;
}

export interface ProbeOptions {
  /** Time in ms for all questions together. */
  readonly budgetMs?: number;
  /** How many requests to one backend are under way at once. */
  readonly parallelism?: number;
}

/**
 * Looks for many manifests at once. Equal questions are asked once, and a backend is given up at its first failure,
 * so that a dead endpoint costs one time-out and one message.
 */
export async function probeAll(
  questions: readonly ProbeQuestion[],
  access: LayerAccess,
  options: ProbeOptions = {},
): Promise<ProbeReport> {
  const { budgetMs = 10_000, parallelism = 8 } = options;
  const within = { ...access, signal: AbortSignal.any([access.signal, AbortSignal.timeout(budgetMs)]) };
  const keys = questions.map(keyOf);
  const distinct = new Map(keys.map((key, index) => [key, questions[index] as ProbeQuestion]));
  const found = new Map<string, Presence | Diagnostic>();
  const beside = new Map<string, Buffer>();
  const seen = new Set<string>();
  const failed = new Map<string, Diagnostic>();
  const reader = createManifestReader(within);
  const ask = async (key: string, question: ProbeQuestion): Promise<void> => {
    const { backend } = question;
    if (failed.has(backend)) return;
    // In one round trip.
    const [answer, lying] = await Promise.all([probe(question, reader), readBeside(question, reader)]);
    found.set(key, answer);
    if (lying !== null) beside.set(key, lying);
    if (answer === "present") seen.add(backend);
    // A refusal may only mean "not there"; what the other questions tell decides.
    else if (typeof answer === "object" && !isPerhapsAbsent(answer) && !failed.has(backend))
      failed.set(backend, answer);
  };
  // A bound for each backend, so that a slow one holds up no other.
  const limits = new Map(questions.map(({ backend }) => [backend, createLimit(parallelism)]));
  try {
    await Promise.all(
      [...distinct].map(async ([key, question]) => limits.get(question.backend)?.(() => ask(key, question))),
    );
  } finally {
    await reader.close();
  }
  for (const [index, { backend }] of questions.entries()) {
    const answer = found.get(keys[index] as string);
    if (typeof answer === "object" && !failed.has(backend) && !seen.has(backend)) failed.set(backend, answer);
  }
  return {
    answers: questions.map(({ backend }, index) => {
      const answer = found.get(keys[index] as string);
      return failed.has(backend) || typeof answer !== "string" ? "absent" : answer;
    }),
    beside: keys.map((key) => beside.get(key) ?? null),
    failed: Object.fromEntries(failed),
  };
}

/** Without the right to list, S3 answers 403 for an object that does not exist. */
function isPerhapsAbsent(finding: Diagnostic): boolean {
  return finding.code === "BK5005";
}

/** Equal for questions about the same manifest of the same backend. */
function keyOf({ backend, manifest }: ProbeQuestion): string {
  return JSON.stringify([backend, manifest]);
}

async function readBeside({ manifest, beside }: ProbeQuestion, reader: ManifestReader): Promise<Buffer | null> {
  return manifest === null || beside === undefined ? null : reader.readBeside(manifest, beside.key, beside.bytes);
}

async function probe({ backend, manifest }: ProbeQuestion, reader: ManifestReader): Promise<Presence | Diagnostic> {
  if (manifest === null) return "unknown";
  if (manifest.type === "folder") {
    const found = await findTagged(backend, manifest);
    return found === null ? "absent" : "digest" in found ? "present" : found;
  }
  const answer = await reader.has(manifest.place, manifest.key);
  return typeof answer === "object" ? answer : answer ? "present" : "absent";
}
