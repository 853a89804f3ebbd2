import { type CommandEntry, type GroupEntry, isShown, type LeafEntry } from "./command.ts";

export interface FoundCommand {
  readonly kind: "command";
  readonly entry: LeafEntry;
  /** Names that lead to it, from the top. */
  readonly path: readonly string[];
  readonly args: readonly string[];
}

/** A group without a command below it: its help is what there is to print. */
interface FoundGroup {
  readonly kind: "group";
  readonly entry: GroupEntry;
  /** False where a command is missing. */
  readonly isHelp: boolean;
}

export interface UnknownCommand {
  readonly kind: "unknown";
  readonly wanted: string;
  /** The groups above it. */
  readonly path: readonly string[];
  /** Names that exist at that place. */
  readonly known: readonly string[];
}

/** What a command line calls. `help` in front of a command's name, at any place, stands for `--help` behind it. */
export function findCommand(
  entries: readonly CommandEntry[],
  argv: readonly string[],
): FoundCommand | FoundGroup | UnknownCommand {
  const isHelp = argv[0] === "help";
  const [wanted = "", ...rest] = isHelp ? argv.slice(1) : argv;
  const entry = entries.find((each) => each.name === wanted);
  if (entry === undefined)
    return { kind: "unknown", wanted, path: [], known: entries.filter(isShown).map(({ name }) => name) };
  if (!("subcommands" in entry)) {
    return { kind: "command", entry, path: [wanted], args: isHelp ? ["--help"] : rest };
  }
  const [next] = rest;
  const asksForGroup = next === undefined || next === "--help" || next === "-h" || (next === "help" && rest.length < 2);
  if (asksForGroup) return { kind: "group", entry, isHelp: isHelp || next !== undefined };
  const below = findCommand(entry.subcommands, isHelp ? ["help", ...rest] : rest);
  return below.kind === "group" ? below : { ...below, path: [wanted, ...below.path] };
}
