import type { Command } from "commander";
import { showBytes } from "../../../diagnostics/units.ts";
import { type MeasuredPlace, measureLayers } from "../../../run/layers/ls.ts";
import type { CommandContext } from "../../command.ts";
import { type Column, formatTable, outputWidth } from "../../report/table.ts";
import { reportFindings, silentJson, withoutFindings } from "./silent.ts";

interface DuOptions {
  readonly backend?: readonly string[];
  readonly json?: true;
  readonly level?: string;
  readonly config?: string;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .option("--backend <backend...>", "only these backends (default: all of type local, s3 and gcs)")
    .option("--json", "print it as JSON")
    .option("--level <level>", "look into the place of this level of trust instead of the run's own")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      `
SIZE is what the caches of a target come to, OWN what would go with them. Below stands all that lies in the backend: "unused"
are layers that no cache names, which \`bkcache layers prune\` deletes.
Exit code: 3 where a backend does not answer.
`,
    )
    .action((options: DuOptions) => measure(options, context));
}

async function measure(options: DuOptions, context: CommandContext): Promise<void> {
  const { host, reporter } = context;
  const measured = await measureLayers(host, {
    config: options.config,
    level: options.level,
    backends: options.backend ?? [],
  });
  const { places } = measured;
  if (options.json) {
    reporter.json({
      version: 1,
      backends: withoutFindings(places),
      failed: silentJson(measured),
    });
  } else if (places.length > 0) {
    reporter.result(places.map((place) => `${render(place).join("\n")}\n`).join("\n"));
  }
  reportFindings(measured, context);
}

const columns: readonly Column[] = [
  { head: "TARGET", least: 10 },
  { head: "CACHES", isRight: true },
  { head: "SIZE", isRight: true },
  { head: "OWN", isRight: true },
];
const kinds: readonly Column[] = [
  { head: "OBJECTS" },
  { head: "COUNT", isRight: true },
  { head: "SIZE", isRight: true },
];

function render(place: MeasuredPlace): readonly string[] {
  const targets = place.targets.map(({ label, caches, bytes, ownBytes }) => [
    label,
    String(caches),
    showBytes(bytes),
    showBytes(ownBytes),
  ]);
  const { used, unused, manifests, mounts, records } = place;
  const all = { "used layers": used, "unused layers": unused, manifests, mounts, records };
  const rows = Object.entries(all).map(([name, { count, bytes }]) => [name, String(count), showBytes(bytes)]);
  return [
    `backend ${place.backend}: ${place.place}`,
    ...(targets.length === 0 ? ["no layer caches"] : formatTable(columns, targets, outputWidth())),
    "",
    ...formatTable(kinds, rows, outputWidth()),
  ];
}
