import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { readIfThere, realpathIfThere, writeAtomically } from "../host/files.ts";
import type { Host } from "../host/host.ts";
import { parseJson } from "../host/json.ts";
import { renderPage } from "../outcome/page/page.ts";
import { type PageRun, readPageRun } from "../outcome/page/read.ts";

/** Bytes; a report of 1,000 targets has a tenth of it. */
const largest = 64 * 2 ** 20;

/**
 * Reports of builds as one page.
 * @param files paths from the host's folder
 * @throws BkcacheError BK1018, with one finding for each file that is no report
 */
export async function makeReportPage(host: Pick<Host, "cwd">, files: readonly string[]): Promise<string> {
  const read = await Promise.all(files.map((file) => readRun(resolve(host.cwd, file), file)));
  const wrong = read.filter((each): each is Diagnostic => "code" in each);
  if (wrong.length > 0) throw BkcacheError.of(wrong);
  return renderPage(read as readonly PageRun[]);
}

/**
 * @param file where the page goes, from the host's folder
 * @throws BkcacheError BK1002 where that is one of the reports: a forgotten name after -o is no reason to lose one
 */
export function requireOtherFile({ cwd }: Pick<Host, "cwd">, file: string, reports: readonly string[]): void {
  const pathOf = (name: string): string => realpathIfThere(resolve(cwd, name)) ?? resolve(cwd, name);
  if (!reports.some((report) => pathOf(report) === pathOf(file))) return;
  throw new BkcacheError({
    code: "BK1002",
    message: `--output: ${file} is one of the reports`,
    hint: "name another file for the page, such as report.html",
  });
}

/** @throws BkcacheError BK3003 */
export async function writeReportPage(host: Pick<Host, "cwd">, file: string, page: string): Promise<void> {
  await writeAtomically(resolve(host.cwd, file), page);
}

async function readRun(path: string, file: string): Promise<PageRun | Diagnostic> {
  const hint = "`bkcache bake --report FILE` writes one";
  try {
    const { size } = await stat(path);
    if (size > largest) return { code: "BK1018", message: `${file} is too large for a report of a bake` };
    const run = readPageRun(parseJson(readIfThere(path) ?? ""));
    return run ?? { code: "BK1018", message: `${file} is no report of a bake`, hint };
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { code: "BK1018", message: `there is no ${file}`, hint };
    return { code: "BK1018", message: `${file} cannot be read: ${(error as Error).message}` };
  }
}
