import type { Command } from "commander";
import { showBytes, showCount } from "../../../diagnostics/units.ts";
import { pruneLayerCaches, type PrunedLayers } from "../../../run/layers/prune.ts";
import type { CommandContext } from "../../command.ts";
import { askYes, canAsk } from "../../report/ask.ts";
import { formatTable, outputWidth, showAge } from "../../report/table.ts";
import { type KeepFlags, readRules, requireDuration } from "../keep-rules.ts";
import { BkcacheError } from "../../../diagnostics/error.ts";
import { reportFindings, silentJson } from "./silent.ts";

interface PruneOptions extends KeepFlags {
  readonly unreachable?: true;
  readonly grace?: string;
  readonly dryRun?: true;
  readonly all?: true;
  readonly yes?: true;
  readonly cache?: string;
  readonly backend?: readonly string[];
  readonly json?: true;
  readonly level?: string;
  readonly config?: string;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .option("--keep-last <n>", "of each target, scopes to keep besides the default one: those written last")
    .option(
      "--keep-within <duration>",
      "delete what was not written for so long, such as 14d (without a rule what the config says, else 30d)",
    )
    .option("--max-bytes <size>", "delete the oldest until the layers of the rest fit, such as 100GB")
    .option("--unreachable", "delete no cache that is sound; only layers that none names")
    .option(
      "--grace <duration>",
      "how long a layer must be unused before it goes: longer than any build (default: 24h)",
    )
    .option("--dry-run", "delete nothing; print what would go")
    .option("--all", "the caches of other projects below the prefix, too")
    .option("--yes", "delete without asking")
    .option("--cache <use>", "as for bake; read-write allows it for a pull request")
    .option("--backend <backend...>", "only these backends (default: all of type local, s3 and gcs)")
    .option("--json", "print what was deleted as JSON")
    .option("--level <level>", "look into the place of this level of trust instead of the run's own")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      `
Goes over the caches of this project, or of all with --all. A cache goes where any given rule says so, and where a layer of
it is missing, since BuildKit fails builds over that. Layers that no cache names go in a later run: one notes them, and one
that is later by the grace deletes them. It shows what will go and asks; where there is no terminal it needs --yes, and ends
with exit code 2 without. Exit code 3 where a backend does not answer.
`,
    )
    .action((options: PruneOptions) => prune(options, context));
}

async function prune(options: PruneOptions, context: CommandContext): Promise<void> {
  const { host, reporter } = context;
  const dryRun = options.dryRun === true;
  const pruned = await pruneLayerCaches(host, {
    config: options.config,
    level: options.level,
    backends: options.backend ?? [],
    cache: options.cache,
    keep: readKeep(options),
    grace: options.grace === undefined ? null : requireDuration("--grace", options.grace),
    dryRun,
    all: options.all === true,
    confirm: options.yes === true ? null : canAsk() ? (preview) => confirm(preview, context) : "nobody",
  });
  const isDeclined = !dryRun && !pruned.isDone;
  if (options.json) reporter.json(prunedLayersJson(pruned));
  else if (!isDeclined) reporter.result(renderPruned(pruned));
  if (isDeclined) host.tell({ level: "info", message: "nothing was deleted" });
  reportFindings({ ...pruned, places: pruned.places.map(({ result }) => result) }, context);
}

function readKeep(options: PruneOptions): ReturnType<typeof readRules> {
  const rules = readRules(options);
  if (options.unreachable !== true) return rules;
  if (rules === null) return {};
  throw new BkcacheError({
    code: "BK1002",
    message: "--unreachable stands for itself, and a rule is given",
    hint: "leave --unreachable out: layers that no cache names go anyway",
  });
}

/** Layers that no cache names go unasked. */
async function confirm(preview: PrunedLayers, { host, reporter }: CommandContext): Promise<boolean> {
  const count = preview.places.reduce((sum, { caches }) => sum + caches.length, 0);
  if (count === 0) return true;
  reporter.lines(renderPruned(preview).trimEnd().split("\n"));
  return askYes(`delete ${showCount(count, "cache")} of ${preview.project ?? "all projects"}?`, host.signal);
}

function renderPruned({ places, isDone }: PrunedLayers): string {
  const blocks = places.map(({ place, grace, caches, result }) => {
    const rows = caches.map(({ label, scope, why }) => [
      label,
      scope ?? "-",
      why === "broken" ? "a layer is missing" : "",
    ]);
    const columns = [{ head: "TARGET", least: 10 }, { head: "SCOPE", least: 6 }, { head: "" }];
    const verb = isDone ? "deleted" : "would delete";
    const { deleted, waiting, kept, keptCaches, otherCaches } = result;
    const others = otherCaches === 0 ? "" : `, ${otherCaches} of them of other projects`;
    return [
      ...(rows.length === 0 ? [] : [...formatTable(columns, rows, outputWidth()), ""]),
      `${place}: ${verb} ${showCount(caches.length, "cache")} and ${showCount(deleted.count, "layer")} (${showBytes(deleted.bytes)})`,
      ...(waiting.count === 0
        ? []
        : [
            `${showCount(waiting.count, "unused layer")} (${showBytes(waiting.bytes)}) for a run that comes ${showAge(grace)} later or more`,
          ]),
      `${showCount(keptCaches, "cache")} (${showBytes(kept.bytes)}) ${isDone ? (keptCaches === 1 ? "stays" : "stay") : "would stay"}${others}`,
    ];
  });
  return blocks.map((lines) => `${lines.join("\n")}\n`).join("\n");
}

export function prunedLayersJson(pruned: PrunedLayers): object {
  return {
    version: 1,
    project: pruned.project,
    dryRun: !pruned.isDone,
    backends: pruned.places.map(({ backend, place, caches, result }) => ({
      backend,
      place,
      caches,
      deleted: result.deleted,
      waiting: result.waiting,
      kept: { caches: result.keptCaches, ofOthers: result.otherCaches, ...result.kept },
    })),
    failed: silentJson(pruned),
  };
}
