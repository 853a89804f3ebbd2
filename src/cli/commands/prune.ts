import type { Command } from "commander";
import { exitCodeOf } from "../../diagnostics/codes.ts";
import { showBytes, showCount } from "../../diagnostics/units.ts";
import { pruneAll, type PrunedAll } from "../../run/prune.ts";
import type { CommandContext } from "../command.ts";
import { askYes, canAsk } from "../report/ask.ts";
import { type Column, formatTable, outputWidth } from "../report/table.ts";
import { prunedLayersJson } from "./layers/prune.ts";
import { reportFindings } from "./layers/silent.ts";
import { prunedMountsJson } from "./mounts/prune.ts";

interface PruneOptions {
  readonly dryRun?: true;
  readonly all?: true;
  readonly yes?: true;
  readonly cache?: string;
  readonly level?: string;
  readonly json?: true;
  readonly config?: string;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .option("--dry-run", "delete nothing; print what would go")
    .option("--all", "what is of other projects below the prefix, too")
    .option("--yes", "delete without asking")
    .option("--cache <use>", "as for bake; read-write allows it for a pull request")
    .option("--level <level>", "prune the place of this level of trust instead of the run's own")
    .option("--json", "print what was deleted as JSON")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      `
Goes over the layer caches of all backends and the snapshots of mounts, by \`retention\` of the config; without it caches
that were not written for 30 days go, and all snapshots but the last 3. For a nightly job, with --yes: what nothing names goes
in the run after the one that notes it. \`layers prune\` and \`mounts prune\` take rules of their own.
Exit code: 2 where nobody has agreed to it; 3 where a backend does not answer.
`,
    )
    .action((options: PruneOptions) => prune(options, context));
}

async function prune(options: PruneOptions, context: CommandContext): Promise<void> {
  const { host, reporter } = context;
  const dryRun = options.dryRun === true;
  const pruned = await pruneAll(host, {
    config: options.config,
    level: options.level,
    cache: options.cache,
    dryRun,
    all: options.all === true,
    confirm: options.yes === true ? null : canAsk() ? (preview) => confirm(preview, context) : "nobody",
  });
  const isDeclined = !dryRun && !pruned.isDone;
  const { layers, mounts, failures } = pruned;
  if (options.json) {
    const both = { layers: layers && prunedLayersJson(layers), mounts: mounts && prunedMountsJson(mounts) };
    reporter.json({ version: 1, project: pruned.project, dryRun: !pruned.isDone, ...both });
  } else if (!isDeclined) reporter.result(`${render(pruned).join("\n")}\n`);
  if (isDeclined) host.tell({ level: "info", message: "nothing was deleted" });
  const places = [...(layers?.places ?? []), ...(mounts === null ? [] : [mounts])].map(({ result }) => result);
  reportFindings({ places, silent: layers?.silent ?? [] }, context);
  reporter.findings(failures, "error");
  if (failures.length > 0) context.setExitCode(Math.max(...failures.map(({ code }) => exitCodeOf(code))));
}

/** What nothing names goes unasked. */
async function confirm(preview: PrunedAll, { host, reporter }: CommandContext): Promise<boolean> {
  const { layers, mounts, project } = preview;
  const caches = layers?.places.reduce((sum, place) => sum + place.caches.length, 0) ?? 0;
  const snapshots = mounts?.snapshots.length ?? 0;
  if (caches + snapshots === 0) return true;
  reporter.lines(render(preview));
  const what = `${showCount(caches, "cache")} and ${showCount(snapshots, "snapshot")}`;
  return askYes(`delete ${what} of ${project}?`, host.signal);
}

const columns: readonly Column[] = [
  { head: "PLACE", least: 10 },
  { head: "KIND" },
  { head: "GONE", isRight: true },
  { head: "STAY", isRight: true },
  { head: "BEFORE", isRight: true },
  { head: "AFTER", isRight: true },
  { head: "UNUSED", isRight: true },
];

/** UNUSED is in AFTER: what nothing names and a later run deletes. */
function render({ layers, mounts, isDone }: PrunedAll): readonly string[] {
  const rows = [
    ...(layers?.places ?? []).map(({ place, caches, result: { deleted, waiting, kept, keptCaches } }) =>
      rowOf([place, "layers", caches.length, keptCaches], [deleted.bytes, waiting.bytes, kept.bytes]),
    ),
    ...(mounts === null ? [] : [rowOfMounts(mounts)]),
  ];
  if (rows.length === 0) return ["nothing is pruned here"];
  return [...formatTable(columns, rows, outputWidth()), ...(isDone ? [] : ["", "nothing was deleted yet"])];
}

function rowOfMounts({ place, snapshots, result }: NonNullable<PrunedAll["mounts"]>): readonly string[] {
  const waiting = result.waitingPacks.reduce((sum, { size }) => sum + size, 0);
  return rowOf(
    [place, "mounts", snapshots.length, result.keptSnapshots],
    [result.freedBytes, waiting, result.keptBytes],
  );
}

function rowOf(
  texts: readonly (string | number)[],
  [deleted, waiting, kept]: readonly [number, number, number],
): readonly string[] {
  const sizes = [deleted + waiting + kept, waiting + kept, waiting].map(showBytes);
  return [...texts.map(String), ...sizes];
}
