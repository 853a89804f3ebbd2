import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
import { EOL } from "node:os";

/*
 * What a runner of GitHub Actions tells an action, and how it is answered:
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */

/** Of action.yml, by its name there; without the space around it. */
export function input(name: string): string {
  return (process.env[`INPUT_${name.replaceAll(" ", "_").toUpperCase()}`] ?? "").trim();
}

export function lines(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** A line of this file cannot be forged by a value: the mark that ends it is random. */
function append(variable: string, name: string, value: string): void {
  const file = process.env[variable];
  if (file === undefined || file === "") throw new Error(`${variable} is not set: is this a runner of GitHub Actions?`);
  const end = `end-${randomUUID()}`;
  appendFileSync(file, [`${name}<<${end}`, value, end, ""].join(EOL));
}

export const setOutput = (name: string, value: string) => append("GITHUB_OUTPUT", name, value);
/** For the post step. */
export const saveState = (name: string, value: string) => append("GITHUB_STATE", name, value);
export const readState = (name: string) => process.env[`STATE_${name}`] ?? "";

/** Later steps find the programs of this folder. */
export function addPath(folder: string): void {
  const file = process.env["GITHUB_PATH"];
  if (file !== undefined && file !== "") appendFileSync(file, `${folder}${EOL}`);
}

export function command(name: "error" | "warning", message: string): void {
  const text = message.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  process.stdout.write(`::${name}::${text}${EOL}`);
}

export interface Run {
  readonly exitCode: number;
  /** Empty where it went to the log. */
  readonly stdout: string;
}

/** Runs a program, its output in the log; `isRead` keeps what it prints on stdout. A signal to this process is handed on. */
export async function run(
  program: string,
  args: readonly string[],
  { cwd, isRead = false }: { readonly cwd: string; readonly isRead?: boolean },
): Promise<Run> {
  process.stdout.write(`[command]bkcache ${args.join(" ")}${EOL}`);
  const child = spawn(program, args, { cwd, stdio: ["ignore", isRead ? "pipe" : "inherit", "inherit"] });
  let stdout = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  const hand = (signal: NodeJS.Signals) => void child.kill(signal);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, hand);
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve({ exitCode: code ?? 1, stdout }));
    });
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, hand);
  }
}

/** What fails here fails the step, in one line. */
export async function main(steps: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await steps();
  } catch (error) {
    command("error", error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
