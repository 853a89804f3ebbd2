import { findBuildx } from "../../builder/buildx.ts";
import { openBuilderSession } from "../../builder/session.ts";
import { readLegacy } from "../../carry/after-kill.ts";
import { repairEach } from "../../carry/repair.ts";
import type { Host } from "../../host/host.ts";

/** Removes what a restore that was killed has left in mounts, or puts it in place where it was complete. */
export async function settleMounts(host: Host, args: readonly string[]): Promise<void> {
  const { builder, mounts } = readLegacy(args);
  const session = await openBuilderSession(host, await findBuildx(host), { flag: builder, dir: host.cwd });
  try {
    await repairEach(session, { mounts, keep: [], confirm: async () => false });
  } finally {
    await session.close();
  }
}
