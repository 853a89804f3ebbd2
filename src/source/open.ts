import { access } from "node:fs/promises";
import { basename, join } from "node:path";
import { type BakeArgs, splitBakeArgs } from "../bake/argv.ts";
import { withOverriddenEntries } from "../bake/cache-override.ts";
import { type BakeDefinition, planFromDefinition } from "../bake/printed.ts";
import { bakeFileNames } from "../bake/file-names.ts";
import type { Plan, TargetCache } from "../bake/model.ts";
import { withRemoteContexts } from "../bake/remote-contexts.ts";
import type { Buildx } from "../builder/buildx.ts";
import { ensureBuilder } from "../builder/ensure.ts";
import { projectName } from "../config/names.ts";
import type { BuilderDefinition, Level } from "../config/schema.gen.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { defineFiles, listFiles } from "./bake-files.ts";
import { askDefinition } from "./ask-bake.ts";
import { openProject } from "./project.ts";
import { createReading, type Reading } from "./reading.ts";
import { parseRemoteCache, remoteCacheBackend } from "./remote-cache.ts";

/** What is to be built, from a config or from the folder itself. */
export interface Source {
  readonly plan: Plan;
  readonly hasConfig: boolean;
  /** Absolute folder that bake runs in: relative paths of the plan count from it. */
  readonly dir: string;
  /** Values of further `-f`, on top of the run file. */
  readonly overlays: readonly string[];
  /** Flags that change the definition and are not in the plan yet. */
  readonly overrides: readonly string[];
  /**
   * What bake has made of bake files, with overlays and overrides in it: the plan has exactly its targets. Null where
   * the plan comes from a config alone.
   */
  readonly definition: BakeDefinition | null;
  /** Targets of the definition of which the config says all, so that writing it was the consent to what they need. */
  readonly agreed: readonly string[];
  readonly builder: string | BuilderDefinition | undefined;
  readonly rules: Readonly<Record<string, Level>>;
}

/**
 * The config at or above the folder, else the bake files or Dockerfile of the folder with the cache of
 * BUILDKIT_REMOTE_CACHE.
 * @param reading of a folder without a config, where nothing is built
 * @throws BkcacheError BK2001 where there is neither.
 */
export async function openSource(
  host: Host,
  args: BakeArgs,
  buildx: Promise<Buildx>,
  reading?: Reading,
): Promise<Source> {
  const project = await openProject(host, args.own.config);
  const remote = host.env["BUILDKIT_REMOTE_CACHE"];
  if (project === null) {
    if (remote) return openFolder(host, args, await buildx, { remote, reading });
    throw new BkcacheError({
      code: "BK2001",
      message: `no config found in ${host.cwd} or above it`,
      hint: "write a bkcache.config.ts, .yaml or .json, or set BUILDKIT_REMOTE_CACHE=s3://bucket/prefix/ to build without one",
    });
  }
  if (remote) {
    host.tell({ level: "warning", message: `BUILDKIT_REMOTE_CACHE is ignored beside ${basename(project.valid.file)}` });
  }
  if (args.remote !== null || args.files.includes("-")) {
    throw new BkcacheError({
      code: "BK1002",
      message: `the config is the definition; it cannot come from ${args.remote?.definition ?? "standard input"} as well`,
      hint: "files that add to it are passed with -f FILE",
    });
  }
  const { valid, plan } = project;
  const source: Source = {
    plan,
    hasConfig: true,
    dir: valid.dir,
    overlays: args.files,
    overrides: args.overrides,
    definition: null,
    agreed: [],
    builder: valid.config.builder,
    rules: valid.config.rules ?? {},
  };
  // A list needs no definition, which may ask for secrets.
  if (plan.bakeFiles === undefined || args.mode === "list") return source;
  const own = [...args.overrides, ...args.targets];
  const defined = await defineFiles(host, await buildx, project, { overlays: args.files, args: own });
  // Where something comes from a file too, bake asks as it does without bkcache.
  const isOwn = (name: string) => plan.targets[name]?.inherits.length === 0 && !name.startsWith("_");
  const agreed = args.files.length > 0 ? [] : Object.keys(defined.definition.targets).filter(isOwn);
  return { ...source, ...defined, agreed, overlays: [], overrides: [] };
}

