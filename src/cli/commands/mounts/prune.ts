import type { Command } from "commander";
import { parseDuration, parseSize } from "../../../diagnostics/units.ts";
import { BkcacheError } from "../../../diagnostics/error.ts";
import { defaultGrace } from "../../../mounts/prune.ts";
import { defaultKeepLast, pruneMounts, type PrunedMounts } from "../../../run/mounts/prune.ts";
import { showBytes } from "../../../diagnostics/units.ts";
import type { CommandContext } from "../../command.ts";
import { formatTable, outputWidth, showAge } from "../../report/table.ts";

interface PruneOptions {
  readonly keepLast?: string;
  readonly keepWithin?: string;
  readonly maxBytes?: string;
  readonly grace?: string;
  readonly dryRun?: true;
  readonly cache?: string;
  readonly json?: true;
  readonly config?: string;
}

export function define(command: Command, context: CommandContext): Command {
  return command
    .option(
      "--keep-last <n>",
      `newest snapshots to keep of each mount in each scope (${defaultKeepLast} without a rule)`,
    )
    .option("--keep-within <duration>", "delete what is older, such as 14d; also the last one of a scope")
    .option("--max-bytes <size>", "delete the oldest until the rest fits, such as 10GB; the last of a scope stays")
    .option("--grace <duration>", "how long a pack must be unused before it goes: longer than any save (default: 24h)")
    .option("--dry-run", "delete nothing; print what would go")
    .option("--cache <use>", "as for bake; read-write allows it for a pull request")
    .option("--json", "print what was deleted as JSON")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      `
Goes over all snapshots of the bucket's prefix, those of other projects included. A snapshot goes where any given rule says so.
Its packs go in a later run: the first one notes which are unused, one that is later by the grace deletes them.
`,
    )
    .action((options: PruneOptions) => prune(options, context));
}

async function prune(options: PruneOptions, context: CommandContext): Promise<void> {
  const { host, reporter } = context;
  const grace = options.grace === undefined ? defaultGrace : requireDuration("--grace", options.grace);
  const dryRun = options.dryRun === true;
  const pruned = await pruneMounts(host, {
    config: options.config,
    cache: options.cache,
    keep: readRules(options),
    grace,
    dryRun,
  });
  if (options.json) reporter.json(toJson(pruned, dryRun));
  else reporter.result(`${render(pruned, { dryRun, grace }).join("\n")}\n`);
  for (const finding of pruned.result.findings) host.tell({ ...finding, level: "warning" });
}

type KeepRules = Parameters<typeof pruneMounts>[1]["keep"];

/** @throws BkcacheError BK1002 */
export function readRules({ keepLast, keepWithin, maxBytes }: PruneOptions): KeepRules {
  const rules: KeepRules = {
    ...(keepLast !== undefined && { last: requireCount("--keep-last", keepLast) }),
    ...(keepWithin !== undefined && { maxAge: requireDuration("--keep-within", keepWithin) }),
    ...(maxBytes !== undefined && { maxBytes: requireSize("--max-bytes", maxBytes) }),
  };
  return Object.keys(rules).length === 0 ? { last: defaultKeepLast } : rules;
}

function requireCount(flag: string, value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw badValue(flag, value, "a number of snapshots from 1 on");
}

function requireDuration(flag: string, value: string): number {
  return parseDuration(value) ?? fail(badValue(flag, value, "a duration such as 14d or 12h"));
}

function requireSize(flag: string, value: string): number {
  return parseSize(value) ?? fail(badValue(flag, value, "a size such as 10GB or 500MiB"));
}

function badValue(flag: string, value: string, expected: string): BkcacheError {
  return new BkcacheError({ code: "BK1002", message: `${flag}: "${value}" is not ${expected}` });
}

function fail(error: BkcacheError): never {
  throw error;
}

function render(
  { place, snapshots, result }: PrunedMounts,
  { dryRun, grace }: { readonly dryRun: boolean; readonly grace: number },
): readonly string[] {
  const rows = snapshots.map(({ name, ref }) => [name, ref?.scope ?? "-", ref?.key ?? "-"]);
  const columns = [{ head: "MOUNT", least: 10 }, { head: "SCOPE", least: 6 }, { head: "KEY" }];
  const verb = dryRun ? "would delete" : "deleted";
  const { keptSnapshots, packs, freedBytes, waitingPacks, keptBytes } = result;
  const waiting = waitingPacks.reduce((sum, { size }) => sum + size, 0);
  return [
    ...(rows.length === 0 ? [] : [...formatTable(columns, rows, outputWidth()), ""]),
    `${place}: ${verb} ${count(snapshots.length, "snapshot")} and ${count(packs.length, "pack")} (${showBytes(freedBytes)})`,
    ...(waitingPacks.length === 0
      ? []
      : [
          `${count(waitingPacks.length, "unused pack")} (${showBytes(waiting)}) for a run that comes ${showAge(grace)} later or more`,
        ]),
    `${count(keptSnapshots, "snapshot")} (${showBytes(keptBytes)}) ${dryRun ? "would stay" : "stay"}`,
  ];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function toJson({ place, snapshots, result }: PrunedMounts, dryRun: boolean): object {
  const sizes = (packs: PrunedMounts["result"]["packs"]) => ({
    packs: packs.length,
    bytes: packs.reduce((sum, { size }) => sum + size, 0),
  });
  return {
    version: 1,
    place,
    dryRun,
    snapshots: snapshots.map(({ objectKey, name, ref }) => ({ name, ...(ref ?? noNames), objectKey })),
    deleted: sizes(result.packs),
    waiting: sizes(result.waitingPacks),
    kept: { snapshots: result.keptSnapshots, bytes: result.keptBytes },
  };
}

const noNames = { mount: null, scope: null, key: null } as const;
