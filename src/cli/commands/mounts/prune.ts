import type { Command } from "commander";
import { showBytes, showCount } from "../../../diagnostics/units.ts";
import { pruneMounts, type PrunedMounts } from "../../../run/mounts/prune.ts";
import { defaultKeepLast } from "../../../upkeep/retention.ts";
import type { CommandContext } from "../../command.ts";
import { askYes, canAsk } from "../../report/ask.ts";
import { formatTable, outputWidth, showAge } from "../../report/table.ts";
import { type KeepFlags, readRules, requireDuration } from "../keep-rules.ts";

interface PruneOptions extends KeepFlags {
  readonly grace?: string;
  readonly dryRun?: true;
  readonly all?: true;
  readonly yes?: true;
  readonly cache?: string;
  readonly json?: true;
  readonly level?: string;
  readonly config?: string;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .option(
      "--keep-last <n>",
      `newest snapshots to keep of each mount in each scope (without a rule what the config says, else ${defaultKeepLast})`,
    )
    .option("--keep-within <duration>", "delete what is older, such as 14d; also the last one of a scope")
    .option("--max-bytes <size>", "delete the oldest until the rest fits, such as 10GB; the last of a scope stays")
    .option("--grace <duration>", "how long a pack must be unused before it goes: longer than any save (default: 24h)")
    .option("--dry-run", "delete nothing; print what would go")
    .option("--all", "the snapshots of other projects below the prefix, too")
    .option("--yes", "delete without asking")
    .option("--cache <use>", "as for bake; read-write allows it for a pull request")
    .option("--json", "print what was deleted as JSON")
    .option("--level <level>", "look into the place of this level of trust instead of the run's own")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      `
Goes over the snapshots of this project, or of all with --all. A snapshot goes where any given rule says so. Its packs go in a
later run: the first one notes which are unused, one that is later by the grace deletes them. It shows what will go and
asks; where there is no terminal it needs --yes, and ends with exit code 2 without.
`,
    )
    .action((options: PruneOptions) => prune(options, context));
}

async function prune(options: PruneOptions, context: CommandContext): Promise<void> {
  const { host, reporter } = context;
  const dryRun = options.dryRun === true;
  const pruned = await pruneMounts(host, {
    config: options.config,
    level: options.level,
    cache: options.cache,
    keep: readRules(options),
    grace: options.grace === undefined ? null : requireDuration("--grace", options.grace),
    dryRun,
    all: options.all === true,
    confirm: options.yes === true ? null : canAsk() ? (preview) => confirm(preview, context) : "nobody",
  });
  const isDeclined = !dryRun && !pruned.isDone;
  if (options.json) reporter.json(prunedMountsJson(pruned));
  else if (!isDeclined) reporter.result(`${render(pruned).join("\n")}\n`);
  if (isDeclined) host.tell({ level: "info", message: "nothing was deleted" });
  for (const finding of pruned.result.findings) host.tell({ ...finding, level: "warning" });
}

/** Packs that no snapshot uses go unasked. */
async function confirm(preview: PrunedMounts, { host, reporter }: CommandContext): Promise<boolean> {
  if (preview.snapshots.length === 0) return true;
  reporter.lines(render(preview));
  const whose = preview.project === null ? "all projects" : preview.project;
  return askYes(`delete ${showCount(preview.snapshots.length, "snapshot")} of ${whose}?`, host.signal);
}

function render({ place, isDone, grace, snapshots, result }: PrunedMounts): readonly string[] {
  const rows = snapshots.map(({ name, ref }) => [name, ref?.scope ?? "-", ref?.key ?? "-"]);
  const columns = [{ head: "MOUNT", least: 10 }, { head: "SCOPE", least: 6 }, { head: "KEY" }];
  const verb = isDone ? "deleted" : "would delete";
  const { keptSnapshots, otherSnapshots, packs, freedBytes, waitingPacks, keptBytes } = result;
  const waiting = waitingPacks.reduce((sum, { size }) => sum + size, 0);
  const others = otherSnapshots === 0 ? "" : `, ${otherSnapshots} of them of other projects`;
  return [
    ...(rows.length === 0 ? [] : [...formatTable(columns, rows, outputWidth()), ""]),
    `${place}: ${verb} ${showCount(snapshots.length, "snapshot")} and ${showCount(packs.length, "pack")} (${showBytes(freedBytes)})`,
    ...(waitingPacks.length === 0
      ? []
      : [
          `${showCount(waitingPacks.length, "unused pack")} (${showBytes(waiting)}) for a run that comes ${showAge(grace)} later or more`,
        ]),
    `${showCount(keptSnapshots, "snapshot")} (${showBytes(keptBytes)}) ${isDone ? "stay" : "would stay"}${others}`,
  ];
}

export function prunedMountsJson({ place, project, isDone, snapshots, result }: PrunedMounts): object {
  const sizes = (packs: PrunedMounts["result"]["packs"]) => ({
    packs: packs.length,
    bytes: packs.reduce((sum, { size }) => sum + size, 0),
  });
  return {
    version: 1,
    place,
    project,
    dryRun: !isDone,
    snapshots: snapshots.map(({ objectKey, name, ref }) => ({ name, ...(ref ?? noNames), objectKey })),
    deleted: sizes(result.packs),
    waiting: sizes(result.waitingPacks),
    kept: { snapshots: result.keptSnapshots, ofOthers: result.otherSnapshots, bytes: result.keptBytes },
  };
}

const noNames = { mount: null, scope: null, key: null } as const;
