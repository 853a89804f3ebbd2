import type { Command } from "commander";
import { BkcacheError } from "../../../diagnostics/error.ts";
import { renderSnippet } from "../../../dockerfile/snippet.ts";
import { openPlan } from "../../../source/open-plan.ts";
import { requireProject } from "../../../source/project.ts";
import { snippetOf } from "../../../generate/snippet.ts";
import type { CommandContext } from "../../command.ts";

interface SnippetOptions {
  readonly mount?: readonly string[];
  readonly json?: true;
  readonly config?: string;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .argument("[target]", "target or group whose mounts are wanted")
    .option("--mount <mount...>", "these mounts instead of a target's")
    .option("--json", "print the parts as JSON")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      "\nA target that names no mounts has those that its Dockerfile uses; the snippet then holds all that are declared.\n",
    )
    .action((target: string | undefined, options: SnippetOptions) => printSnippet(target, options, context));
}

async function printSnippet(
  target: string | undefined,
  options: SnippetOptions,
  context: CommandContext,
): Promise<void> {
  const { host, reporter } = context;
  const project = await requireProject(host, options.config);
  if ((target === undefined) === (options.mount === undefined)) {
    throw new BkcacheError({
      code: "BK1002",
      message: target === undefined ? "neither a target nor a mount is named" : "a target and mounts are named",
      hint: "run `bkcache mounts snippet TARGET`, or `bkcache mounts snippet --mount NAME...`",
    });
  }
  const { plan } = target === undefined ? project : await openPlan(host, project, [target]);
  const snippet = snippetOf(plan, target === undefined ? { mounts: options.mount ?? [] } : { target });
  if (options.json) reporter.json({ version: 1, target: target ?? null, ...snippet });
  else if (snippet.mounts.length > 0) reporter.result(renderSnippet(snippet));
  else {
    host.tell({
      level: "info",
      message: `${target} has no mounts; \`bkcache mounts presets\` shows what can be declared under \`mounts\``,
    });
  }
}