/** The policy of every target where there is no config. */
export const policyWithoutConfig: Omit<TargetCache, "name"> = {
  from: { kind: "policy", backends: [remoteCacheBackend] },
  to: { kind: "policy", backends: [remoteCacheBackend] },
  scope: null,
  mode: "max",
  ignoreError: true,
  committed: "off",
};

/** The plan of a folder without a config. @param remote what BUILDKIT_REMOTE_CACHE says */
export function planOfFolder(dir: string, remote: string, definition: BakeDefinition): Plan {
  return planFromDefinition(definition, {
    project: projectName(basename(dir)),
    backends: { [remoteCacheBackend]: parseRemoteCache(remote) },
    cache: policyWithoutConfig,
    mountBackend: remoteCacheBackend,
  });
}

/** All targets of the folder without a config, not only those that a build would take. */
export async function defineWholeFolder(host: Host, buildx: Buildx): Promise<BakeDefinition> {
  const files = await findBakeFiles(host);
  const reading = createReading(host);
  const targets =
    files.length === 0 ? [] : [...(await listFiles(host, buildx, { dir: host.cwd, files, reading })).targets];
  return defineFolder(host, splitBakeArgs(targets, { cwd: host.cwd }), buildx, reading);
}

async function openFolder(
  host: Host,
  args: BakeArgs,
  buildx: Buildx,
  { remote, reading }: { readonly remote: string; readonly reading: Reading | undefined },
): Promise<Source> {
  const definition = await defineFolder(host, args, buildx, reading);
  return {
    plan: withOverriddenEntries(planOfFolder(host.cwd, remote, definition), definition, args.sets),
    hasConfig: false,
    dir: host.cwd,
    overlays: [],
    // bake has applied them when it printed the definition.
    overrides: [],
    definition,
    agreed: [],
    builder: undefined,
    rules: {},
  };
}

async function defineFolder(host: Host, args: BakeArgs, buildx: Buildx, reading?: Reading): Promise<BakeDefinition> {
  const files = args.files.length > 0 || args.remote !== null ? args.files : await findBakeFiles(host);
  if (files.length === 0 && args.remote === null) {
    if (!(await isThere(join(host.cwd, "Dockerfile")))) {
      throw new BkcacheError({
        code: "BK2001",
        message: `${host.cwd} has neither a bkcache config, a bake or compose file, nor a Dockerfile`,
        hint: "run it where one of them is; bkcache bake takes a bake file of another name by -f FILE",
      });
    }
    const input = 'target "default" {}\n';
    return askDefinition(buildx, { dir: host.cwd, env: host.env, files: ["-"], input, args: argumentsOf(args) });
  }
  const { remote } = args;
  // The builder fetches it, and the one of this run is the one that has the rights to.
  const builder = remote === null ? null : await ensureBuilder(host, buildx, { flag: args.builder, dir: host.cwd });
  const definition = await askDefinition(buildx, {
    dir: host.cwd,
    env: host.env,
    files,
    ...(builder !== null && { builder: builder.name }),
    ...(files.includes("-") ? { input: await readStandardInput() } : {}),
    ...(reading !== undefined && { reading }),
    args: argumentsOf(args),
  });
  if (remote === null) return definition;
  return { ...definition, targets: withRemoteContexts(definition.targets, remote.definition) };
}

/** BUILDX_BAKE_FILE counts where no -f is given, as it does in bake. */
export async function findBakeFiles(host: Host): Promise<readonly string[]> {
  const named = host.env["BUILDX_BAKE_FILE"];
  if (named) {
    const separator = host.env["BUILDX_BAKE_PATH_SEPARATOR"] ?? (process.platform === "win32" ? ";" : ":");
    return named.split(separator).filter(Boolean);
  }
  const found = await Promise.all(
    bakeFileNames.map(async (name) => ((await isThere(join(host.cwd, name))) ? name : null)),
  );
  return found.filter((name) => name !== null);
}

function argumentsOf(args: BakeArgs): readonly string[] {
  const { remote } = args;
  return [
    ...args.overrides,
    ...(remote === null ? [] : [remote.definition, ...(remote.context === null ? [] : [remote.context])]),
    ...args.targets,
  ];
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
