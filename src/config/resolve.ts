import { BkcacheError, type Diagnostic, type Span } from "../diagnostics/error.ts";
import { compareNames, projectName } from "./names.ts";
import { mapRecord } from "./records.ts";
import { resolveBackend } from "./resolve/backends.ts";
import { isAddition, readPaths } from "./bake-files.ts";
import { layOut, shareBases } from "./resolve/bases.ts";
import { type CacheLayer, mergeCache, mergeFileCache, readCacheLayer } from "./resolve/cache.ts";
import { findSharedDestinations, type Writer } from "./resolve/destinations.ts";
import { readAttributes } from "./resolve/attributes.ts";
import { resolveGroups } from "./resolve/groups.ts";
import { createLineage, type Declared, joinSegments, type Segment } from "./resolve/inherit.ts";
import { expandMatrix } from "./resolve/matrix.ts";
import { resolveMounts } from "./resolve/mounts.ts";
import { noAxes } from "./resolve/read.ts";
import { resolveRetention } from "./resolve/retention.ts";
import { resolveTrust } from "./resolve/trust.ts";
import type {
  ResolvedAddition,
  ResolvedBackend,
  ResolvedBakeFiles,
  ResolvedConfig,
  ResolvedFileCache,
  ResolvedTarget,
  ResolvedVariable,
} from "./resolved.ts";
import type { Config, Target, VariableDefinition } from "./schema.gen.ts";
import { parsePath, type Path, spanNear } from "./source-map.ts";

export interface ResolveOptions {
  /** Name of the config's folder; the project is called so when the config gives no name. */
  readonly dirName: string;
  /** The config's file name, as the header of the emitted file shows it. */
  readonly fileName: string;
  /** `spanOf` of the valid config, for the places of what is found. */
  readonly spanOf?: (path: Path) => Span | undefined;
}

/**
 * Settles everything that a valid config leaves to other places of it: matrix, inheritance, defaults, policy,
 * presets. Knows nothing of the machine.
 * @throws BkcacheError with what only shows once targets stand for themselves
 */
export function resolveConfig(config: Config, { dirName, fileName, spanOf }: ResolveOptions): ResolvedConfig {
  const findings: Diagnostic[] = [];
  const external = [...new Set(config.external)].sort(compareNames);
  const { declared, members, additions } = declareTargets(config, findings);
  const targets = resolveTargets(config, { declared, additions, external });
  findings.push(...checkTargets(targets, declared));
  const bakeFiles = resolveBakeFiles(config, additions);
  for (const [name, { cache }] of Object.entries(bakeFiles?.additions ?? {})) {
    if (usesPolicy(cache) && cache.scope === "") findings.push(emptyScope(name, `targets.${name}`));
  }
  const level = config.rules?.["BK2064"] ?? "error";
  const writers = [...targets, ...Object.entries(bakeFiles?.additions ?? {})].map(([name, { cache }]): Writer => {
    return { name, cache, path: declared.get(name)?.path ?? `targets.${name}` };
  });
  const place = (finding: Diagnostic): Diagnostic => {
    const span = spanOf && finding.path !== undefined ? spanNear(spanOf, parsePath(finding.path)) : undefined;
    return span === undefined ? finding : { ...finding, span };
  };
  const shared = level === "off" ? [] : findSharedDestinations(writers);
  if (level === "error") findings.push(...shared);
  if (findings.length > 0) throw BkcacheError.of(findings.map(place));

  const project = config.project ?? projectName(dirName);
  const backends = mapRecord(config.backends, resolveBackend);
  return {
    project,
    fileName,
    variables: mapRecord(config.variables, resolveVariable),
    backends,
    mounts: resolveMounts(config.mounts ?? {}, {
      project,
      targets: targets.values(),
      hasForeignTargets: bakeFiles !== undefined,
    }),
    targets: Object.fromEntries(targets),
    groups: resolveGroups(config, members),
    external,
    ...(bakeFiles !== undefined && { bakeFiles }),
    mountBackend: mountBackend(config, backends),
    mountBudget: { restore: "60s", save: "60s", ...config.cache?.mountBudget },
    scopes: { defaultBranch: null, read: null, requests: "read", ...config.cache?.scopes },
    epoch: config.cache?.epoch ?? 0,
    ...resolveRetention(config),
    ...resolveTrust(config),
    warnings: level === "warn" ? shared.map(place) : [],
  };
}

function declareTargets(config: Config, findings: Diagnostic[]) {
  const declared = new Map<string, Declared>();
  /** Names of the concrete targets of each matrix. */
  const members = new Map<string, readonly string[]>();
  /** Targets of existing bake files that the config adds to. */
  const additions = new Map<string, Target>();
  for (const [base, target] of Object.entries(config.targets ?? {})) {
    if (config.bake !== undefined && isAddition(target)) {
      additions.set(base, target);
      continue;
    }
    const path = `targets.${base}`;
    const instances = expandMatrix(base, target);
    for (const { name, axes } of instances) {
      const other = declared.get(name);
      if (other === undefined) {
        declared.set(name, { path, target, axes });
        continue;
      }
      findings.push({
        code: "BK2061",
        message: `the matrix makes two targets called ${name}${other.path === path ? "" : `; the other is ${other.path}`}`,
        hint: "let `name` hold every axis; characters outside of A-Z, a-z, 0-9, _ and - become _",
        path: target.matrix === undefined ? path : `${path}.${target.name === undefined ? "matrix" : "name"}`,
      });
    }
    if (target.matrix !== undefined) members.set(base, [...new Set(instances.map(({ name }) => name))]);
  }
  return { declared, members, additions };
}

