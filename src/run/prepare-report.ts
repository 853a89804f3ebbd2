import { access, constants, lstat, truncate, unlink } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { cannotWrite, findWriteTarget } from "../host/files.ts";
import type { Host } from "../host/host.ts";
import { makeFolder } from "../host/make-folder.ts";

/**
 * Finds before the build, which would have run for nothing, whether a report can be written. One of an earlier run is
 * removed: it would be taken for one of this run where that ends before there is any.
 * @throws BkcacheError BK3003
 */
export async function prepareReport(host: Pick<Host, "cwd">, report: string | undefined): Promise<void> {
  if (report === undefined) return;
  const file = resolve(host.cwd, report);
  try {
    await makeFolder(dirname(file));
    const { path, isSpecial, mode } = await findWriteTarget(file);
    await access(isSpecial ? path : dirname(path), constants.W_OK);
    if (isSpecial || mode === null) return;
    // A link goes on pointing where it did.
    const isLink = (await lstat(file)).isSymbolicLink();
    await (isLink ? truncate(path) : unlink(path));
  } catch (cause) {
    throw cannotWrite(report, cause);
  }
}
