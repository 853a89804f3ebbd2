import type { Command } from "commander";
import { requireUse } from "../../cache/use.ts";
import { docsUrl } from "../../diagnostics/docs.ts";
import { exitCodes } from "../../diagnostics/exit-codes.ts";
import { showCount, showTime } from "../../diagnostics/units.ts";
import type { Examination } from "../../doctor/examine.ts";
import { examine } from "../../doctor/examine.ts";
import type { CommandContext } from "../command.ts";
import { plainLine } from "../report/plain.ts";

interface DoctorOptions {
  readonly json?: true;
  readonly lifecycle?: true;
  readonly cache?: string;
  readonly config?: string;
  readonly builder?: string;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .option("--json", "print what was found as JSON")
    .option("--lifecycle", "print lifecycle rules for the buckets that do not hurt caches, and look at nothing")
    .option("--cache <use>", "as for bake: auto, off, read or read-write")
    .option("--builder <builder>", "use this builder, as for bake")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      `
Looks at all that a bake here needs, side by side and within seconds: tools, config, policy, builder, credentials, buckets with
each right, clocks, proxies, contexts, Dockerfiles. A builder of bkcache's own is made or started as a bake would do it. Where
runs here write to a bucket, a small object is written below its prefix and removed. Works without a config, too.
--lifecycle prints the rules as JSON, and the command that takes them on standard error.
Each code is explained by \`bkcache explain CODE\`; more: ${docsUrl("doctor.md")}
Exit code: 1 where something is found; 2 for a command line that is wrong.
`,
    )
    .action((options: DoctorOptions) =>
      options.lifecycle ? printRules(options, context) : runDoctor(options, context),
    );
}

async function printRules({ config, json }: DoctorOptions, { host, reporter }: CommandContext): Promise<void> {
  const { findLifecycleRules } = await import("../../doctor/lifecycle-rules.ts");
  const buckets = await findLifecycleRules(host, config);
  if (json) {
    reporter.json({ version: 1, buckets });
    return;
  }
  for (const { bucket, type, command, rules } of buckets) {
    reporter.json(rules);
    const message = `for ${type}://${bucket}, in place of all rules that it has: ${command}`;
    host.tell({ level: "info", message });
  }
}

async function runDoctor(options: DoctorOptions, context: CommandContext): Promise<void> {
  const { host, reporter } = context;
  const since = host.now();
  const { config, builder, cache } = options;
  requireUse(cache);
  const examined = await examine(host, { config, builder, cache });
  const findings = examined.flatMap((each) => each.findings);
  const errors = findings.filter(({ level }) => level === "error");
  const warnings = findings.filter(({ level }) => level === "warning");
  if (options.json) reporter.json(toJson(examined));
  else {
    reporter.result(render(examined));
    reporter.findings(errors, "error");
    reporter.findings(warnings, "warning");
    const counts = `${showCount(errors.length, "error")}, ${showCount(warnings.length, "warning")}`;
    const sum = findings.length === 0 ? "nothing keeps caches from hitting" : counts;
    host.tell({
      level: "info",
      message: `${sum}; ${showCount(examined.length, "check")} in ${showTime(host.now() - since)}`,
    });
  }
  if (findings.length > 0) context.setExitCode(exitCodes.negative);
}

const marks: Readonly<Record<Examination["state"], string>> = { ok: "ok", warning: "!", error: "!!", unknown: "-" };

/** A line for each check; of those with findings the codes, which follow with their next steps. */
function render(examined: readonly Examination[]): string {
  const labels = examined.map(({ name, subject }) => (subject === null ? name : `${name} ${subject}`));
  const width = Math.max(...labels.map(({ length }) => length));
  return examined
    .map(({ state, facts, findings }, index) => {
      const codes = [...new Set(findings.map(({ code }) => code))].join(", ");
      const text = [codes, facts].filter((part) => part !== "").join(": ");
      return `${plainLine(`${marks[state].padEnd(2)}  ${(labels[index] ?? "").padEnd(width)}  ${text}`).trimEnd()}\n`;
    })
    .join("");
}

function toJson(examined: readonly Examination[]): object {
  return {
    version: 1,
    ok: examined.every(({ findings }) => findings.length === 0),
    checks: examined.map(({ name, subject, state, facts, ms, findings }) => ({
      name,
      subject,
      state,
      facts,
      ms,
      findings: findings.map(({ code, level, message, hint, path, span }) => ({
        code,
        level,
        message,
        hint: hint ?? null,
        path: path ?? null,
        file: span?.file ?? null,
        line: span?.line ?? null,
      })),
    })),
  };
}
