import type { CachePolicy } from "../schema.gen.ts";
import type { Path } from "../source-map.ts";
import { attributeSets, type RuleContext, singleTargets } from "./context.ts";
import type { Finding } from "./finding.ts";

function undeclared(
  { suggest }: RuleContext,
  kind: string,
  name: string,
  path: Path,
  declared: ReadonlySet<string>,
): Finding {
  const near = suggest(name, declared);
  const some = [...declared].slice(0, 12).join(", ");
  return {
    code: "BK2020",
    path,
    message: `there is no ${kind} called ${JSON.stringify(name)}`,
    hint:
      near !== undefined ? `did you mean ${near}?` : some === "" ? `declare it under ${kind}s` : `declared: ${some}`,
  };
}

export function* cachePolicies({ config }: Pick<RuleContext, "config">): Iterable<readonly [Path, CachePolicy]> {
  if (config.cache !== undefined) yield [["cache"], config.cache];
  for (const [path, { cache }] of attributeSets(config)) {
    if (cache !== undefined && cache !== false) yield [[...path, "cache"], cache];
  }
}

export function* checkBackendNames(context: RuleContext): Iterable<Finding> {
  const { backends } = context.names;
  for (const [path, policy] of cachePolicies(context)) {
    for (const key of ["read", "write"] as const) {
      const seen = new Set<string>();
      for (const [i, name] of (policy[key] ?? []).entries()) {
        const at = [...path, key, i];
        if (!backends.has(name)) yield undeclared(context, "backend", name, at, backends);
        // BuildKit refuses two equal exports in the middle of a build.
        else if (seen.has(name)) yield { code: "BK2012", path: at, message: `${key} names ${name} twice` };
        seen.add(name);
      }
    }
  }
}

const mountTypes = new Set(["local", "s3", "gcs"]);

export function* checkMountBackend(context: RuleContext): Iterable<Finding> {
  for (const [path, { mounts }] of cachePolicies(context)) {
    if (mounts === undefined || mounts === false) continue;
    const at = [...path, "mounts"];
    const backend = context.config.backends?.[mounts];
    if (!context.names.backends.has(mounts)) yield undeclared(context, "backend", mounts, at, context.names.backends);
    else if (backend !== undefined && !mountTypes.has(backend.type)) {
      const able = Object.entries(context.config.backends ?? {}).filter(([, { type }]) => mountTypes.has(type));
      yield {
        code: "BK2050",
        path: at,
        message: `the backend ${mounts} of type ${backend.type} cannot hold the contents of mounts`,
        hint:
          able.length > 0
            ? `these can: ${able.map(([name]) => name).join(", ")}`
            : "declare one of type local, s3 or gcs, or write false",
      };
    }
  }
}

/** What holds for all targets of a run: scopes follow from what is built, and mounts are shared. */
export function* checkTopKeys(context: RuleContext): Iterable<Finding> {
  for (const [path, { scopes, epoch }] of cachePolicies(context)) {
    if (path.length === 1) continue;
    if (scopes !== undefined) {
      yield onlyAtTop(path, "scopes", "move it to `cache.scopes` at the top, or give the target a `scope` of its own");
    }
    if (epoch !== undefined) {
      yield onlyAtTop(path, "epoch", "move it to `cache.epoch` at the top, or give the target another `scope`");
    }
  }
}

function onlyAtTop(path: Path, key: string, hint: string): Finding {
  const message = `${key} stands under the cache of the config alone, for all targets`;
  return { code: "BK2010", path: [...path, key], message, hint };
}

export function* checkMountNames(context: RuleContext): Iterable<Finding> {
  const { config, names } = context;
  for (const [path, { mounts }] of attributeSets(config)) {
    for (const [i, name] of (mounts ?? []).entries()) {
      if (!names.mounts.has(name)) yield undeclared(context, "mount", name, [...path, "mounts", i], names.mounts);
    }
  }
}

export function* checkGroupMembers(context: RuleContext): Iterable<Finding> {
  if (context.hasForeignTargets) return;
  const known = new Set([...singleTargets(context), ...context.names.targets, ...context.names.groups]);
  for (const [name, group] of Object.entries(context.config.groups ?? {})) {
    const isList = Array.isArray(group);
    for (const [i, member] of (isList ? group : group.targets).entries()) {
      if (known.has(member)) continue;
      yield undeclared(context, "target", member, isList ? ["groups", name, i] : ["groups", name, "targets", i], known);
    }
  }
}

export function* checkInherits(context: RuleContext): Iterable<Finding> {
  const single = singleTargets(context);
  for (const [name, { inherits }] of Object.entries(context.config.targets ?? {})) {
    for (const [i, parent] of (inherits ?? []).entries()) {
      if (single.has(parent)) continue;
      const others = new Set([...single].filter((other) => other !== name));
      yield* notSingle(context, others, parent, ["targets", name, "inherits", i]);
    }
  }
}

export function* checkLinks(context: RuleContext): Iterable<Finding> {
  const single = singleTargets(context);
  for (const [path, { contexts }] of attributeSets(context.config)) {
    for (const [key, value] of Object.entries(contexts ?? {})) {
      const linked = linkedTarget(value);
      if (linked !== undefined && !single.has(linked))
        yield* notSingle(context, single, linked, [...path, "contexts", key]);
    }
  }
}

/** The target that a context names. Undefined for other contexts, and where a variable is part of the name. */
export function linkedTarget(context: string): string | undefined {
  return context.startsWith("target:") && !context.includes("${") ? context.slice("target:".length) : undefined;
}

function* notSingle(context: RuleContext, single: ReadonlySet<string>, name: string, path: Path): Iterable<Finding> {
  const made = context.instances.get(name);
  const isMatrix = context.config.targets?.[name]?.matrix !== undefined && context.names.targets.has(name);
  if (isMatrix) {
    const some =
      made
        ?.slice(0, 6)
        .map((instance) => instance.name)
        .join(", ") ?? "";
    const hint = some === "" ? undefined : `name one of its targets: ${some}`;
    yield {
      code: "BK2032",
      path,
      message: `${name} has a matrix and is a group, not one target`,
      ...(hint === undefined ? {} : { hint }),
    };
  } else if (context.names.groups.has(name)) {
    yield { code: "BK2032", path, message: `${name} is a group, not one target` };
  } else if (!context.hasForeignTargets) {
    const finding = undeclared(context, "target", name, path, single);
    // Actions that make targets are the usual case of a name from elsewhere.
    yield name.includes("metadata") ? { ...finding, hint: `declare it: external: [${name}]` } : finding;
  }
}
