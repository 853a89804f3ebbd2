import { BkcacheError } from "../diagnostics/error.ts";
import { nearest } from "../diagnostics/nearest.ts";
import type { Host } from "../host/host.ts";
import { type KeptReport, readReport } from "../outcome/last-report.ts";
import { openProject } from "../source/project.ts";

/** Why steps of the targets that were asked for ran, in the order they were asked for. */
export type Reasons = KeptReport;

interface WhyRequest {
  /** Targets; none for all. */
  readonly names: readonly string[];
  /** Value of --report; without it the last bake of the project. */
  readonly report: string | undefined;
  /** Value of --config. */
  readonly config: string | undefined;
}

/** @throws BkcacheError BK1018 without a report; BK1002 for a target that it does not have. */
export async function readReasons(host: Host, { names, report, config }: WhyRequest): Promise<Reasons> {
  const place =
    report === undefined ? { dir: (await openProject(host, config))?.valid.dir ?? host.cwd } : { file: report };
  const { startedAt, targets } = readReport(host, place);
  const known = Object.keys(targets);
  const unknown = names.filter((name) => !Object.hasOwn(targets, name));
  if (unknown.length > 0) {
    throw BkcacheError.of(
      unknown.map((name) => {
        const guess = nearest(name, known);
        const hint = guess === undefined ? `it built ${known.join(", ") || "nothing"}` : `did you mean ${guess}?`;
        return { code: "BK1002", message: `the last bake built no target "${name}"`, hint };
      }),
    );
  }
  const asked = names.flatMap((name) => Object.entries(targets).filter(([each]) => each === name));
  return { startedAt, targets: names.length === 0 ? targets : Object.fromEntries(asked) };
}
