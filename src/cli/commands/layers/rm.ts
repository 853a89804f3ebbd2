import type { Command } from "commander";
import { showCount } from "../../../diagnostics/units.ts";
import { removeLayers, type RemovedLayers } from "../../../run/layers/rm.ts";
import type { CommandContext } from "../../command.ts";
import { askYes, canAsk } from "../../report/ask.ts";
import { formatTable, outputWidth } from "../../report/table.ts";
import { reportFindings, silentJson } from "./silent.ts";

interface RmOptions {
  readonly scope?: string;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly cache?: string;
  readonly backend?: readonly string[];
  readonly json?: true;
  readonly level?: string;
  readonly config?: string;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .argument("[target...]", "targets whose caches go")
    .option("--scope <scope>", "only those of this scope; without a target all of this project in it")
    .option("--dry-run", "delete nothing; print what would go")
    .option("--yes", "delete without asking")
    .option("--cache <use>", "as for bake; read-write allows it for a pull request")
    .option("--backend <backend...>", "only these backends (default: all of type local, s3 and gcs)")
    .option("--json", "print what was deleted as JSON")
    .option("--level <level>", "look into the place of this level of trust instead of the run's own")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      `
The next build of these targets begins without a cache. Layers that no other cache names go in later runs of
\`bkcache layers prune\`, those of a local backend at once. It asks; where there is no terminal it needs --yes.
Exit code: 2 where there is no such target; 3 where a backend does not answer.
`,
    )
    .action((names: readonly string[], options: RmOptions) => remove(names, options, context));
}

async function remove(names: readonly string[], options: RmOptions, context: CommandContext): Promise<void> {
  const { host, reporter } = context;
  const { scope, config, level, cache, backend: backends = [] } = options;
  const dryRun = options.dryRun === true;
  const removed = await removeLayers(host, {
    names,
    scope,
    config,
    level,
    cache,
    backends,
    dryRun,
    confirm: options.yes === true ? null : canAsk() ? (preview) => confirm(preview, context) : "nobody",
  });
  const isDeclined = !dryRun && !removed.isDone;
  if (options.json) {
    reporter.json({ version: 1, dryRun: !removed.isDone, backends: removed.places, failed: silentJson(removed) });
  } else if (!isDeclined) reporter.result(render(removed));
  if (isDeclined) host.tell({ level: "info", message: "nothing was deleted" });
  reportFindings({ ...removed, places: [] }, context);
}

async function confirm(preview: RemovedLayers, { host, reporter }: CommandContext): Promise<boolean> {
  reporter.lines(render(preview).trimEnd().split("\n"));
  const count = preview.places.reduce((sum, { caches }) => sum + caches.length, 0);
  return askYes(`delete ${showCount(count, "cache")}?`, host.signal);
}

function render({ places, isDone }: RemovedLayers): string {
  const blocks = places.map(({ place, caches }) => {
    const rows = caches.map(({ label, scope }) => [label, scope ?? "-"]);
    const columns = [
      { head: "TARGET", least: 10 },
      { head: "SCOPE", least: 6 },
    ];
    const verb = isDone ? "deleted" : "would delete";
    return [
      ...(rows.length === 0 ? [] : [...formatTable(columns, rows, outputWidth()), ""]),
      `${place}: ${verb} ${showCount(caches.length, "cache")}`,
    ];
  });
  return blocks.map((lines) => `${lines.join("\n")}\n`).join("\n");
}
