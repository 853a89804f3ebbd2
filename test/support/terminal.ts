import { stripVTControlCharacters } from "node:util";
import { binFile, runCommand, type RunOptions, type RunResult } from "./run-bkcache.ts";

/** What somebody types once a question stands there. `\x03` is Ctrl-C, `\x04` Ctrl-D. */
export interface Answer {
  /** The end of the question. */
  readonly to: string;
  readonly keys: string;
}

/**
 * Runs the built CLI on a terminal of its own, made by script(1) of util-linux. All that it shows, answers too, is in
 * `stdout`, without control characters.
 */
export function runOnTerminal(
  args: readonly string[],
  answers: readonly Answer[],
  options: Pick<RunOptions, "cwd" | "env">,
): Promise<RunResult> {
  return runProgramOnTerminal([process.execPath, binFile, ...args], answers, options);
}

/** The same for any program. */
export async function runProgramOnTerminal(
  argv: readonly string[],
  answers: readonly Answer[],
  options: Pick<RunOptions, "cwd" | "env">,
): Promise<RunResult> {
  const command = argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  const left = [...answers];
  let shown = "";
  const result = await runCommand("script", ["-qec", `exec ${command}`, "/dev/null"], {
    ...options,
    env: { ...options.env, TERM: "xterm" },
    isInputOpen: true,
    onStart(child) {
      child.stdout?.on("data", (text: string) => {
        shown += stripVTControlCharacters(text);
        const [next] = left;
        if (next === undefined || !shown.includes(next.to)) return;
        left.shift();
        shown = "";
        child.stdin?.write(next.keys);
      });
    },
  });
  return { ...result, stdout: stripVTControlCharacters(result.stdout).replaceAll("\r", "") };
}
