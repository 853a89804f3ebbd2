import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { onProcessEnd, makeTempDir } from "./cleanup.ts";
import { waitFor } from "./poll.ts";

export interface Server {
  readonly pid: number;
  /** What it has written to both of its outputs. */
  log(): string;
  hasExited(): boolean;
  /** Asks it to end, waits, and kills it and what it left behind where it does not. Safe to call twice. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Runs after the server has ended, by `stop` or with this process. */
  readonly cleanUp?: () => void;
}

const hasSetpriv = ["/usr/bin/setpriv", "/bin/setpriv"].some((path) => existsSync(path));

/** Starts a server in a process group of its own, so that Ctrl-C reaches this process first. */
export function startServer(command: string, args: readonly string[], options: ServerOptions): Server {
  const logFile = join(makeTempDir("log"), "log");
  const log = openSync(logFile, "a");
  // Exit handlers do not run when this process is killed outright; the kernel's parent-death signal still does.
  const [program, argv] = hasSetpriv
    ? ["setpriv", ["--pdeathsig", "TERM", "--", command, ...args]]
    : [command, [...args]];
  const child = spawn(program, argv, {
    cwd: options.cwd,
    env: options.env,
    stdio: ["ignore", log, log],
    detached: true,
  });
  closeSync(log);
  child.on("error", () => {}); // seen as hasExited()
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} cannot be started`);

  const hasExited = (): boolean => child.exitCode !== null || child.signalCode !== null;
  let isDone = false;
  const finish = (descendants: readonly Process[]): void => {
    isDone = true;
    forget();
    for (const process of descendants) killProcess(process);
    options.cleanUp?.();
  };
  const forget = onProcessEnd(() => {
    if (isDone) return;
    const descendants = findDescendants(pid);
    if (!hasExited()) child.kill("SIGKILL");
    finish(descendants);
  });
  return {
    pid,
    log: () => readFileSync(logFile, "utf8"),
    hasExited,
    async stop() {
      if (isDone) return;
      const descendants = findDescendants(pid);
      if (!hasExited()) child.kill("SIGTERM");
      await waitFor(hasExited, { what: `${command} ends`, timeoutMs: 10_000, everyMs: 20 }).catch(() =>
        child.kill("SIGKILL"),
      );
      await waitFor(hasExited, { what: `${command} is killed`, timeoutMs: 5_000, everyMs: 20 });
      finish(descendants);
    },
  };
}

/**
 * Waits until `isReady` says so.
 * @throws with the server's own words where it ends first.
 */
export async function waitForServer(server: Server, what: string, isReady: () => Promise<boolean> | boolean) {
  try {
    await waitFor(
      async () => {
        if (server.hasExited()) throw new Error(`${what} has ended`);
        return isReady();
      },
      { what: `${what} answers` },
    );
  } catch (error) {
    const log = server.log();
    await server.stop();
    throw new Error(`${String(error)}\n${log.slice(-2000)}`, { cause: error });
  }
}

/** A process by id and start time, so that a reused id is never taken for it. */
interface Process {
  readonly pid: number;
  readonly startTime: string;
}

interface Stat {
  readonly state: string;
  readonly parent: number;
  readonly startTime: string;
}

function readStat(pid: number): Stat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in brackets and may hold blanks.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "", parent: Number(fields[1]), startTime: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}

/** False also for a process that has ended and whose parent has not asked for its exit code yet. */
export function isRunning(pid: number): boolean {
  const stat = readStat(pid);
  return stat !== undefined && stat.state !== "Z";
}

function findDescendants(root: number): Process[] {
  const children = new Map<number, Process[]>();
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    const stat = Number.isInteger(pid) ? readStat(pid) : undefined;
    if (stat === undefined) continue;
    const siblings = children.get(stat.parent) ?? [];
    children.set(stat.parent, [...siblings, { pid, startTime: stat.startTime }]);
  }
  const found: Process[] = [];
  for (let queue = [root]; queue.length > 0;) {
    const next = queue.flatMap((pid) => children.get(pid) ?? []);
    found.push(...next);
    queue = next.map(({ pid }) => pid);
  }
  return found;
}

function killProcess({ pid, startTime }: Process): void {
  if (readStat(pid)?.startTime !== startTime) return;
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended in between.
  }
}

/** Kills every process that has this text in its command line, and what these have started. */
export function killAllThatName(text: string): void {
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    const stat = Number.isInteger(pid) && pid !== process.pid ? readStat(pid) : undefined;
    if (stat === undefined || !commandOf(pid).includes(text)) continue;
    for (const each of [...findDescendants(pid), { pid, startTime: stat.startTime }]) killProcess(each);
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/** Detaches everything that is mounted at or below a folder, the deepest first. */
export function unmountBelow(dir: string): void {
  const points = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "")
    .filter((point) => point === dir || point.startsWith(`${dir}/`));
  for (const point of points.sort((a, b) => b.length - a.length)) spawnSync("umount", ["-l", point]);
}
