import type { MountExecOptions, MountShell } from "../builder/gateway/shell.ts";
import { BkcacheError } from "../diagnostics/error.ts";

/**
 * A shell script in the mount. It finds `busybox` on PATH, and calls every applet through it, since not every busybox
 * has applets as commands.
 */
export interface Script {
  readonly text: string;
  /** `$1` and what follows. */
  readonly args?: readonly string[];
}

/** Bytes of names that xargs may give to one program. */
export const maxArgBytes = 500_000;

/** End of a pipe: the builder makes a message of each piece that it reads, however small. */
export const inLargePieces = "busybox dd bs=65536 iflag=fullblock 2>/dev/null";

export interface ScriptResult {
  readonly exitCode: number;
  readonly stderr: string;
}

/**
 * Runs a script and hands on its output piece by piece; the next piece is read when `onOutput` is done.
 * An error of `onOutput` ends the script and is thrown.
 */
export async function runScript(
  shell: MountShell,
  script: Script,
  options: MountExecOptions & { readonly onOutput?: (chunk: Buffer) => void | Promise<void> } = {},
): Promise<ScriptResult> {
  const { onOutput, ...execOptions } = options;
  const process = shell.exec(["sh", "-c", script.text, "sh", ...(script.args ?? [])], execOptions);
  const readAll = async (): Promise<void> => {
    for await (const chunk of process.stdout) await onOutput?.(chunk as Buffer);
  };
  try {
    const [{ exitCode, stderr }] = await Promise.all([process.done, readAll()]);
    return { exitCode, stderr };
  } catch (error) {
    process.stdout.destroy();
    throw error;
  }
}

/** The whole output of a script that must succeed, as a byte string. */
export async function readScript(
  shell: MountShell,
  script: Script,
  options: MountExecOptions & { readonly maxBytes: number },
): Promise<string> {
  const { maxBytes, ...execOptions } = options;
  const chunks: Buffer[] = [];
  let length = 0;
  const result = await runScript(shell, script, {
    ...execOptions,
    onOutput(chunk) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxBytes) throw unreadable(`it has more entries than bkcache can list`);
    },
  });
  if (result.exitCode !== 0) throw unreadable(explainFailure(result));
  return Buffer.concat(chunks).toString("latin1");
}

export function unreadable(reason: string): BkcacheError {
  return new BkcacheError({ code: "BK5032", message: `the mount cannot be read: ${reason}` });
}

/** Exit code and the last line that the program wrote about it. */
export function explainFailure({ exitCode, stderr }: ScriptResult): string {
  const line = stderr.trim().split("\n").at(-1) ?? "";
  return `exit code ${exitCode}${line === "" ? "" : `: ${line.slice(0, 300)}`}`;
}
