import type { ResolvedMount } from "../../config/resolved.ts";
import type { Path } from "../../config/source-map.ts";
import type { Code } from "../../diagnostics/codes.ts";
import type { Dockerfile, Range } from "../model.ts";
import type { StageWalk, Step } from "./walk.ts";

/** A target of the config, as far as it says how its Dockerfile is used. */
export interface LintTarget {
  readonly name: string;
  /** Indexes of the stages that it needs. */
  readonly stages: ReadonlySet<number>;
  /** Values of build arguments; null where a variable decides. */
  readonly args: Readonly<Record<string, string | null>>;
  /** What tells its context from those of other targets. */
  readonly context: string;
  /** Named contexts as bake spells them, such as `target:deps`. */
  readonly contexts: Readonly<Record<string, string>>;
  /** How many it is built for; 0 where it is left to the builder. */
  readonly platformCount: number;
  /** Whether it is to take anything from a cache. */
  readonly importsCache: boolean;
  readonly noCache: boolean;
  readonly noCacheFilter: readonly string[];
  /** Names of declared mounts; null where the Dockerfile decides. */
  readonly mounts: readonly string[] | null;
}

export interface LintFile {
  /** As findings show it. */
  readonly name: string;
  readonly dockerfile: Dockerfile;
  readonly walks: readonly StageWalk[];
  /** The text of a file of the context, by the path that COPY names; null where it is not there or not known. */
  readonly readSource: (path: string) => string | null;
  /** Those that are built from it; none without a config. */
  readonly targets: readonly LintTarget[];
}

/** What all rules look at: the Dockerfiles that belong together, and what is declared for them. */
export interface LintProject {
  /** What ids begin with. */
  readonly project: string;
  readonly files: readonly LintFile[];
  /** Null without a config. */
  readonly mounts: Readonly<Record<string, ResolvedMount>> | null;
  /** Whether `files` are all that the config builds, so that what is not in them is nowhere. */
  readonly isComplete: boolean;
}

/** A replacement in a Dockerfile. */
export interface Edit extends Range {
  readonly text: string;
}

export interface LintFinding {
  readonly code: Code;
  readonly at: FilePlace | ConfigPlace;
  /** Starts lower-case; names the wrong value. */
  readonly message: string;
  readonly hint?: string;
  /** Where the build may well pass, so that it is no error unless the config makes it one. */
  readonly isUncertain?: boolean;
  /** Declared mounts that the code is to get. */
  readonly mounts?: readonly string[];
  /** What mends it and changes nothing else; empty where that is not certain. */
  readonly edits?: readonly Edit[];
}

interface FilePlace {
  readonly file: LintFile;
  readonly range: Range;
}

/** Keys that lead to a value of the config. */
interface ConfigPlace {
  readonly path: Path;
}

/** One check; yields what it finds and throws nothing. */
export type LintRule = (project: LintProject) => Iterable<LintFinding>;

/** Every step of every Dockerfile, those of a stage once however many are made from it. */
export function* allSteps({ files }: LintProject): Iterable<{ readonly file: LintFile; readonly step: Step }> {
  for (const file of files) for (const { steps } of file.walks) for (const step of steps) yield { file, step };
}

/** The steps before one, those of the stages that its own is made from included. */
export function stepsBefore(step: Step): readonly Step[] {
  const { chain } = step.stage;
  const at = chain.indexOf(step);
  return at === -1
    ? chain.filter(({ instruction }) => instruction.range.start < step.instruction.range.start)
    : chain.slice(0, at);
}

/** The first line of an instruction, up to its flags' end at most. */
export function headOf(step: Step): Range {
  const { start } = step.instruction.range;
  return { start, end: start + step.instruction.keyword.length };
}

/** The name in quotes, or the number of a stage without one. */
export function nameOf({ stage }: StageWalk): string {
  return stage.name === null ? `stage ${stage.index}` : `stage ${JSON.stringify(stage.name)}`;
}
