import type { Command } from "commander";
import type { CommandContext, CommandEntry } from "../command.ts";

const shells = ["bash", "zsh", "fish"] as const;

export function configure(command: Command, context: CommandContext): Command {
  return command
    .addArgument(command.createArgument("<shell>", "which shell").choices(shells))
    .addHelpText(
      "after",
      "\nbash: source <(bkcache completion bash)\nzsh:  source <(bkcache completion zsh)\nfish: bkcache completion fish | source\n",
    )
    .action(async (shell: (typeof shells)[number]) => {
      context.reporter.result(script(shell, context.commands, await wordsByCommand(context)));
    });
}

/**
 * Fixed arguments and long flags of every command, read from the definitions that parse them; by the names that lead
 * to the command, with a space between. A group has its commands.
 */
async function wordsByCommand(context: CommandContext): Promise<ReadonlyMap<string, readonly string[]>> {
  const { Command } = await import("commander");
  const words = new Map<string, readonly string[]>();
  const add = async (path: string, entry: CommandEntry): Promise<void> => {
    if ("subcommands" in entry) {
      words.set(path, [...entry.subcommands.map(({ name }) => name), "--help"]);
      for (const below of entry.subcommands) await add(`${path} ${below.name}`, below);
      return;
    }
    const configured = (await entry.load()).configure(new Command(entry.name), context);
    const fixed = configured.registeredArguments.flatMap((argument) => argument.argChoices ?? []);
    words.set(path, [...fixed, ...configured.options.flatMap((option) => option.long ?? []), "--help"]);
  };
  for (const entry of context.commands) await add(entry.name, entry);
  return words;
}

function script(
  shell: (typeof shells)[number],
  commands: readonly CommandEntry[],
  words: ReadonlyMap<string, readonly string[]>,
): string {
  if (shell === "fish") return fishScript(commands, words);
  const bash = bashScript(commands, words);
  return shell === "bash" ? bash : `autoload -Uz bashcompinit && bashcompinit\n${bash}`;
}

function fishScript(commands: readonly CommandEntry[], words: ReadonlyMap<string, readonly string[]>): string {
  const lines = ["complete -c bkcache -n __fish_use_subcommand -f"];
  const describe = (condition: string, { name, summary }: CommandEntry) =>
    lines.push(`complete -c bkcache -n ${condition} -f -a ${name} -d '${summary.replaceAll("'", "")}'`);
  const offer = (condition: string, path: string) => {
    for (const word of words.get(path) ?? []) {
      const what = word.startsWith("--") ? `-l ${word.slice(2)}` : `-f -a ${word}`;
      lines.push(`complete -c bkcache -n '${condition}' ${what}`);
    }
  };
  for (const entry of commands) {
    const isSeen = `__fish_seen_subcommand_from ${entry.name}`;
    describe("__fish_use_subcommand", entry);
    if (!("subcommands" in entry)) {
      offer(isSeen, entry.name);
      continue;
    }
    const names = entry.subcommands.map(({ name }) => name).join(" ");
    for (const below of entry.subcommands) {
      describe(`'${isSeen}; and not __fish_seen_subcommand_from ${names}'`, below);
      offer(`${isSeen}; and __fish_seen_subcommand_from ${below.name}`, `${entry.name} ${below.name}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function bashScript(commands: readonly CommandEntry[], words: ReadonlyMap<string, readonly string[]>): string {
  const assign = (path: string) => `words="${(words.get(path) ?? []).join(" ")}"`;
  const cases = commands.map((entry) => {
    if (!("subcommands" in entry)) return `    ${entry.name}) ${assign(entry.name)} ;;`;
    const below = entry.subcommands.map(({ name }) => `        ${name}) ${assign(`${entry.name} ${name}`)} ;;`);
    return `    ${entry.name})
      ${assign(entry.name)}
      if [ "$COMP_CWORD" -gt 2 ]; then
        case "\${COMP_WORDS[2]}" in
${below.join("\n")}
        *) words="" ;;
        esac
      fi ;;`;
  });
  return `_bkcache() {
  local words="${commands.map((entry) => entry.name).join(" ")} --help --version"
  if [ "$COMP_CWORD" -gt 1 ]; then
    case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    *) words="" ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _bkcache bkcache
`;
}
