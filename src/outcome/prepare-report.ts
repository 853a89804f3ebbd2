import { access, constants, lstat, rmdir, truncate, unlink } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { cannotWrite, findWriteTarget } from "../host/files.ts";
import type { Host } from "../host/host.ts";
import { makeFolder } from "../host/make-folder.ts";

/**
 * Runs a build that is to write a report, once it is known that it can be written. The folders made for it go again where
 * nothing has come into them.
 * @throws BkcacheError BK3003, and what `build` throws
 */
export async function withReportFolder<T>(
  host: Pick<Host, "cwd">,
  report: string | undefined,
  build: () => Promise<T>,
): Promise<T> {
  const made = await prepareReport(host, report);
  try {
    return await build();
  } finally {
    for (const folder of made) await rmdir(folder).catch(() => {});
  }
}

/**
 * Finds before the build, which would have run for nothing, whether a report can be written. One of an earlier run is
 * removed: it would be taken for one of this run where that ends before there is any. Returns the folders that were made.
 * @throws BkcacheError BK3003
 */
export async function prepareReport(host: Pick<Host, "cwd">, report: string | undefined): Promise<readonly string[]> {
  if (report === undefined) return [];
  const file = resolve(host.cwd, report);
  try {
    const made = await makeFolder(dirname(file));
    const { path, isSpecial, mode } = await findWriteTarget(file);
    await access(isSpecial ? path : dirname(path), constants.W_OK);
    if (isSpecial || mode === null) return made;
    // A link goes on pointing where it did.
    const isLink = (await lstat(file)).isSymbolicLink();
    await (isLink ? truncate(path) : unlink(path));
    return made;
  } catch (cause) {
    throw cannotWrite(report, cause);
  }
}
