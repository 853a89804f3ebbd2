import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { createRedactor } from "../diagnostics/redact.ts";
import type { Message } from "../host/host.ts";
import { afterKillVerb } from "../host/after-kill-verb.ts";
import { importWhole } from "../host/import-whole.ts";
import { createHost } from "../host/node-host.ts";
import type { CommandContext } from "./command.ts";
import { commands } from "./commands.ts";
import { exitCodes } from "../diagnostics/exit-codes.ts";
import { type FoundCommand, findCommand, type UnknownCommand } from "./find-command.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { unreachable } from "../diagnostics/unreachable.ts";
import { createHumanReporter } from "./report/human.ts";
import { withGithubAnnotations } from "./report/github.ts";
import { writeOutput } from "./report/output.ts";
import type { Reporter } from "./report/reporter.ts";
import { groupHelp, topLevelHelp } from "./help.ts";
import { version } from "./version.ts";

/** Time in ms for a builder that is busy. */
const settlePatience = 120_000;

/** Runs one command line to its end. Returns the exit code; prints everything that is to be said. */
export async function main(argv: readonly string[]): Promise<number> {
  const env = process.env;
  const redact = createRedactor(env);
  const reporter = createReporter(redact);
  const [verb, ...rest] = argv;
  if (verb === undefined) {
    process.stderr.write(topLevelHelp());
    return exitCodes.usage;
  }
  if (verb === "--help" || verb === "-h" || (verb === "help" && rest.length === 0)) {
    reporter.result(topLevelHelp());
    return exitCodes.ok;
  }
  if (["--version", "-V", "-v", "version"].includes(verb)) {
    reporter.result(`${version}\n`);
    return exitCodes.ok;
  }
  if (verb === afterKillVerb) return settleAfterKill(rest);
  const found = findCommand(commands, argv);
  switch (found.kind) {
    case "command":
      return runCommand(found, reporter, redact);
    case "group": {
      const help = groupHelp(found.entry);
      if (found.isHelp) reporter.result(help);
      else process.stderr.write(help);
      return found.isHelp ? exitCodes.ok : exitCodes.usage;
    }
    case "unknown":
      reporter.findings([unknownCommand(found)], "error");
      return exitCodes.usage;
    default:
      return unreachable(found);
  }
}

/** What bkcache starts for itself where it was killed. Nobody reads what it says. */
async function settleAfterKill(args: readonly string[]): Promise<number> {
  const { settleMounts } = await import("../run/mounts/settle.ts");
  const signal = AbortSignal.timeout(settlePatience);
  await settleMounts(createHost({ cwd: process.cwd(), env: process.env, signal, tell: () => {} }), args);
  return exitCodes.ok;
}

function unknownCommand({ wanted, path, known }: UnknownCommand): Diagnostic {
  const prefix = ["bkcache", ...path].join(" ");
  const guess = nearest(wanted, known);
  const below = path.length === 0 ? "" : ` of ${prefix}`;
  return {
    code: "BK1001",
    message: wanted.startsWith("-") ? `unknown flag ${wanted} before a command` : `unknown command "${wanted}"${below}`,
    hint: guess === undefined ? `run \`${prefix} --help\` for the commands` : `did you mean \`${prefix} ${guess}\`?`,
  };
}

async function runCommand(
  { entry, path, args }: FoundCommand,
  reporter: Reporter,
  redact: (text: string) => string,
): Promise<number> {
  const interrupt = new AbortController();
  // While a config is loaded, the one of the process is not for ending it.
  const exit = process.exit.bind(process);
  const onSignal = (signal: NodeJS.Signals) => {
    // The second one means it: nothing may keep the process then.
    if (interrupt.signal.aborted) exit(exitCodes.interrupted);
    interrupt.abort(signal);
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  // Such as a timer that a config in TypeScript has left. Never taken back: one may fire when all is done.
  for (const event of ["uncaughtException", "unhandledRejection"]) {
    process.on(event, (error: unknown) => {
      // While a config is loaded, its loader listens too, and says whose fault it is.
      if (process.listenerCount(event) > 1) return;
      reportFault(error, reporter, redact);
      exit(exitCodes.internal);
    });
  }
  let exitCode: number = exitCodes.ok;
  let afterInterrupt: number = exitCodes.interrupted;
  try {
    const host = createHost({
      cwd: process.cwd(),
      env: process.env,
      signal: interrupt.signal,
      tell: once(reporter),
      live: (lines) => reporter.live(lines),
      program: process.argv[1],
    });
    const context: CommandContext = {
      host,
      reporter,
      commands,
      setExitCode(code) {
        exitCode = code;
      },
      runsUntilInterrupted() {
        afterInterrupt = exitCodes.ok;
      },
    };
    const loadParser = () => import("./parse.ts");
    const [module] = await importWhole(() =>
      Promise.all([entry.load(), entry.takesForeignFlags === true ? null : loadParser()]),
    );
    // What ended well before the interrupt came, as a build, is not all that was to be done.
    const codeOf = (code: number) => (interrupt.signal.aborted && code === exitCodes.ok ? exitCodes.interrupted : code);
    const result = (await module.run?.(args, context)) ?? null;
    if (result !== null) return codeOf(result);
    const { parseAndRun } = await importWhole(loadParser);
    const wanted = module.run === undefined ? args : ["--help"];
    await parseAndRun({ module, name: ["bkcache", ...path].join(" "), summary: entry.summary }, wanted, context);
    return interrupt.signal.aborted ? afterInterrupt : exitCode;
  } catch (error) {
    if (interrupt.signal.aborted) return exitCodes.interrupted;
    if (error instanceof BkcacheError) {
      reporter.findings(error.findings, "error");
      const { exitCodeOf } = await import("../diagnostics/codes.ts");
      return exitCodeOf(error.code);
    }
    reportFault(error, reporter, redact);
    return exitCodes.internal;
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

/** A fault of bkcache itself: the stack only on demand, since it helps nobody but its developers. */
function reportFault(error: unknown, reporter: Reporter, redact: (text: string) => string): void {
  const message = error instanceof Error ? error.message : String(error);
  reporter.findings(
    [
      {
        code: "BK9001",
        message: `internal error: ${message}`,
        hint: "run again with BKCACHE_DEBUG=1 and report the stack, unless it leads to a timer or promise of your config",
      },
    ],
    "error",
  );
  if (process.env["BKCACHE_DEBUG"] && error instanceof Error) process.stderr.write(`${redact(error.stack ?? "")}\n`);
}

function createReporter(redact: (text: string) => string): Reporter {
  const err = (text: string) => void process.stderr.write(text);
  const human = createHumanReporter({ out: writeOutput, err, takesColour, columns }, redact);
  return process.env["GITHUB_ACTIONS"] === "true" ? withGithubAnnotations(human, err, redact) : human;
}

/** NO_COLOR and FORCE_COLOR as https://no-color.org and Node read them. */
/** Two stages of a run may come upon the same fault. */
function once(reporter: Reporter): (message: Message) => void {
  const reported = new Set<string>();
  return (message) => {
    const text = `${message.code} ${message.message}`;
    if (message.level === "warning" && reported.has(text)) return;
    reported.add(text);
    reporter.tell(message);
  };
}

function columns(): number | null {
  return (process.stderr.isTTY && process.stderr.columns) || null;
}

function takesColour(): boolean {
  if (process.env["NO_COLOR"]) return false;
  if (process.env["FORCE_COLOR"]) return process.env["FORCE_COLOR"] !== "0";
  return process.stderr.isTTY && process.stderr.hasColors();
}
