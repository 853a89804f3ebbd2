import type { Command } from "commander";
import type { CommandContext } from "../command.ts";
import { scripts, shells } from "../complete/scripts.ts";

export function configure(command: Command, context: CommandContext): Command {
  return command
    .addArgument(command.createArgument("<shell>", "which shell").choices(shells))
    .addHelpText(
      "after",
      `
Completes commands, flags and their values, targets, groups, mounts, scopes, builders, files and the flags of buildx. One
line in the file that your shell reads at its start switches it on:
  ~/.bashrc                   source <(bkcache completion bash)
  ~/.zshrc                    source <(bkcache completion zsh)      # below compinit, where that is called
  ~/.config/fish/config.fish  bkcache completion fish | source
`,
    )
    .action((shell: (typeof shells)[number]) => context.reporter.result(scripts[shell]));
}
