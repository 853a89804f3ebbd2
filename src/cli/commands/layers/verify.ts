import type { Command } from "commander";
import { exitCodes } from "../../../diagnostics/exit-codes.ts";
import { showBytes, showCount } from "../../../diagnostics/units.ts";
import { type VerifiedLayers, verifyLayers } from "../../../run/layers/verify.ts";
import type { CommandContext } from "../../command.ts";
import { formatTable, outputWidth } from "../../report/table.ts";
import { reportFindings, silentJson, withoutFindings } from "./silent.ts";

interface VerifyOptions {
  readonly scope?: string;
  readonly backend?: readonly string[];
  readonly contents?: true;
  readonly json?: true;
  readonly level?: string;
  readonly config?: string;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .argument("[target...]", "targets whose caches are looked at (default: all)")
    .option("--scope <scope>", "only caches of this scope")
    .option("--backend <backend...>", "only these backends (default: all of type local, s3 and gcs)")
    .option("--contents", "read every layer too, and compare its digest")
    .option("--json", "print the result as JSON")
    .option("--level <level>", "look into the place of this level of trust instead of the run's own")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      `
Compares what manifests name with what is there, and its size. BuildKit fails a build over a layer that is not there;
\`bkcache layers prune\` removes such a cache, and a build that writes makes it anew.
Exit code: 1 where a cache is broken; 2 where there is no such target; 3 where a backend does not answer.
`,
    )
    .action((names: readonly string[], options: VerifyOptions) => verify(names, options, context));
}

async function verify(names: readonly string[], options: VerifyOptions, context: CommandContext): Promise<void> {
  const { host, reporter } = context;
  const { scope, config, level, backend: backends = [] } = options;
  const verified = await verifyLayers(host, {
    names,
    scope,
    config,
    level,
    backends,
    contents: options.contents === true,
  });
  const { places } = verified;
  if (places.some(({ broken }) => broken.length > 0)) context.setExitCode(exitCodes.negative);
  if (options.json) {
    reporter.json({
      version: 1,
      backends: withoutFindings(places),
      failed: silentJson(verified),
    });
  } else reporter.result(places.map((place) => `${render(place).join("\n")}\n`).join("\n"));
  reportFindings(verified, context);
}

function render({ place, caches, broken, blobs, read }: VerifiedLayers["places"][number]): readonly string[] {
  const columns = [
    { head: "BROKEN", least: 10 },
    { head: "SCOPE", least: 6 },
    { head: "WHY", least: 20 },
  ];
  const rows = broken.map(({ label, scope, missing, damaged }) => [
    label,
    scope ?? "-",
    [
      ...(missing.length === 0 ? [] : [`${showCount(missing.length, "layer")} missing: ${missing[0]}`]),
      ...(damaged.length === 0 ? [] : [`${showCount(damaged.length, "layer")} damaged: ${damaged[0]}`]),
    ].join("; "),
  ]);
  const what = `${showCount(blobs.count, "layer")} (${showBytes(blobs.bytes)}) of ${showCount(caches, "cache")}`;
  const how = read.count === 0 ? "" : `, ${showBytes(read.bytes)} read`;
  return [
    ...(rows.length === 0 ? [] : [...formatTable(columns, rows, outputWidth()), ""]),
    `${place}: ${what}${how}; ${broken.length} broken`,
  ];
}
