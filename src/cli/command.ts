import type { Command } from "commander";
import type { Host } from "../host/host.ts";
import type { Reporter } from "./report/reporter.ts";

/** What every command gets: the outside world, and the way to speak. */
export interface CommandContext {
  readonly host: Host;
  readonly reporter: Reporter;
  /** Every verb, for the one that completes command lines. */
  readonly commands: readonly CommandEntry[];
  /** Set by a command's action; the process exits with it. */
  setExitCode(code: number): void;
  /** Says that this command runs until it is interrupted, so that an interrupt is its good end. */
  runsUntilInterrupted(): void;
}

/** A module under commands/: adds its options, arguments, help and action to an empty command. */
export interface CommandModule {
  configure(command: Command, context: CommandContext): Command;
  /**
   * Takes the arguments as they are, where another program's flags pass through: `define` then serves help and
   * completion alone. Null asks for the help text.
   */
  run?(args: readonly string[], context: CommandContext): Promise<number | null>;
}

interface NamedEntry {
  readonly name: string;
  readonly summary: string;
}

/** A command that does something; its module loads only when it is called. */
export interface LeafEntry extends NamedEntry {
  load(): Promise<CommandModule>;
  /** Whether its module takes the arguments as they are: what parses them loads for the help text alone then. */
  readonly takesForeignFlags?: boolean;
  /** For scripts of bkcache's own: no help names it. */
  readonly isHidden?: true;
}

/** A command that has commands below it and does nothing by itself. */
export interface GroupEntry extends NamedEntry {
  readonly subcommands: readonly LeafEntry[];
}

export type CommandEntry = LeafEntry | GroupEntry;

/** Whether helps and suggestions name it. */
export function isShown(entry: CommandEntry): boolean {
  return "subcommands" in entry || entry.isHidden !== true;
}
