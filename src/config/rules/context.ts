import type { KnownSecret } from "../../diagnostics/redact.ts";
import { nearest } from "../../diagnostics/nearest.ts";
import { expandMatrix, type Instance } from "../resolve/matrix.ts";
import type { Config, Target, TargetAttributes } from "../schema.gen.ts";
import type { Path } from "../source-map.ts";
import type { Finding } from "./finding.ts";

/** One check of a config; yields what it finds and throws nothing. */
export type Rule = (context: RuleContext) => Iterable<Finding>;

export interface RuleContext {
  /** Of the right shape: values with faults of their own are left out. */
  readonly config: Config;
  /** Names as the file declares them, also where what they stand for has a fault. */
  readonly names: DeclaredNames;
  /** Targets that a matrix makes, by its base name. Absent for a matrix that is too large to write out. */
  readonly instances: ReadonlyMap<string, readonly Instance[]>;
  /** True where other files declare targets too, so that a name may be one of theirs. */
  readonly hasForeignTargets: boolean;
  /** The declared name that was most likely meant. */
  readonly suggest: (wanted: string, declared: Iterable<string>) => string | undefined;
  /** Absolute folder that the config's paths start from. */
  readonly dir: string;
  /** BUILDKIT_INSECURE: plain http is said, not refused. */
  readonly allowsInsecure: boolean;
  /** Secrets of this environment. */
  readonly secrets: readonly KnownSecret[];
}

interface DeclaredNames {
  readonly backends: ReadonlySet<string>;
  readonly mounts: ReadonlySet<string>;
  readonly targets: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  readonly variables: ReadonlySet<string>;
  readonly external: ReadonlySet<string>;
}

/** More targets than any builder would be asked for; a config of a few lines can write out millions. */
export const mostInstances = 10_000;

export function createContext(options: {
  readonly config: Config;
  readonly data: unknown;
  readonly dir: string;
  readonly allowsInsecure: boolean;
  readonly secrets?: readonly KnownSecret[];
}): RuleContext {
  const { config, data, dir } = options;
  const keys = (key: string) => new Set(Object.keys(mapAt(data, key)));
  const instances = new Map<string, readonly Instance[]>();
  for (const [name, target] of Object.entries(config.targets ?? {})) {
    if (target.matrix !== undefined && countInstances(target) <= mostInstances) {
      instances.set(name, expandMatrix(name, target));
    }
  }
  return {
    config,
    names: {
      backends: keys("backends"),
      mounts: keys("mounts"),
      targets: keys("targets"),
      groups: keys("groups"),
      variables: keys("variables"),
      external: new Set(config.external),
    },
    instances,
    dir,
    hasForeignTargets: config.bake !== undefined,
    suggest: createSuggest(),
    allowsInsecure: options.allowsInsecure,
    secrets: options.secrets ?? [],
  };
}

/** Comparing with every name costs; nobody reads more suggestions than this. */
const mostSuggestions = 200;

function createSuggest(): RuleContext["suggest"] {
  const known = new Map<string, string | undefined>();
  return (wanted, declared) => {
    const names = [...declared];
    // One name is asked for among targets, variables or backends; the sets differ by their first names.
    const key = `${wanted}\n${names.length}\n${names[0]}`;
    if (!known.has(key)) {
      if (known.size >= mostSuggestions) return undefined;
      known.set(key, nearest(wanted, names));
    }
    return known.get(key);
  };
}

export function countInstances(target: Target): number {
  return Object.values(target.matrix ?? {}).reduce((count, values) => count * values.length, 1);
}

function mapAt(data: unknown, key: string): object {
  if (typeof data !== "object" || data === null || !Object.hasOwn(data, key)) return {};
  const value = (data as Record<string, unknown>)[key];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

/** Names of all single targets: declared ones, what matrices make, external ones. */
export function singleTargets({ config, names, instances }: RuleContext): ReadonlySet<string> {
  const single = new Set<string>(names.external);
  for (const name of names.targets) if (config.targets?.[name]?.matrix === undefined) single.add(name);
  for (const made of instances.values()) for (const { name } of made) single.add(name);
  return single;
}

/** `defaults` and every target, with the path that leads there. */
export function* attributeSets(config: Config): Iterable<readonly [Path, TargetAttributes]> {
  if (config.defaults !== undefined) yield [["defaults"], config.defaults];
  for (const [name, target] of Object.entries(config.targets ?? {})) yield [["targets", name], target];
}
