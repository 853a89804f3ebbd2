import type { Entry } from "../bake/model.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import { createLimit } from "../host/limit.ts";
import { findTagged } from "./local-cache.ts";
import { type Buckets, createBuckets, type LayerAccess, placeOf } from "./place.ts";

/** What looking told: unknown where the type of backend cannot be looked into. */
export type Presence = "present" | "absent" | "unknown";

export interface ProbeQuestion {
  readonly backend: string;
  /** A cache-from or cache-to entry, with its cache name, every text literal. */
  readonly entry: Entry;
}

export interface ProbeReport {
  /** One for each question, in its order; absent for a backend that failed. */
  readonly answers: readonly Presence[];
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
  const keys = questions.map((question) => keyOf(question, access.dir));
  const distinct = new Map(keys.map((key, index) => [key, questions[index] as ProbeQuestion]));
  const found = new Map<string, Presence | Diagnostic>();
  const seen = new Set<string>();
  const failed = new Map<string, Diagnostic>();
  const buckets = createBuckets(within);
  const ask = async (key: string, question: ProbeQuestion): Promise<void> => {
    const { backend } = question;
    if (failed.has(backend)) return;
    const answer = await look(question, within, buckets);
    found.set(key, answer);
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
    await buckets.close();
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
    failed: Object.fromEntries(failed),
  };
}

/** Without the right to list, S3 answers 403 for an object that does not exist. */
function isPerhapsAbsent(finding: Diagnostic): boolean {
  return finding.code === "BK5005";
}

/** Equal for questions about the same manifest of the same backend. */
function keyOf({ backend, entry }: ProbeQuestion, dir: string): string {
  return JSON.stringify([backend, placeOf(entry, dir)]);
}

async function look(
  { backend, entry }: ProbeQuestion,
  access: LayerAccess,
  buckets: Buckets,
): Promise<Presence | Diagnostic> {
  const place = placeOf(entry, access.dir);
  if (place === null) return "unknown";
  if (place.kind === "local") {
    const found = await findTagged(backend, place);
    return found === null ? "absent" : "digest" in found ? "present" : found;
  }
  const bucket = await buckets.open(backend, place.bucket);
  const answer = await bucket.has(place.key);
  return typeof answer === "object" ? answer : answer ? "present" : "absent";
}
