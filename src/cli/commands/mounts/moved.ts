import { isFailure, type MovedMounts } from "../../../carry/moved.ts";
import type { MountRestore, MountSave } from "../../../outcome/mounts.ts";
import { showBytes, showTime } from "../../../diagnostics/units.ts";
import type { CommandContext } from "../../command.ts";
import { exitCodes } from "../../../diagnostics/exit-codes.ts";
import { type Column, formatTable, outputWidth } from "../../report/table.ts";

const columns: readonly Column[] = [
  { head: "MOUNT", least: 12 },
  { head: "RESULT", least: 20 },
  { head: "SCOPE", least: 6 },
  { head: "KEY", least: 8 },
  { head: "FILES", isRight: true },
  { head: "SIZE", isRight: true },
  { head: "MOVED", isRight: true },
  { head: "TIME", isRight: true },
];

interface ReportOptions<M extends MountRestore | MountSave> {
  readonly json: boolean;
  readonly labels: Readonly<Record<M["outcome"], string>>;
}

/** Says what became of each mount. A failure is one of the command, which was asked for nothing else. */
export function reportMoved<M extends MountRestore | MountSave>(
  { backend, moved, errors, warnings }: MovedMounts<M>,
  { json, labels }: ReportOptions<M>,
  context: CommandContext,
): void {
  const { reporter, host } = context;
  for (const finding of warnings) host.tell({ ...finding, level: "warning" });
  if (json) {
    reporter.json({
      version: 1,
      backend,
      mounts: moved.map(({ mount, result }) => ({
        name: mount.name,
        id: mount.identity.id,
        platform: mount.platform,
        targets: mount.targets,
        mount: mount.storeId,
        outcome: result.outcome,
        reason: result.reason,
        snapshot: result.snapshot,
        files: result.files,
        bytes: result.bytes,
        storedBytes: result.storedBytes,
        ms: result.ms,
      })),
    });
  } else if (moved.length > 0) {
    const several = new Set(moved.map(({ mount }) => mount.platform)).size > 1;
    const rows = moved.map(({ mount, result: { outcome, snapshot, files, bytes, storedBytes, ms } }) => [
      several ? `${mount.name} (${mount.platform})` : mount.name,
      labels[outcome as M["outcome"]],
      snapshot?.scope ?? "-",
      snapshot?.key ?? "-",
      files === null ? "-" : String(files),
      bytes === null ? "-" : showBytes(bytes),
      showBytes(storedBytes),
      showTime(ms),
    ]);
    reporter.result(`${formatTable(columns, rows, outputWidth()).join("\n")}\n`);
  } else host.tell({ level: "info", message: "no target has a cache mount that can be carried" });
  reporter.findings(errors, "error");
  if (moved.some(({ result }) => isFailure(result))) context.setExitCode(exitCodes.cache);
}

export interface MoveOptions {
  readonly readScope?: string;
  readonly writeScope?: string;
  readonly json?: true;
  readonly builder?: string;
  readonly config?: string;
}
