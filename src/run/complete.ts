import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { defaultScope } from "../bake/cache-name.ts";
import type { Plan } from "../bake/model.ts";
import { buildxConfigDir } from "../builder/docker-config.ts";
import { absolutePath } from "../host/home.ts";
import type { Host } from "../host/host.ts";

export interface LocalNamesRequest {
  /** Value of --config. */
  readonly config: string | undefined;
  /** Values of -f, for a command that takes bake files. */
  readonly files: readonly string[];
}

/** Names that a command line may hold. Each asks this machine alone; what cannot be read has no names. */
export interface LocalNames {
  targets(): Promise<readonly string[]>;
  groups(): Promise<readonly string[]>;
  mounts(): Promise<readonly string[]>;
  scopes(): Promise<readonly string[]>;
  /** Of trust. */
  levels(): Promise<readonly string[]>;
  backends(): Promise<readonly string[]>;
  builders(): Promise<readonly string[]>;
}

const nothing = { targets: [], groups: [] } as const;

export function openLocalNames(host: Host, { config, files }: LocalNamesRequest): LocalNames {
  const open = once(() => import("../source/project.ts").then(({ openProject }) => openProject(host, config)));
  const listed = once(async () => {
    const { findBakeFiles } = await import("../source/open.ts");
    const project = await open();
    const own = project === null ? (files.length > 0 ? [] : await findBakeFiles(host)) : bakeFilesOf(project.plan);
    const all = [...own, ...files];
    if (all.length === 0) return { ...nothing, plan: project?.plan };
    const [{ findBuildx }, { listFiles }, { createReading }] = await Promise.all([
      import("../builder/buildx.ts"),
      import("../source/bake-files.ts"),
      import("../source/reading.ts"),
    ]);
    const dir = project?.valid.dir ?? host.cwd;
    // The shell has no place for what is wrong.
    const reading = createReading({ tell: () => {} });
    const names = await listFiles(host, await findBuildx(host), { dir, files: all, reading }).catch(() => nothing);
    return { ...names, plan: project?.plan };
  });
  return {
    async targets() {
      const { targets, plan } = await listed();
      return unique([...Object.keys(plan?.targets ?? {}), ...targets]);
    },
    async groups() {
      const { groups, plan } = await listed();
      return unique([...Object.keys(plan?.groups ?? {}), ...groups]);
    },
    async mounts() {
      const declared = Object.keys((await open())?.plan.mounts ?? {});
      return unique([...declared, ...(await carriedMounts(host, config).catch(() => []))]);
    },
    async scopes() {
      const project = await open();
      const { targets = {} } = project?.plan ?? {};
      const ofVariables = ["BKCACHE_READ_SCOPE", "BKCACHE_WRITE_SCOPE"].flatMap((name) => host.env[name] || []);
      const ofFolders = project === null ? [] : await scopesOfFolders(host, project.plan, project.valid.dir);
      const own = Object.values(targets).flatMap(({ cache }) => cache.scope ?? defaultScope);
      return unique([...own, ...ofVariables, ...ofFolders, ...(await branches(host))]);
    },
    async levels() {
      return Object.keys((await open())?.plan.trust ?? {});
    },
    async backends() {
      return Object.keys((await open())?.plan.backends ?? {});
    },
    async builders() {
      return unique(await readdir(join(buildxConfigDir(host.env), "instances")).catch(() => []));
    },
  };
}

function bakeFilesOf({ bakeFiles }: Plan): readonly string[] {
  return bakeFiles?.paths ?? [];
}

/** Those that a bake would carry, found through the Dockerfiles. */
async function carriedMounts(host: Host, config: string | undefined): Promise<readonly string[]> {
  const [{ openMountSource, defineWhole }, { findBuildx }, { findCarriedMounts }, { createDockerfileReader }] =
    await Promise.all([
      import("../carry/source.ts"),
      import("../builder/buildx.ts"),
      import("../carry/find.ts"),
      import("../source/dockerfiles.ts"),
    ]);
  const source = await openMountSource(host, { config });
  const { plan, definition } = await defineWhole(host, await findBuildx(host), source);
  const targets = Object.keys(plan.targets).filter((name) => Object.hasOwn(definition.targets, name));
  const read = createDockerfileReader(source.dir);
  return findCarriedMounts({ plan, targets, definition, read, platform: "linux/amd64" }).mounts.map(({ name }) => name);
}

/** Scopes of the snapshots in folders of this machine; buckets are not asked. */
async function scopesOfFolders(host: Host, { backends }: Plan, dir: string): Promise<readonly string[]> {
  const { decodeName, manifestPrefix } = await import("../mounts/keys.ts");
  const found = await Promise.all(
    Object.values(backends).map(async ({ type, ...rest }) => {
      const path = type === "local" && "path" in rest ? rest.path : undefined;
      if (typeof path !== "string") return [];
      const parts = await readdir(join(absolutePath(path, { dir, env: host.env }), manifestPrefix)).catch(() => []);
      return parts.flatMap((part) => decodeName(part) ?? []);
    }),
  );
  return found.flat();
}

/** A scope is most often called like the branch. */
async function branches(host: Host): Promise<readonly string[]> {
  const { exitCode, stdout } = await host
    .exec("git", ["for-each-ref", "--format=%(refname:short)", "refs/heads"])
    .catch(() => ({ exitCode: 1, stdout: "" }));
  return exitCode === 0 ? stdout.split("\n").filter(Boolean) : [];
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

/** The first call does it; one that failed has nothing. */
function once<T>(get: () => Promise<T>): () => Promise<T> {
  let got: Promise<T> | undefined;
  return () => (got ??= get());
}