interface Names {
  readonly declared: ReadonlyMap<string, Declared>;
  readonly additions: ReadonlyMap<string, Target>;
  readonly external: readonly string[];
}

/** `cache` at the top and what `defaults` says of it. */
function farCacheOf({ cache, defaults = {} }: Config): readonly CacheLayer[] {
  return [...(cache === undefined ? [] : [{ policy: cache }]), readCacheLayer(defaults, noAxes)];
}

function resolveBakeFiles(config: Config, additions: Names["additions"]): ResolvedBakeFiles | undefined {
  if (config.bake === undefined) return undefined;
  const resolveAddition = ({ mounts, ...target }: Target): ResolvedAddition => ({
    cache: mergeFileCache([...farCacheOf(config), readCacheLayer(target, noAxes)]),
    mounts: mounts ?? config.defaults?.mounts ?? null,
  });
  return {
    paths: readPaths(config.bake),
    additions: Object.fromEntries(Array.from(additions, ([name, target]) => [name, resolveAddition(target)])),
    others: resolveAddition({}),
  };
}

function resolveTargets(config: Config, { declared, additions, external }: Names): Map<string, ResolvedTarget> {
  const defaults = config.defaults ?? {};
  const defaultSegments: readonly Segment[] = joinSegments([], [readAttributes(defaults, noAxes)], "defaults");
  const farCache = farCacheOf(config);
  // A parent that the config does not declare is one of the bake files: bake says so where it is not.
  const parents = [...declared.values()].flatMap(({ target }) => target.inherits ?? []);
  const elsewhere = new Set([...external, ...parents.filter((name) => !declared.has(name))]);
  const lineageOf = createLineage(declared, elsewhere, additions);
  const usedNames = new Set([...declared.keys(), ...elsewhere, ...Object.keys(config.groups ?? {})]);
  const targets = new Map(
    [...declared].map(([name, { path }]): [string, ResolvedTarget] => {
      const { segments, cache, mounts } = lineageOf(name);
      return [
        name,
        {
          ...layOut(name, joinSegments(defaultSegments, segments, path), usedNames),
          cache: mergeCache([...farCache, ...cache]),
          mounts: mounts ?? defaults.mounts ?? null,
        },
      ];
    }),
  );
  return new Map(
    Array.from(targets, ([name, target]) => {
      const own = (declared.get(name)?.target.inherits ?? []).flatMap((parent): [string, ResolvedTarget][] => {
        const resolved = targets.get(parent);
        return resolved === undefined ? [] : [[parent, resolved]];
      });
      return [name, shareBases(target, own)];
    }),
  );
}

function checkTargets(
  targets: ReadonlyMap<string, ResolvedTarget>,
  declared: ReadonlyMap<string, Declared>,
): readonly Diagnostic[] {
  const findings: Diagnostic[] = [];
  for (const [name, { attributes, bases, cache }] of targets) {
    if (!usesPolicy(cache)) continue;
    const path = declared.get(name)?.path ?? `targets.${name}`;
    if (cache.scope === "") findings.push(emptyScope(name, path));
    const platforms = [...Object.values(bases), attributes].findLast((each) => each.platforms !== undefined)?.platforms;
    if (platforms !== undefined && "variable" in platforms) {
      findings.push({
        code: "BK2063",
        message: `the platforms of target ${name} are the variable ${platforms.variable}, but its cache name needs them one by one`,
        hint: "list the platforms (each may hold a variable), or give the target `cacheFrom` and `cacheTo` of its own",
        path: `${path}.platforms`,
      });
    }
  }
  return findings;
}

function usesPolicy({ from, to }: ResolvedFileCache): boolean {
  return [from, to].some((each) => each?.kind === "policy" && each.backends.length > 0);
}

function emptyScope(name: string, path: string): Diagnostic {
  return {
    code: "BK2062",
    message: `the scope of target ${name} is empty`,
    hint: "name a scope, or leave `scope` out for that of the branch",
    path: `${path}.cache.scope`,
  };
}

function resolveVariable(variable: string | number | boolean | VariableDefinition): ResolvedVariable {
  if (typeof variable !== "object") return { default: variable };
  const { validation, ...rest } = variable;
  if (validation === undefined) return rest;
  return { ...rest, validation: Array.isArray(validation) ? validation : [validation] };
}

function mountBackend(config: Config, backends: Readonly<Record<string, ResolvedBackend>>): string | null {
  const { mounts, write = [] } = config.cache ?? {};
  if (mounts === false) return null;
  const canHold = (name: string) => ["local", "s3", "gcs"].includes(backends[name]?.type ?? "");
  return mounts ?? write.findLast(canHold) ?? null;
}
