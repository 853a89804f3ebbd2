import type { Command } from "commander";
import type { CommandContext } from "../command.ts";

export function configure(command: Command, context: CommandContext): Command {
  return command
    .option("--report", "print the schema of `bake --report` instead")
    .addHelpText(
      "after",
      "\nEditors check and complete a YAML config whose first line names the schema:\n  bkcache schema > bkcache.schema.json\n  # yaml-language-server: $schema=./bkcache.schema.json\n",
    )
    .action(async (options: { readonly report?: true }) => {
      const schema = options.report
        ? await import("../../../schemas/report.schema.json", { with: { type: "json" } })
        : await import("../../../schemas/bkcache.schema.json", { with: { type: "json" } });
      context.reporter.json(schema.default);
    });
}
