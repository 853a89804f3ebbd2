import { type CommandEntry, isShown, type LeafEntry } from "../command.ts";
import type { CommandSpec, FlagSpec, Kind, Values } from "./flag-specs.ts";

/** What fits at the cursor. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  /** Paths that fit besides: completing those is the shell's work. */
  readonly paths: "files" | "folders" | null;
}

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

export interface CompletionSource {
  readonly entries: readonly CommandEntry[];
  specOf(entry: LeafEntry): Promise<CommandSpec>;
  /** Names of a kind, given what stands on the command line. */
  namesOf(kind: Exclude<Kind, "file" | "folder">, line: ReadLine): Promise<readonly string[]>;
}

/** What stands in front of the cursor, behind the command. */
interface ReadLine {
  /** Values by long flag. */
  readonly values: Readonly<Record<string, readonly string[]>>;
  readonly args: readonly string[];
  /** The flag whose value stands at the cursor. */
  readonly open: FlagSpec | null;
  /** Behind `--`, where nothing is a flag. */
  readonly isEnded: boolean;
}

const nothing: Completion = { candidates: [], paths: null };

/** @param words of the command line from behind the program's name to the cursor; the last is what the cursor is in */
export async function complete(words: readonly string[], source: CompletionSource): Promise<Completion> {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? "";
  const isHelp = before[0] === "help";
  let entries: readonly CommandEntry[] = source.entries.filter(isShown);
  for (const [index, word] of (isHelp ? before.slice(1) : before).entries()) {
    const entry = entries.find(({ name }) => name === word);
    if (entry === undefined) return nothing;
    if ("subcommands" in entry) {
      entries = entry.subcommands;
      continue;
    }
    if (isHelp) return nothing;
    const spec = await source.specOf(entry);
    return starting(
      current,
      await completeArgument(spec, readLine(spec, before.slice(index + 1)), { current, source }),
    );
  }
  const isTop = before.length === 0;
  const more = isTop ? [{ value: "help", description: "print what a command takes" }] : [];
  const flags = (isTop ? ["--help", "--version"] : ["--help"]).map((value) => ({ value, description: "" }));
  const commands = entries.map(({ name, summary }) => ({ value: name, description: summary }));
  const shown = current.startsWith("-") ? flags : [...commands, ...more];
  return starting(current, { candidates: isHelp && current.startsWith("-") ? [] : shown, paths: null });
}

function readLine(spec: CommandSpec, words: readonly string[]): ReadLine {
  const values: Record<string, string[]> = {};
  const args: string[] = [];
  let open: FlagSpec | null = null;
  let isEnded = false;
  for (const word of words) {
    const isFlag = !isEnded && word.startsWith("-") && word !== "-";
    if (open !== null && (!isFlag || open.value?.isList !== true)) {
      (values[open.names[0] ?? ""] ??= []).push(word);
      if (open.value?.isList !== true) open = null;
    } else if (word === "--" && !isEnded) {
      isEnded = true;
      open = null;
    } else if (isFlag) {
      const [name = "", ...rest] = word.split("=");
      const flag = spec.flags.find(({ names }) => names.includes(name));
      const takesNext = flag !== undefined && flag.value !== null && rest.length === 0;
      if (flag !== undefined && rest.length > 0) (values[flag.names[0] ?? ""] ??= []).push(rest.join("="));
      open = takesNext ? flag : null;
    } else args.push(word);
  }
  return { values, args, open, isEnded };
}

interface Place {
  readonly current: string;
  readonly source: CompletionSource;
}

async function completeArgument(spec: CommandSpec, line: ReadLine, { current, source }: Place): Promise<Completion> {
  const [name = "", value] = current.startsWith("--") ? current.split("=", 2) : [];
  if (line.open?.value != null) {
    const found = await completeValues(line.open.value, line, source);
    // A list may end with any flag.
    const more = line.open.value.isList && current.startsWith("-") ? flagsOf(spec) : [];
    return { ...found, candidates: [...found.candidates, ...more] };
  }
  if (value !== undefined && !line.isEnded) {
    const flag = spec.flags.find(({ names }) => names.includes(name));
    if (flag?.value == null) return nothing;
    const found = await completeValues(flag.value, line, source);
    return {
      ...found,
      candidates: found.candidates.map((each) => ({ value: `${name}=${each.value}`, description: each.description })),
    };
  }
  if (current.startsWith("-") && !line.isEnded) return { candidates: flagsOf(spec), paths: null };
  const last = spec.args.at(-1);
  const argument = spec.args[line.args.length] ?? (last?.isList === true ? last : undefined);
  if (argument === undefined)
    return current === "" && line.args.length === 0 ? { candidates: flagsOf(spec), paths: null } : nothing;
  const found = await completeValues(argument, line, source);
  return { ...found, candidates: found.candidates.filter(({ value: each }) => !line.args.includes(each)) };
}

function flagsOf({ flags }: CommandSpec): readonly Candidate[] {
  return flags.map(({ names: [value = ""], description }) => ({ value, description }));
}

async function completeValues(
  { choices, kinds }: Values,
  line: ReadLine,
  source: CompletionSource,
): Promise<Completion> {
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      if (kind === "file" || kind === "folder") return [];
      const names = await source.namesOf(kind, line).catch(() => []);
      return names.map((value) => ({ value, description: kind }));
    }),
  );
  const candidates = choices.map((value): Candidate => ({ value, description: "" })).concat(lists.flat());
  const unique = new Map(candidates.toReversed().map((each) => [each.value, each]));
  return {
    candidates: [...unique.values()].toReversed(),
    paths: kinds.includes("file") ? "files" : kinds.includes("folder") ? "folders" : null,
  };
}

function starting(current: string, { candidates, paths }: Completion): Completion {
  return { candidates: candidates.filter(({ value }) => value.startsWith(current)), paths };
}
