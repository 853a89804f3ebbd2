import type { Host } from "../../host/host.ts";
import { type Repair, repairEach, type RepairOptions } from "../../carry/repair.ts";
import { type MountSelection, withLocalMounts } from "../../carry/selected-mounts.ts";

export interface RepairRequest extends MountSelection, Pick<RepairOptions, "keep" | "confirm"> {}

/** Leaves each of these mounts with one folder on the builder. */
export async function repairMounts(host: Host, request: RepairRequest): Promise<readonly Repair[]> {
  const { keep, confirm } = request;
  return withLocalMounts(host, request, ({ mounts, session }) => repairEach(session, { mounts, keep, confirm }));
}
