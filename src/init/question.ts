import type { BakeDefinition } from "../bake/printed.ts";

export type Env = Readonly<Record<string, string | undefined>>;

export interface SourceOptions {
  /** Folder that bake runs in. Absolute. */
  readonly dir: string;
  readonly env: Env;
  /** Values of -f. */
  readonly files: readonly string[];
  /** What stands in the files, where names are looked for that bake does not list. */
  readonly text: string;
  /** Values that variables have in every question. */
  readonly pinned?: Readonly<Record<string, string>>;
  /** What may be ids of secrets, the likely ones first. */
  readonly secretIds: readonly string[];
}

/** One question to bake; everything else of its answer is the same each time. */
export interface Question {
  /** Values of variables, as `--var`. */
  readonly vars?: Readonly<Record<string, string>>;
  /** A definition instead of the files. */
  readonly input?: string;
  /** A further bake file, in JSON, that is read on top. */
  readonly overlay?: string;
  /** What that definition is of: the same targets, each by itself. */
  readonly like?: BakeDefinition;
}

export type Answer = { readonly definition: BakeDefinition } | { readonly reason: string };

/** Asks bake for targets and groups by name. */
export type Print = (targets: readonly string[], question?: Question) => Promise<Answer>;
