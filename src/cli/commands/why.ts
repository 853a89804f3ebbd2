import type { Command } from "commander";
import { BkcacheError } from "../../diagnostics/error.ts";
import { nearest } from "../../diagnostics/nearest.ts";
import { type KeptReport, readReport } from "../../outcome/last-report.ts";
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
  const found = await readReport(host, { report, config });
  const known = Object.keys(found.targets);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw BkcacheError.of(
      unknown.map((name) => {
        const guess = nearest(name, known);
        const hint = guess === undefined ? `it built ${known.join(", ") || "nothing"}` : `did you mean ${guess}?`;
        return { code: "BK1002", message: `the last bake built no target "${name}"`, hint };
      }),
    );
  }
  const shown = names.length === 0 ? known : names;
  if (json) {
    const reasons = Object.fromEntries(shown.map((name) => [name, found.targets[name]?.why ?? null]));
    reporter.json({ version: 1, startedAt: found.startedAt, targets: reasons });
    return;
  }
  const lines = shown.flatMap((name) => render(name, found.targets[name]));
  reporter.result(lines.map((line) => `${plainLine(line)}\n`).join(""));
}

function render(name: string, target: KeptReport["targets"][string] | undefined): readonly string[] {
  const { why = null, steps = null } = target ?? {};
  if (why === null) {
    return [steps === null ? `${name}: the builder keeps no history of it` : `${name}: every step came from the cache`];
  }
  return [`${name}: ${why.text}`, `  ran first: ${why.step}`, ...why.more.map((text) => `  also: ${text}`)];
}
