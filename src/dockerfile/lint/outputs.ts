import { posix } from "node:path";
import { programOf, type ShellCommand } from "../shell-commands.ts";
import { imagePath } from "./paths.ts";
import type { Lookup } from "../shell-words.ts";
import { substitute } from "./variables.ts";

/** What a step puts into the image, as far as its words say so. */
export interface Output {
  /** Absolute. */
  readonly path: string;
  /** `folder`: made, with nothing in it. */
  readonly kind: "contents" | "folder";
}

export interface Emptied {
  /** Absolute. */
  readonly path: string;
  /** As written. */
  readonly word: string;
  /** Whether the folder itself stays. */
  readonly staysItself: boolean;
}

/** A command with the folder that it runs in. */
export interface PlacedCommand extends ShellCommand {
  /** Null where it cannot be told. */
  readonly cwd: string | null;
  /** Paths at which it removes what there was. */
  readonly removes: readonly string[];
  /** Folders that it removes, or only all that is in them. */
  readonly empties: readonly Emptied[];
  readonly writes: readonly Output[];
  /** Every word that is a path, resolved. */
  readonly mentions: readonly string[];
}

interface Surroundings {
  readonly workdir: string | null;
  readonly lookup: Lookup;
  /** What `~` stands for; null where nobody can tell. */
  readonly home: string | null;
}

/** Each command has a copy of them; scripts that set more are nobody's work. */
const mostVariables = 200;

/** Follows `cd` and the variables that a script sets through the commands of one RUN. */
export function placeCommands(
  commands: readonly ShellCommand[],
  { workdir, lookup, home }: Surroundings,
): readonly PlacedCommand[] {
  let cwd = workdir;
  /** What the script sets itself hides what the Dockerfile says. */
  const own = new Map<string, string | null>();
  let exported: Readonly<Record<string, string>> = {};
  const lookupBoth: Lookup = (name) => {
    if (own.has(name)) return own.get(name);
    return name === "HOME" ? (lookup(name) ?? home) : lookup(name);
  };
  return commands.map((command) => {
    const program = programOf(command);
    const set = assignmentsOf(command, program);
    for (const [name, value] of set) own.set(name, substitute(value, lookupBoth));
    if (set.length > 0 && own.size <= mostVariables) exported = knownOf(own);
    const resolve = (word: string): string | null => {
      const text = substitute(word, lookupBoth);
      if (text === null) return null;
      return imagePath(home === null ? text : text.replace(/^~(?=\/|$)/, home), cwd);
    };
    const env = Object.fromEntries(
      Object.entries(command.env).map(([name, value]) => [name, substitute(value, lookupBoth) ?? value]),
    );
    const placed = { ...command, env: { ...exported, ...env }, cwd, ...effectsOf(command, resolve) };
    if (program === "cd" || program === "pushd")
      cwd = command.words[1] === undefined ? null : resolve(command.words[1]);
    return placed;
  });
}

