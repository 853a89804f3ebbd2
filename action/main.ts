import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { findProgram } from "./program.ts";
import { command, input, lines, main, run, saveState, setOutput } from "./runner.ts";

/** What of a report counts here; schemas/report.schema.json has all of it. */
interface Report {
  readonly targets: Readonly<Record<string, { readonly steps: { readonly ran: readonly unknown[] } | null }>>;
}

/** What of `bkcache plan --json` counts: whether this run may read and write, as it may in a bake. */
interface Plan {
  readonly cache: { readonly read: boolean; readonly write: boolean; readonly reason: string };
}

await main(async () => {
  const cwd = resolve(input("working-directory") || ".");
  if (!existsSync(cwd)) throw new Error(`there is no ${cwd}, which the input "working-directory" names`);
  const program = await findProgram();
  const builder = input("builder") === "" ? [] : ["--builder", input("builder")];

  const since = input("affected");
  if (since !== "" && since !== "false") {
    const flags = since === "true" ? [] : ["--since", since];
    const { exitCode, stdout } = await run(program, ["affected", "--matrix", ...flags], { cwd, isRead: true });
    if (exitCode === 0) setOutput("matrix", stdout.trim());
    return exitCode;
  }

  const targets = input("targets").split(/\s+/).filter(Boolean);
  if (targets.length === 0) {
    const planned = await run(program, ["plan", "--json"], { cwd, isRead: true });
    if (planned.exitCode !== 0) return planned.exitCode;
    const { cache } = JSON.parse(planned.stdout) as Plan;
    if (cache.write) {
      for (const [name, value] of Object.entries({ program, cwd, builder: input("builder") })) saveState(name, value);
    } else process.stdout.write(`nothing will be saved: ${cache.reason}\n`);
    if (!cache.read) return 0;
    const { exitCode } = await run(program, ["mounts", "restore", ...builder], { cwd });
    if (exitCode === 3) command("warning", "not every cache mount was restored; the builds go on without");
    return exitCode === 3 ? 0 : exitCode;
  }

  const report = join(mkdtempSync(join(process.env["RUNNER_TEMP"] || tmpdir(), "bkcache-")), "report.json");
  const { exitCode } = await run(
    program,
    ["bake", ...targets, ...builder, "--report", report, ...lines(input("flags"))],
    { cwd },
  );
  if (existsSync(report)) {
    setOutput("report", report);
    setOutput("cache-hit", String(isHit(JSON.parse(readFileSync(report, "utf8")) as Report)));
  }
  return exitCode;
});

function isHit({ targets }: Report): boolean {
  const all = Object.values(targets);
  return all.length > 0 && all.every(({ steps }) => steps !== null && steps.ran.length === 0);
}
