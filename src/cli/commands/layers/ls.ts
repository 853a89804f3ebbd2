import type { Command } from "commander";
import { showBytes } from "../../../diagnostics/units.ts";
import { listLayers, type ListedLayers } from "../../../run/layers/ls.ts";
import type { CommandContext } from "../../command.ts";
import { type Column, formatTable, outputWidth, showAge } from "../../report/table.ts";
import { showWriter } from "../show-writer.ts";
import { reportFindings, silentJson } from "./silent.ts";

interface LsOptions {
  readonly scope?: string;
  readonly backend?: readonly string[];
  readonly json?: true;
  readonly level?: string;
  readonly config?: string;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .argument("[target...]", "targets whose caches are wanted (default: all)")
    .option("--scope <scope>", "only caches of this scope")
    .option("--backend <backend...>", "only these backends (default: all of type local, s3 and gcs)")
    .option("--json", "print them as JSON")
    .option("--level <level>", "look into the place of this level of trust instead of the run's own")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      `
Reads the manifests and no layers. SHARED is what other caches name too, so that it stays when this one goes.
Exit code: 2 where there is no such target; 3 where a backend does not answer.
`,
    )
    .action((names: readonly string[], options: LsOptions) => list(names, options, context));
}

async function list(names: readonly string[], options: LsOptions, context: CommandContext): Promise<void> {
  const { host, reporter } = context;
  const { scope, config, level, backend: backends = [] } = options;
  const listed = await listLayers(host, { names, scope, config, level, backends });
  if (options.json) reporter.json(toJson(listed));
  else if (listed.places.length > 0) reporter.result(render(listed, host.now()));
  reportFindings(listed, context);
}

const columns: readonly Column[] = [
  { head: "TARGET", least: 10 },
  { head: "SCOPE", least: 6 },
  { head: "SAVED", isRight: true },
  { head: "SIZE", isRight: true },
  { head: "LAYERS", isRight: true },
  { head: "SHARED", isRight: true },
  { head: "STEPS", isRight: true },
  { head: "WRITER", least: 7 },
];

function render({ places }: ListedLayers, now: number): string {
  const blocks = places.map(({ backend, place, caches }) => {
    const rows = caches.map(({ label, scope, ...cache }) => [
      label,
      scope ?? "-",
      showAge(now - cache.savedAt),
      showBytes(cache.bytes),
      String(cache.layers),
      showBytes(cache.sharedBytes),
      String(cache.steps),
      cache.writer === null ? "-" : showWriter(cache.writer),
    ]);
    const table = rows.length === 0 ? ["no layer caches"] : formatTable(columns, rows, outputWidth());
    return [`backend ${backend}: ${place}`, ...table];
  });
  return blocks.map((lines) => `${lines.join("\n")}\n`).join("\n");
}

/** Times as RFC 3339, bytes as numbers. */
function toJson(listed: ListedLayers): object {
  return {
    version: 1,
    backends: listed.places.map(({ backend, place, caches }) => ({
      backend,
      place,
      caches: caches.map(({ savedAt, ...cache }) => toEntry(cache, savedAt)),
    })),
    failed: silentJson(listed),
  };
}

function toEntry(cache: object, savedAt: number): object {
  return { ...cache, savedAt: new Date(savedAt).toISOString() };
}
