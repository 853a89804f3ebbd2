import type { Dockerfile, Instruction } from "../model.ts";
import { isJsonList } from "../parse.ts";
import { commandsOfWords, type ShellCommand, splitCommands } from "../shell-commands.ts";

/** Shells whose scripts can be read. */
const posixShell = /^(?:.*\/)?(?:sh|bash|ash|dash|zsh|ksh)$/;

/**
 * The commands of a RUN in any of its forms. None where the script is of another language.
 * @param shell arguments of the SHELL that counts; null without one
 */
export function commandsOf(
  dockerfile: Dockerfile,
  instruction: Instruction,
  shell: string | null,
): readonly ShellCommand[] {
  const { args, heredocs } = instruction;
  if (isJsonList(args)) return commandsOfWords(JSON.parse(args) as readonly string[]);
  if (shell !== null && !isPosix(shell)) return [];
  const [first] = heredocs;
  if (first === undefined) return splitCommands(args);
  const textOf = ({ range }: { readonly range: { readonly start: number; readonly end: number } }) =>
    dockerfile.text.slice(range.start, range.end).replaceAll("\r\n", "\n");
  const [, program] = /^(?:(\S+)(?:\s+-\S+)*\s+)?<<-?\s*\S+$/.exec(args) ?? [];
  const isScript = args.startsWith("<<")
    ? /^<<-?\s*\S+$/.test(args)
    : program !== undefined && posixShell.test(program);
  if (isScript) {
    const body = textOf(first);
    const interpreter = /^#!\s*(?:\S*\/env\s+)?(\S+)/.exec(body)?.[1];
    return interpreter === undefined || posixShell.test(interpreter) ? splitCommands(body) : [];
  }
  return splitCommands([args, ...heredocs.map((heredoc) => `${textOf(heredoc)}${heredoc.name}`)].join("\n"));
}

function isPosix(shell: string): boolean {
  return isJsonList(shell) && posixShell.test((JSON.parse(shell) as readonly string[])[0] ?? "");
}
