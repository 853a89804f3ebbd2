/** Whether there is somebody to answer. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/**
 * Asks on standard error, which leaves standard output to results. The end of the input (Ctrl-D) is an empty answer.
 * @throws the signal's own where it comes first; Ctrl-C reaches this process as a signal, as it does outside of questions.
 */
export async function ask(question: string, signal: AbortSignal): Promise<string> {
  const { createInterface } = await import("node:readline/promises");
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  // While it reads keys the terminal makes no signal of them.
  reader.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  // Node 22 leaves the question open where the input ends.
  const ended = new Promise<null>((resolve) => reader.once("close", () => resolve(null)));
  try {
    const answer = await Promise.race([reader.question(`${question} `, { signal }), ended]);
    // What comes next begins on a line of its own.
    if (answer === null) process.stderr.write("\n");
    return answer ?? "";
  } catch (error) {
    // Later versions break it off.
    if (signal.aborted || !(error instanceof Error) || error.name !== "AbortError") throw error;
    process.stderr.write("\n");
    return "";
  } finally {
    reader.close();
  }
}

/** Whether the answer is yes; all else is no. */
export async function askYes(question: string, signal: AbortSignal): Promise<boolean> {
  return /^y(es)?$/i.test((await ask(`${question} [y/N]`, signal)).trim());
}
