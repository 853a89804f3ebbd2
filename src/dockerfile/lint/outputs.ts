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

/** A command with the folder that it runs in. */
export interface PlacedCommand extends ShellCommand {
  /** Null where it cannot be told. */
  readonly cwd: string | null;
  /** Paths at which it removes what there was. */
  readonly removes: readonly string[];
  readonly writes: readonly Output[];
  /** Every word that is a path, resolved. */
  readonly mentions: readonly string[];
}

/** Follows `cd` through the commands of one RUN. */
export function placeCommands(
  commands: readonly ShellCommand[],
  { workdir, lookup }: { readonly workdir: string | null; readonly lookup: Lookup },
): readonly PlacedCommand[] {
  let cwd = workdir;
  /** What the script sets itself hides what the Dockerfile says. */
  const own = new Map<string, string | null>();
  const lookupBoth: Lookup = (name) => (own.has(name) ? own.get(name) : lookup(name));
  return commands.map((command) => {
    if (command.words.length === 0) {
      for (const [name, value] of Object.entries(command.env)) own.set(name, substitute(value, lookupBoth));
    }
    const resolve = (word: string): string | null => {
      const text = substitute(word, lookupBoth);
      return text === null ? null : imagePath(text, cwd);
    };
    const placed = { ...command, cwd, ...effectsOf(command, resolve) };
    const program = programOf(command);
    if (program === "cd" || program === "pushd")
      cwd = command.words[1] === undefined ? null : resolve(command.words[1]);
    return placed;
  });
}

type Resolve = (word: string) => string | null;

function effectsOf(command: ShellCommand, resolve: Resolve): Pick<PlacedCommand, "removes" | "writes" | "mentions"> {
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
    writes: [...contents, ...folders],
    mentions: paths([
      ...command.words.slice(1).flatMap((word) => [word, word.replace(/^-[^=]*=/, "")]),
      ...command.outputs,
    ]),
  };
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
