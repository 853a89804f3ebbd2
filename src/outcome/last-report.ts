import { hash } from "node:crypto";
import { join, resolve } from "node:path";
import { BkcacheError } from "../diagnostics/error.ts";
import { readIfThere, realpathIfThere } from "../host/files.ts";
import type { Host } from "../host/host.ts";
import { fieldOf, isRecord, listOf, parseJson } from "../host/json.ts";
import { keepFile, userCachePath } from "../host/user-cache.ts";
import type { Report, TargetReport } from "./report.ts";

/** Of the reports of all folders together: a thousand small projects, or some tens of large ones. */
const maxBytes = 16 * 2 ** 20;

/** Keeps a report for `bkcache why`, in place of the last one of the same folder. Where that cannot be, it is not kept. */
export async function keepReport(host: Host, dir: string, report: Report): Promise<void> {
  try {
    await keepFile(placeOf(host, dir), JSON.stringify(report), { maxBytes });
  } catch {
    // A home folder that nobody may write to is no fault of the build.
  }
}

function placeOf({ env }: Pick<Host, "env">, dir: string): string {
  const name = hash("sha256", realpathIfThere(dir) ?? dir, "hex").slice(0, 32);
  return userCachePath(env, join("reports", `${name}.json`));
}

/** What a report says of why steps ran. */
export interface KeptReport {
  readonly startedAt: string;
  readonly targets: Readonly<Record<string, Pick<TargetReport, "steps" | "why">>>;
}

/** A file that somebody names, as it is named, or a project by the folder of its bakes. */
export type ReportPlace = { readonly file: string } | { readonly dir: string };

/**
 * The report of a file, or of the last bake in a folder.
 * @throws BkcacheError BK1018
 */
export function readReport(host: Host, place: ReportPlace): KeptReport {
  const given = "file" in place ? place.file : null;
  const path = "file" in place ? resolve(host.cwd, place.file) : placeOf(host, place.dir);
  const hint = "`bkcache bake --report FILE` writes one";
  const name = given ?? path;
  const text = readText(path, name);
  if (text === null) {
    throw new BkcacheError({
      code: "BK1018",
      message: given === null ? "there is no report of a bake in this project" : `there is no ${given}`,
      hint: given === null ? "run `bkcache bake`, or name a report with --report" : hint,
    });
  }
  const found = parseJson(text);
  const targets = fieldOf(found, "targets");
  if (fieldOf(found, "version") !== 1 || !isRecord(targets)) {
    throw new BkcacheError({ code: "BK1018", message: `${name} is no report of a bake`, hint });
  }
  return {
    startedAt: String(fieldOf(found, "startedAt")),
    targets: Object.fromEntries(Object.entries(targets).map(([name, target]) => [name, readTarget(target)])),
  };
}

/** @throws BkcacheError BK1018 for a folder, or a file that this user may not read. */
function readText(file: string, name: string): string | null {
  try {
    return readIfThere(file);
  } catch (error) {
    throw new BkcacheError({ code: "BK1018", message: `${name} cannot be read: ${(error as Error).message}` });
  }
}

/** One that an earlier version wrote lacks the reasons. */
function readTarget(target: unknown): KeptReport["targets"][string] {
  const why = fieldOf(target, "why");
  const steps = fieldOf(target, "steps");
  return {
    steps: isRecord(steps) ? (steps as unknown as TargetReport["steps"]) : null,
    why:
      isRecord(why) && typeof why["text"] === "string"
        ? {
            step: String(why["step"]),
            cause: String(why["cause"]) as NonNullable<TargetReport["why"]>["cause"],
            text: why["text"],
            more: listOf(why["more"]).map(String),
          }
        : null,
  };
}