function knownOf(values: ReadonlyMap<string, string | null>): Readonly<Record<string, string>> {
  return Object.fromEntries([...values].flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}

/** Those that hold for the commands after it. */
function assignmentsOf({ env, words }: ShellCommand, program: string | null): readonly (readonly [string, string])[] {
  if (words.length === 0) return Object.entries(env);
  if (program !== "export" && program !== "declare" && program !== "readonly") return [];
  return words.flatMap((word) => {
    const [, name, value] = /^(\w+)=([^]*)$/.exec(word) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
}

type Resolve = (word: string) => string | null;

function effectsOf(
  command: ShellCommand,
  resolve: Resolve,
): Pick<PlacedCommand, "removes" | "empties" | "writes" | "mentions"> {
  const paths = (words: readonly string[]) => words.map(resolve).filter((path) => path !== null);
  const operands = command.words.slice(1).filter((word) => !word.startsWith("-"));
  const program = programOf(command) ?? "";
  const contents = [
    ...paths(command.outputs.filter((word) => !word.startsWith("/dev/"))),
    ...paths(outputFlags(program, command.words)),
    ...writtenOperands(program, command.words, operands, resolve),
  ].map((path) => ({ path, kind: "contents" as const }));
  const folders = program === "mkdir" ? paths(operands).map((path) => ({ path, kind: "folder" as const })) : [];
  return {
    removes:
      program === "rm" || program === "rmdir" ? paths(operands) : program === "mv" ? paths(operands.slice(0, -1)) : [],
    empties: emptiedBy(program, command.words, operands, resolve),
    writes: [...contents, ...folders],
    mentions: paths([
      ...command.words.slice(1).flatMap((word) => [word, word.replace(/^-[^=]*=/, "")]),
      ...command.outputs,
    ]),
  };
}

/** The last part of a path that stands for all there is, or for all that a package manager keeps. */
const everything = /\/(?:\*{1,2}|\*\.\*|\.\*|\.\[\^?!?\.\]\*|\*\.(?:deb|rpm|apk|whl|crate|tgz))$/;

function emptiedBy(
  program: string,
  words: readonly string[],
  operands: readonly string[],
  resolve: Resolve,
): readonly Emptied[] {
  const one = (word: string) => {
    const isPattern = everything.test(word) || word === "*";
    const path = resolve(isPattern ? word.replace(everything, "").replace(/^\*$/, ".") || "/" : word);
    return path === null ? [] : [{ path, word, staysItself: isPattern }];
  };
  if (program === "rm") return operands.flatMap(one);
  if (program !== "find") return [];
  const isDeleting = words.includes("-delete") || words.some((word, i) => word === "-exec" && words[i + 1] === "rm");
  const isSelective = words.some((word) =>
    /^-(?:i?name|i?path|[acm]time|[acm]min|newer\w*|size|user|empty|i?regex|perm)$/.test(word),
  );
  if (!isDeleting || isSelective) return [];
  const first = words.findIndex((word, i) => i > 0 && word.startsWith("-"));
  return words.slice(1, first === -1 ? undefined : first).flatMap((word) => one(`${word}/*`));
}

/** Programs whose `-o` is no file. */
const otherO = new Set([
  "apt",
  "apt-get",
  "aptitude",
  "ssh",
  "scp",
  "set",
  "useradd",
  "usermod",
  "groupadd",
  "ps",
  "mount",
  "find",
  "grep",
  "egrep",
  "test",
  "[",
  "shopt",
  "ls",
  "getopt",
  "chown",
]);

/** Values of `-o FILE`, `--output FILE`, `--output=FILE` and wget's `-O FILE`. */
function outputFlags(program: string, words: readonly string[]): readonly string[] {
  if (otherO.has(program)) return [];
  const values: string[] = [];
  for (const [index, word] of words.entries()) {
    const next = words[index + 1];
    const isFlag = word === "-o" || word === "--output" || (word === "-O" && program === "wget");
    if (isFlag && next !== undefined && !next.startsWith("-")) values.push(next);
    else if (word.startsWith("--output=")) values.push(word.slice("--output=".length));
  }
  return values;
}

/** What the operands of programs that write files name, absolute. */
function writtenOperands(
  program: string,
  words: readonly string[],
  operands: readonly string[],
  resolve: Resolve,
): readonly string[] {
  const one = (word: string | undefined) => {
    const path = word === undefined ? null : resolve(word);
    return path === null ? [] : [path];
  };
  const valueOf = (flag: string) => {
    const at = words.indexOf(flag);
    return at === -1 ? undefined : words[at + 1];
  };
  switch (program) {
    case "cp":
    case "mv":
    case "install":
    case "ln": {
      if (program === "install" && words.includes("-d")) return [];
      const folder = valueOf("-t");
      if (folder !== undefined) return one(folder);
      const last = operands.at(-1);
      if (operands.length < 2 || last === undefined) return [];
      const isFolder = last.endsWith("/") || operands.length > 2;
      const names = isFolder ? operands.slice(0, -1).map((each) => posix.join(last, posix.basename(each))) : [last];
      return names.flatMap(one);
    }
    case "tee":
    case "touch":
      return operands.flatMap(one);
    case "git":
      return operands[0] === "clone" && operands.length > 2 ? one(operands.at(-1)) : [];
    case "tar":
      return one(valueOf("-C"));
    case "unzip":
      return one(valueOf("-d"));
    default:
      return [];
  }
}
