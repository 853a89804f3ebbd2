import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { BkcacheError } from "../diagnostics/error.ts";
import { isRecord, parseJson } from "../host/json.ts";
import { readIfThere, writeAtomically } from "../host/files.ts";
import type { ExecOptions, ExecResult, Host } from "../host/host.ts";
import { makeFolder } from "../host/make-folder.ts";
import { dockerConfigDir } from "./docker-config.ts";
import { mayTakeShortcuts } from "./shortcuts.ts";
import { userCachePath } from "../host/user-cache.ts";
import { parseVersion, type Version } from "./versions.ts";

/** The buildx of this machine. */
export interface Buildx {
  /** Absolute path of the program. */
  readonly command: string;
  /** Arguments before buildx's own: `["buildx"]` where the program is docker, whose plugin's file is not known. */
  readonly prefix: readonly string[];
  /** Null for a build without a version number. */
  readonly version: Version | null;
  /** Runs buildx. Nothing secret may stand in `args`: every user of the machine can read them. */
  exec(args: readonly string[], options?: ExecOptions): Promise<ExecResult>;
}

interface Program {
  readonly command: string;
  readonly prefix: readonly string[];
}
interface FoundProgram extends Program {
  readonly versionText: string;
}

/**
 * buildx as `docker buildx`, else `docker-buildx`, else `buildx` on PATH.
 * @throws BkcacheError BK4001 where there is none.
 */
export async function findBuildx(host: Host): Promise<Buildx> {
  // Looks at its few files at once: a turn of the event loop for each would hold up all that needs buildx.
  const onPath = ["docker", "docker-buildx", "buildx"].map((name) => findOnPath(host, name));
  const candidates = onPath.flatMap((command, index): Program[] =>
    command === null ? [] : [{ command, prefix: index === 0 ? ["buildx"] : [] }],
  );
  const isShort = mayTakeShortcuts(host.env);
  const memory = isShort ? openMemory(host, candidates) : null;
  const found = memory?.read() ?? (await firstThatAnswers(host, candidates));
  if (found === null) throw notFound(onPath[0] ?? null);
  await memory?.write(found);
  // docker takes longer to find and start its plugin than most questions take to answer, and the plugin is the same
  // program, with the same configuration, by itself.
  const plugin = isShort && found.prefix.length > 0 ? findPlugin(host) : null;
  const { command, prefix } = plugin === null ? found : { command: plugin, prefix: [] };
  return {
    command,
    prefix,
    version: parseVersion(found.versionText),
    exec: (args, options) => host.exec(command, [...prefix, ...args], options),
  };
}

/** The file that `docker buildx` starts: docker takes the first of these. Null where it may look elsewhere before. */
function findPlugin(host: Host): string | null {
  const configDir = dockerConfigDir(host.env);
  if ((readIfThere(join(configDir, "config.json")) ?? "").includes("cliPluginsExtraDirs")) return null;
  for (const folder of [join(configDir, "cli-plugins"), ...systemPluginDirs]) {
    const path = join(folder, "docker-buildx");
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not there, or not for us: the next folder.
    }
  }
  return null;
}

async function firstThatAnswers(host: Host, candidates: readonly Program[]): Promise<FoundProgram | null> {
  for (const candidate of candidates) {
    const { command, prefix } = candidate;
    const { exitCode, stdout } = await host.exec(command, [...prefix, "version"], { timeoutMs: 10_000 });
    // Programs that stand in for docker have a `buildx` of their own that is not this one.
    if (exitCode === 0 && stdout.includes("docker/buildx")) return { ...candidate, versionText: stdout.trim() };
  }
  return null;
}

function notFound(docker: string | null): BkcacheError {
  return new BkcacheError({
    code: "BK4001",
    message:
      docker === null
        ? "neither docker, docker-buildx nor buildx is on PATH"
        : `${docker} has no buildx, and neither docker-buildx nor buildx is on PATH`,
    hint: "install Docker's buildx plugin (package docker-buildx-plugin), or put the binary from https://github.com/docker/buildx/releases on PATH as docker-buildx",
  });
}

function findOnPath(host: Host, name: string): string | null {
  const file = process.platform === "win32" ? `${name}.exe` : name;
  for (const folder of (host.env["PATH"] ?? "").split(delimiter)) {
    if (folder === "") continue;
    const path = join(isAbsolute(folder) ? folder : resolve(host.cwd, folder), file);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not there, or not for us: the next folder.
    }
  }
  return null;
}

/** Where the docker CLI looks for plugins besides the user's own folder. */
const systemPluginDirs = [
  "/usr/local/lib/docker/cli-plugins",
  "/usr/local/libexec/docker/cli-plugins",
  "/usr/lib/docker/cli-plugins",
  "/usr/libexec/docker/cli-plugins",
];

interface Memory {
  read(): FoundProgram | null;
  write(found: FoundProgram): Promise<void>;
}

/**
 * What an earlier run found, which saves one start of buildx. It holds as long as every file that could
 * change the answer keeps path, size and time; a failure to read or write it means only that buildx is asked.
 */
function openMemory(host: Host, candidates: readonly Program[]): Memory {
  const file = userCachePath(host.env, "buildx.json");
  const configDir = dockerConfigDir(host.env);
  const plugins = [join(configDir, "cli-plugins"), ...systemPluginDirs].map((folder) =>
    fingerprint(join(folder, "docker-buildx")),
  );
  const others = [
    ...candidates.map((candidate) => fingerprint(candidate.command)),
    fingerprint(join(configDir, "config.json")),
  ];
  // As it is, not hashed: cryptography takes longer to load than all of this, and nothing else wants it so early.
  const key = JSON.stringify([others, plugins]);
  const hasPlugin = plugins.some((plugin) => plugin !== null);
  let known = false;
  return {
    read() {
      try {
        const stored = parseJson(readFileSync(file, "utf8"));
        if (!isRecord(stored) || stored["key"] !== key || !isRecord(stored["found"])) return null;
        const { command, versionText } = stored["found"];
        const match = candidates.find((candidate) => candidate.command === command);
        if (match === undefined || typeof versionText !== "string") return null;
        known = true;
        return { ...match, versionText };
      } catch {
        return null;
      }
    },
    async write(found) {
      // A plugin in a folder that is not watched could change without a sign.
      if (known || (found.prefix.length > 0 && !hasPlugin)) return;
      try {
        await makeFolder(dirname(file));
        await writeAtomically(file, JSON.stringify({ key, found }));
      } catch {
        // Read-only home, full disk: the next run asks again.
      }
    },
  };
}

function fingerprint(path: string): readonly [string, number, number] | null {
  try {
    const { mtimeMs, size } = statSync(path);
    return [path, mtimeMs, size];
  } catch {
    return null;
  }
}
