import type { Command } from "commander";
import { BkcacheError } from "../../../diagnostics/error.ts";
import type { Repair } from "../../../carry/repair.ts";
import { repairMounts } from "../../../run/mounts/repair.ts";
import { showBytes, showCount } from "../../../diagnostics/units.ts";
import type { CommandContext } from "../../command.ts";
import { exitCodeOf } from "../../../diagnostics/codes.ts";
import { askYes, canAsk } from "../../report/ask.ts";

interface RepairOptions {
  readonly keep?: readonly string[];
  readonly yes?: true;
  readonly json?: true;
  readonly builder?: string;
  readonly config?: string;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .argument("[mount|target...]", "mounts, targets or groups (default: the mounts of all targets)")
    .option("--keep <record...>", "the folders that stay where several of one mount hold something")
    .option("--yes", "remove folders that hold something without asking")
    .option("--json", "print what was found and done as JSON")
    .option("--builder <builder>", "repair on this builder")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      `
Where the builder has several folders for one mount, the one with content stays and the empty ones are removed. A restore
that was cut off is put in place where it was complete, else removed. Waits while another build runs on the builder.
Exit code: 1 where you must choose which folder stays; 3 where a mount could not be repaired.
`,
    )
    .action((names: readonly string[], options: RepairOptions) => repair(names, options, context));
}

async function repair(names: readonly string[], options: RepairOptions, context: CommandContext): Promise<void> {
  const { host, reporter } = context;
  const repairs = await repairMounts(host, {
    names,
    config: options.config,
    builder: options.builder,
    keep: options.keep ?? [],
    confirm: async (question) => options.yes === true || confirm(question, host.signal),
  });
  if (options.json) reporter.json({ version: 1, mounts: repairs.map(toJson) });
  else if (repairs.length > 0) reporter.result(repairs.map(describe).join(""));
  else host.tell({ level: "info", message: "no target has a cache mount that can be carried" });
  const findings = repairs.flatMap(({ finding }) => finding ?? []);
  reporter.findings(findings, "error");
  const codes = findings.map((finding) => exitCodeOf(finding.code));
  if (codes.length > 0) context.setExitCode(Math.max(...codes));
}

async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  if (!canAsk()) {
    throw new BkcacheError({
      code: "BK1002",
      message: "a folder that holds something is removed only where that is agreed to",
      hint: "pass --yes",
    });
  }
  return askYes(question, signal);
}

function describe({ mount: { name }, outcome, settled, folders, kept, removed }: Repair): string {
  const lines = [
    ...(settled === null
      ? []
      : [`a restore that was cut off was ${settled === "finished" ? "put in place" : "removed"}`]),
    ...folders.map(({ record: { recordId }, files, bytes }) => {
      const fate = recordId === kept ? "kept" : removed.includes(recordId) ? "removed" : "left as it is";
      return `${recordId}: ${showCount(files, "file")}, ${showBytes(bytes)}: ${fate}`;
    }),
  ];
  return `${name}: ${labels[outcome]}\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

const labels: Readonly<Record<Repair["outcome"], string>> = {
  whole: "nothing to repair",
  absent: "not on the builder",
  mended: "repaired",
  declined: "left as it is",
  undecided: "you must choose",
  failed: "not repaired",
};

function toJson({ mount, outcome, settled, folders, kept, removed, finding }: Repair): object {
  return {
    name: mount.name,
    id: mount.identity.id,
    platform: mount.platform,
    outcome,
    settled,
    kept,
    removed,
    folders: folders.map(({ record: { recordId }, files, bytes }) => ({ recordId, files, bytes })),
    error: finding && { code: finding.code, message: finding.message },
  };
}
