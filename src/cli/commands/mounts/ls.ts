import type { Command } from "commander";
import { exitCodeOf } from "../../../diagnostics/codes.ts";
import { listMounts, type LocalMount, type MountListing, type RemoteSnapshot } from "../../../run/mounts/ls.ts";
import { showBytes } from "../../../diagnostics/units.ts";
import type { CommandContext } from "../../command.ts";
import { showWriter } from "../show-writer.ts";
import { type Column, formatTable, outputWidth, showAge } from "../../report/table.ts";

interface LsOptions {
  readonly local?: true;
  readonly remote?: true;
  readonly json?: true;
  readonly builder?: string;
  readonly level?: string;
  readonly config?: string;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .argument("[mount...]", "names or ids of mounts (default: all)")
    .option("--local", "only what the builder has")
    .option("--remote", "only what the bucket has")
    .option("--json", "print both as JSON")
    .option("--builder <builder>", "list the mounts of this builder")
    .option("--level <level>", "look into the place of this level of trust instead of the run's own")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      `
Of the bucket it reads the manifests and no contents. SHARED is what other snapshots have too, so that it stays when this
one is pruned. A builder that does not answer is a warning, and the bucket is shown alone; with --local it is an error.
Exit code: 2 where there is no such mount, or no such builder; 3 where the bucket does not answer.
`,
    )
    .action((names: readonly string[], options: LsOptions) => list(names, options, context));
}

async function list(names: readonly string[], options: LsOptions, context: CommandContext): Promise<void> {
  const { host, reporter } = context;
  const isBoth = options.local === options.remote;
  // The builder is at hand, and the bucket may keep us waiting.
  let isLocalShown = false;
  const showLocal = (local: NonNullable<MountListing["local"]>): void => {
    isLocalShown = true;
    reporter.result(render({ local, remote: null }, host.now()));
  };
  const listing = await listMounts(host, {
    config: options.config,
    level: options.level,
    builder: options.builder,
    names,
    local: isBoth || options.local === true,
    remote: isBoth || options.remote === true,
    ...(options.json === undefined && { onLocal: showLocal }),
  });
  if (options.json) reporter.json(toJson(listing));
  else {
    const rest = render(isLocalShown ? { local: null, remote: listing.remote } : listing, host.now());
    const isBetween = isLocalShown && listing.local?.found != null && rest !== "";
    reporter.result(`${isBetween ? "\n" : ""}${rest}`);
  }
  const { local, remote } = listing;
  // Not everybody has both a builder and a bucket at hand. One that is too old is at hand, and its mounts are not.
  if (local?.found === null && isBoth && !local.findings.some(({ code }) => code === "BK4024")) {
    for (const finding of local.findings) host.tell({ ...finding, level: "warning" });
  } else fail(local?.findings ?? [], context);
  if (remote?.found === null) fail(remote.findings, context);
  else for (const finding of remote?.findings ?? []) host.tell({ ...finding, level: "warning" });
}

function fail(findings: MountFindings, context: CommandContext): void {
  const [first] = findings;
  if (first === undefined) return;
  context.reporter.findings(findings, "error");
  context.setExitCode(exitCodeOf(first.code));
}

type MountFindings = NonNullable<MountListing["local"]>["findings"];

function render({ local, remote }: MountListing, now: number): string {
  const blocks: (readonly string[])[] = [];
  if (local?.found) blocks.push([`builder ${local.name}`, ...localTable(local.found, now)]);
  if (remote?.found) blocks.push([`backend ${remote.name}`, ...remoteTable(remote.found, now)]);
  return blocks.map((lines) => `${lines.join("\n")}\n`).join("\n");
}

const localColumns: readonly Column[] = [
  { head: "MOUNT", least: 12 },
  { head: "RECORD" },
  { head: "SIZE", isRight: true },
  { head: "USED", isRight: true },
  { head: "USES", isRight: true },
  { head: "", least: 0 },
];

function localTable(mounts: readonly LocalMount[], now: number): readonly string[] {
  if (mounts.length === 0) return ["no cache mounts"];
  const rows = mounts.map(({ name, record, isTwin, node }) => [
    name,
    record.recordId,
    showBytes(record.bytes),
    record.lastUsedAt === null ? "-" : showAge(now - record.lastUsedAt),
    String(record.usageCount),
    [
      ...(isTwin ? ["twin: bkcache mounts repair"] : []),
      ...(record.isInUse ? ["in use"] : []),
      ...(node === null ? [] : [node]),
    ].join(", "),
  ]);
  return formatTable(localColumns, rows, outputWidth());
}

const remoteColumns: readonly Column[] = [
  { head: "MOUNT", least: 10 },
  { head: "SCOPE", least: 6 },
  { head: "KEY", least: 8 },
  { head: "AGE", isRight: true },
  { head: "SIZE", isRight: true },
  { head: "FILES", isRight: true },
  { head: "STORED", isRight: true },
  { head: "PACKS", isRight: true },
  { head: "SHARED", isRight: true },
  { head: "WRITER", least: 7 },
];

function remoteTable(snapshots: readonly RemoteSnapshot[], now: number): readonly string[] {
  if (snapshots.length === 0) return ["no snapshots"];
  const rows = snapshots.map(({ name, item }) => [
    name,
    item.scope,
    item.key,
    showAge(now - item.savedAt),
    showBytes(item.bytes),
    String(item.files),
    showBytes(item.storedBytes),
    String(item.packs),
    showBytes(item.sharedBytes),
    showWriter(item.writer),
  ]);
  return formatTable(remoteColumns, rows, outputWidth());
}

/** Times as RFC 3339, bytes as numbers; null for a place that was not asked, or did not answer. */
function toJson({ local, remote }: MountListing): object {
  const time = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  return {
    version: 1,
    local: local && {
      builder: local.name,
      error: local.found === null ? (local.findings[0] ?? null) : null,
      records:
        local.found?.map(({ name, record, isTwin, node }) => ({
          name,
          id: record.mountId,
          namespace: record.namespace,
          record: record.recordId,
          node,
          bytes: record.bytes,
          createdAt: time(record.createdAt),
          lastUsedAt: time(record.lastUsedAt),
          uses: record.usageCount,
          hasOwner: record.hasBase,
          isInUse: record.isInUse,
          isTwin,
        })) ?? null,
    },
    remote: remote && {
      backend: remote.name,
      error: remote.found === null ? (remote.findings[0] ?? null) : null,
      snapshots:
        remote.found?.map(({ name, item }) => ({
          name,
          mount: item.mount,
          scope: item.scope,
          key: item.key,
          objectKey: item.objectKey,
          savedAt: time(item.savedAt),
          files: item.files,
          bytes: item.bytes,
          storedBytes: item.storedBytes,
          packs: item.packs,
          sharedPacks: item.sharedPacks,
          sharedBytes: item.sharedBytes,
          parent: item.parent,
          writer: {
            version: item.writer.version,
            commit: item.writer.commit ?? null,
            run: item.writer.run ?? null,
            build: item.writer.build ?? null,
            level: item.writer.level ?? null,
          },
        })) ?? null,
    },
  };
}
