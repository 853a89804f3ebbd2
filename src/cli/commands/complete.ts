import type { Command } from "commander";
import { createHost } from "../../host/node-host.ts";
import { type LocalNames, openLocalNames } from "../../run/complete.ts";
import type { CommandContext, LeafEntry } from "../command.ts";
import { complete, type CompletionSource } from "../complete/complete.ts";
import { type CommandSpec, specOf, specOfVerb } from "../complete/flag-specs.ts";
import { writeOutput } from "../report/output.ts";
import { plainLine } from "../report/plain.ts";

/** Somebody waits at a prompt. In ms. */
const patience = 3000;

export function configure(command: Command, _context: CommandContext): Command {
  return command;
}

/** What the scripts of `bkcache completion` call. Whatever goes wrong, there is nothing to complete, and nothing is said. */
export async function run(args: readonly string[], context: CommandContext): Promise<never> {
  const words = args[0] === "--" ? args.slice(1) : args;
  // A config may write whatever it likes, into what the shell takes for candidates.
  process.stdout.write = () => true;
  process.stderr.write = () => true;
  await endAfter(patience);
  const { env, cwd } = context.host;
  const host = createHost({ cwd, env, signal: AbortSignal.timeout(patience), tell: () => {} });
  // One for all kinds: a config is loaded once.
  let names: LocalNames | undefined;
  const source: CompletionSource = {
    entries: context.commands,
    specOf: (entry) => specOfEntry(entry, context),
    async namesOf(kind, { values }) {
      names ??= openLocalNames(host, { config: values["--config"]?.at(-1), files: values["--file"] ?? [] });
      return names[`${kind}s`]();
    },
  };
  const { candidates, paths } = await complete(words, source).catch(() => ({ candidates: [], paths: null }));
  const lines = candidates.map(({ value, description }) => {
    const text = plainLine(description).replaceAll("\t", " ");
    return text === "" ? value : `${value}\t${text}`;
  });
  // A name that does not fit on a line is none that somebody types.
  const all = [...lines.filter((line) => !line.includes("\n")), ...(paths === null ? [] : [`:${paths}`])];
  writeOutput(all.map((line) => `${line}\n`).join(""));
  // A config may have left a timer.
  return process.exit(0);
}

/** Also where a config never lets go of the processor, so that no timer comes to its turn. */
async function endAfter(ms: number): Promise<void> {
  const { Worker } = await import("node:worker_threads");
  const text = `setTimeout(() => process.kill(process.pid, "SIGKILL"), ${ms})`;
  new Worker(text, { eval: true, stdout: true, stderr: true }).unref();
}

async function specOfEntry(entry: LeafEntry, context: CommandContext): Promise<CommandSpec> {
  if (entry.name === "bake" || entry.name === "build") return specOfVerb(entry.name);
  const [{ Command: Parser }, module] = await Promise.all([import("commander"), entry.load()]);
  return specOf(module.configure(new Parser(entry.name), context));
}
