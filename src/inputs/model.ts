import type { FoundFiles } from "./context-files.ts";

/** What a target is made of, as far as this machine can tell. Of values there are digests alone. */
export interface TargetInputs {
  /** SHA-256 over all that follows, in hex. */
  readonly fingerprint: string;
  /** What BuildKit calls the last stage that is built; null where the Dockerfile cannot be read. No part of the fingerprint. */
  readonly lastStage: string | null;
  readonly settings: readonly Setting[];
  /** In the order in which they stand, of the stages that the build reaches, with the ARGs before them. */
  readonly instructions: readonly InstructionInput[];
  readonly contexts: readonly ContextInput[];
  readonly linked: readonly LinkedInput[];
  readonly images: readonly ImageInput[];
  /** Why equal fingerprints do not mean equal inputs, as clauses for people; empty where they do. */
  readonly unknown: readonly string[];
}

/** A part of the definition, such as `platforms`, `arg VERSION` or `secret npm`. */
export interface Setting {
  readonly name: string;
  /** Null where the value is not to be seen. */
  readonly value: string | null;
  readonly digest: string;
}

export interface InstructionInput {
  readonly digest: string;
  /** From 1. */
  readonly line: number;
  /** As written, on one line and cut; of ARG and ENV the names alone. */
  readonly text: string;
}

export interface ContextInput {
  /** Empty for the main one. */
  readonly name: string;
  readonly digest: string;
  /** Null for one that is not a folder of this machine. */
  readonly files: FoundFiles | null;
}

export interface LinkedInput {
  readonly target: string;
  readonly fingerprint: string;
}

export interface ImageInput {
  /** As written. */
  readonly name: string;
  /** Digest of the reference, its variables replaced. */
  readonly ref: string;
  /** The reference itself, which no record has; null where it cannot be told. */
  readonly resolved: string | null;
}
