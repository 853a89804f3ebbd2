import { emitRunFile, type RunChoices } from "../bake/emit.ts";
import type { BakeArgs } from "../bake/argv.ts";
import { choicesOf } from "./evaluate.ts";
import type { Source } from "./open.ts";

/** Entries for the targets of a run file. */
type CacheLines = RunChoices["targets"];

/** The run file, for standard input alone: it may hold keys. */
export function runFile({ plan, definition }: Source, names: readonly string[], cache: CacheLines = {}): string {
  // Of a definition every text is literal; a variable would only be checked again, without the values of --var.
  return emitRunFile(definition === null ? plan : { ...plan, variables: {} }, choicesOf(names, cache));
}

/** A definition of bake's holds what was asked for under the name `default`, and linked targets besides. */
export function targetArguments({ definition }: Source, args: BakeArgs): readonly string[] {
  if (definition === null) return args.targets;
  return definition.groups["default"]?.targets ?? Object.keys(definition.targets);
}

export function fileFlags(files: readonly string[]): readonly string[] {
  return files.flatMap((file) => ["-f", file]);
}
