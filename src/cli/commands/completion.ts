import type { Command } from "commander";
import type { CommandContext, CommandEntry } from "../command.ts";

const shells = ["bash", "zsh", "fish"] as const;

export function define(command: Command, context: CommandContext): Command {
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

/** Fixed arguments and long flags of every command, read from the definitions that parse them. */
async function wordsByCommand(context: CommandContext): Promise<ReadonlyMap<string, readonly string[]>> {
  const { Command } = await import("commander");
  const words = new Map<string, readonly string[]>();
  for (const entry of context.commands) {
    const defined = (await entry.load()).define(new Command(entry.name), context);
    const fixed = defined.registeredArguments.flatMap((argument) => argument.argChoices ?? []);
    words.set(entry.name, [...fixed, ...defined.options.flatMap((option) => option.long ?? []), "--help"]);
  }
  return words;
}

function script(
  shell: (typeof shells)[number],
  commands: readonly CommandEntry[],
  words: ReadonlyMap<string, readonly string[]>,
): string {
  const verbs = commands.map((entry) => entry.name).join(" ");
  if (shell === "fish") {
    return [
      "complete -c bkcache -n __fish_use_subcommand -f",
      ...commands.map(
        (entry) =>
          `complete -c bkcache -n __fish_use_subcommand -a ${entry.name} -d '${entry.summary.replaceAll("'", "")}'`,
      ),
      ...[...words].flatMap(([verb, list]) =>
        list.map((word) => {
          const what = word.startsWith("--") ? `-l ${word.slice(2)}` : `-f -a ${word}`;
          return `complete -c bkcache -n '__fish_seen_subcommand_from ${verb}' ${what}`;
        }),
      ),
      "",
    ].join("\n");
  }
  const cases = [...words].map(([verb, list]) => `    ${verb}) words="${list.join(" ")}" ;;`).join("\n");
  const bash = `_bkcache() {
  local words="${verbs} --help --version"
  if [ "$COMP_CWORD" -gt 1 ]; then
    case "\${COMP_WORDS[1]}" in
${cases}
    *) words="" ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _bkcache bkcache
`;
  return shell === "bash" ? bash : `autoload -Uz bashcompinit && bashcompinit\n${bash}`;
}
