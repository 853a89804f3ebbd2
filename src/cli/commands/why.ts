import type { Command } from "commander";
import { readReasons, type Reasons } from "../../run/why.ts";
import type { CommandContext } from "../command.ts";
import { plainLine } from "../report/plain.ts";

interface WhyOptions {
  readonly report?: string;
  readonly json?: true;
  readonly config?: string;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .argument("[target...]", "targets of the last bake (default: all)")
    .option("--report <file>", "read this report, not that of the last bake on this machine")
    .option("--json", "print the reasons as JSON")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      `
Says for each target which step ran first, and why: what was noted beside the cache that it read, against what it was made of in
that bake. Asks neither builder nor bucket.
`,
    )
    .action((names: readonly string[], options: WhyOptions) => showWhy(names, options, context));
}

async function showWhy(
  names: readonly string[],
  options: WhyOptions,
  { host, reporter }: CommandContext,
): Promise<void> {
  const { json, report, config } = options;
  const { startedAt, targets } = await readReasons(host, { names, report, config });
  if (json) {
    const reasons = Object.fromEntries(Object.entries(targets).map(([name, { why }]) => [name, why]));
    reporter.json({ version: 1, startedAt, targets: reasons });
    return;
  }
  const lines = Object.entries(targets).flatMap(([name, target]) => render(name, target));
  reporter.result(lines.map((line) => `${plainLine(line)}\n`).join(""));
}

function render(name: string, { why, steps }: Reasons["targets"][string]): readonly string[] {
  if (why === null) {
    return [steps === null ? `${name}: the builder keeps no history of it` : `${name}: every step came from the cache`];
  }
  return [`${name}: ${why.text}`, `  ran first: ${why.step}`, ...why.more.map((text) => `  also: ${text}`)];
}
