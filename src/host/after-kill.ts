import { spawn } from "node:child_process";

/** A program that runs where this process ends before it is called off, by `kill -9` too. */
export interface AfterKill {
  /** Adds an argument, which has no line break. */
  add(argument: string): void;
  callOff(): void;
}

/** Waits for the end of this process, which closes its input, with nearly no memory: Node comes when it is needed. */
const script = `while IFS= read -r line; do
  [ -n "$line" ] || exit 0
  set -- "$@" "$line"
done
exec "$0" "$@"`;

/**
 * In a session of its own, so that what ends this process's group leaves it alone. Nothing where the system has no shell, or
 * cannot start it: what it would do is then left to the next run.
 */
export function runAfterKill(
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
  command: string,
  args: readonly string[],
): AfterKill {
  if (process.platform === "win32") return { add: () => {}, callOff: () => {} };
  const child = spawn("/bin/sh", ["-c", script, command, ...args], {
    cwd,
    env,
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.on("error", () => {});
  child.stdin.on("error", () => {});
  child.unref();
  return {
    add: (argument) => void child.stdin.write(`${argument}\n`),
    callOff: () => void child.stdin.end("\n"),
  };
}
