import type { Diagnostic } from "../diagnostics/error.ts";

export interface DoctorFinding extends Diagnostic {
  /** An error keeps a cache from working; a warning costs hits, or will. */
  readonly level: "error" | "warning";
}

/** What one check came to. */
export interface Verdict {
  /** What there is, as a line for people; it says nothing against the set-up. */
  readonly facts: string;
  readonly findings: readonly DoctorFinding[];
  /** Why it could not be told, which is no finding by itself. */
  readonly isUnknown?: true;
}

export function healthy(facts: string): Verdict {
  return { facts, findings: [] };
}

/** @param isWell what holds where there is no finding */
export function settled(isWell: string, findings: readonly DoctorFinding[]): Verdict {
  return { facts: findings.length === 0 ? isWell : "", findings };
}

export function unknown(facts: string): Verdict {
  return { facts, findings: [], isUnknown: true };
}

export function errorOf(finding: Diagnostic): DoctorFinding {
  return { ...finding, level: "error" };
}

export function warningOf(finding: Diagnostic): DoctorFinding {
  return { ...finding, level: "warning" };
}
