import type { MountExecOptions, MountExit, MountShell } from "../builder/gateway/shell.ts";
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

/** End of a pipe: the builder makes a message of each piece that it reads, however small. */
export const inLargePieces = "busybox dd bs=65536 iflag=fullblock 2>/dev/null";

/** Runs a script to its end. An error of `onOutput` ends it and is thrown. */
export async function runScript(shell: MountShell, script: Script, options: MountExecOptions = {}): Promise<MountExit> {
  return shell.exec(["sh", "-c", script.text, "sh", ...(script.args ?? [])], options);
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
    onOutput(piece) {
      chunks.push(Buffer.from(piece));
      length += piece.length;
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
export function explainFailure({ exitCode, stderr }: MountExit): string {
  const line = stderr.trim().split("\n").at(-1) ?? "";
  return `exit code ${exitCode}${line === "" ? "" : `: ${line.slice(0, 300)}`}`;
}
