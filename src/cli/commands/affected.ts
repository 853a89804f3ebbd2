import type { Command } from "commander";
import { describeDifference } from "../../inputs/describe-difference.ts";
import { type Affected, type AffectedTarget, findAffected } from "../../run/affected.ts";
import type { CommandContext } from "../command.ts";
import { plainLine } from "../report/plain.ts";

interface AffectedOptions {
  readonly since?: string;
  readonly json?: true;
  readonly matrix?: true;
  readonly config?: string;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .argument("[target...]", "targets and groups (default: the group default)")
    .option("--since <scope>", "compare with the caches of this scope, not with those that a bake would read")
    .option("--json", "print every target with its differences as JSON")
    .addOption(
      command
        .createOption("--matrix", "print the changed targets as a matrix of GitHub Actions, on one line")
        .conflicts("json"),
    )
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      `
Compares what each target is made of with what was noted beside its cache when that was written. A target of which that cannot be
known, such as one without a cache, counts as changed. Asks no builder. Exit code: 0, whether anything has changed or not; 2 for
a command line or a config that is wrong.
`,
    )
    .action((names: readonly string[], options: AffectedOptions) => showAffected(names, options, context));
}

async function showAffected(
  names: readonly string[],
  { since, config, json, matrix }: AffectedOptions,
  { host, reporter }: CommandContext,
): Promise<void> {
  const found = await findAffected(host, { names, since, config });
  reporter.findings(found.failed, "warning");
  const affected = found.targets.filter(({ isAffected }) => isAffected);
  if (matrix) {
    reporter.result(`${JSON.stringify({ include: affected.map(({ target }) => ({ target })) })}\n`);
  } else if (json) {
    reporter.json(toJson(found));
  } else {
    reporter.result(affected.map((each) => `${render(each)}\n`).join(""));
    const all = found.targets.length;
    host.tell({ level: "info", message: `${affected.length} of ${all} target${all === 1 ? "" : "s"} changed` });
  }
}

function render(each: AffectedTarget): string {
  const clauses = clausesOf(each);
  if (clauses.length === 1) return plainLine(`${each.target}: ${clauses[0]}`);
  return [plainLine(`${each.target}:`), ...clauses.map((clause) => `  ${plainLine(clause)}`)].join("\n");
}

function clausesOf({ reason, differences }: AffectedTarget): readonly string[] {
  return reason === null ? differences.map(describeDifference) : [reason];
}

function toJson({ project, targets }: Affected): unknown {
  return {
    version: 1,
    project,
    targets: targets.map((each) => ({
      target: each.target,
      isAffected: each.isAffected,
      since: each.since,
      reasons: clausesOf(each),
      differences: each.differences,
    })),
  };
}
