import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { Buildkit } from "./buildkit.ts";
import type { GcsGate } from "./gcs-auth.ts";
import { type MountRun, runWithMounts } from "./mount-project.ts";
import type { Workspace } from "./workspace.ts";

export interface WatchedRun extends MountRun {
  /** Argument lists of all processes that bkcache started, as far as they were seen. */
  readonly argv: string;
  readonly warnings: readonly string[];
}

/** Runs bkcache with a report, and with its children under watch. */
export async function runWatched(
  workspace: Workspace,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<WatchedRun> {
  const seen = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  try {
    const result = await runWithMounts(workspace, args, env, {
      onStart: ({ pid }) => {
        timer = setInterval(() => descendantsOf(pid ?? 0).forEach((argv) => seen.add(argv)), 20);
      },
    });
    const warnings = result.stderr.split("\n").filter((text) => /^warning BK[45]\d{3}/.test(text));
    return { ...result, argv: [...seen].join("\n"), warnings };
  } finally {
    clearInterval(timer);
  }
}

/** All that nobody may see of a service account: the lines of its key, and what was made with it. */
export function secretsOfGate(gate: GcsGate): readonly string[] {
  const { private_key: key } = JSON.parse(readFileSync(gate.keyFile, "utf8")) as { readonly private_key: string };
  return [...key.split("\n").slice(1, -2), ...gate.secrets];
}

/** Argument lists of a process's descendants. */
function descendantsOf(root: number): readonly string[] {
  const pids = new Set([root]);
  const found: string[] = [];
  const numbers = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  for (const pid of numbers.map(Number).sort((a, b) => a - b)) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      if (!pids.has(Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]))) continue;
      pids.add(pid);
      found.push(readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " "));
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

/** Whether the builder's state, its history included, has one of the secrets in any file. */
export function builderKnows(builder: Buildkit, secrets: readonly string[]): boolean {
  const patterns = secrets.flatMap((secret) => ["-e", secret]);
  try {
    execFileSync("grep", ["-r", "-q", "-a", "-F", ...patterns, builder.root]);
    return true;
  } catch (error) {
    if ((error as { readonly status?: number }).status === 1) return false;
    throw error;
  }
}
