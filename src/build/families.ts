import { isRemote } from "../bake/location.ts";
import type { BakeTarget } from "../bake/model.ts";
import { isFirstOnScratch, isPlainCopy } from "../dockerfile/lint/plain-copy.ts";
import { rootImage } from "../dockerfile/lint/images.ts";
import { type StageWalk, type Step, walkStages } from "../dockerfile/lint/walk.ts";
import type { Dockerfile, Instruction } from "../dockerfile/model.ts";
import { readArgs } from "../dockerfile/parse.ts";
import { reachedStages } from "../dockerfile/stages.ts";
import { type DockerfileReader, scopeOf } from "../source/dockerfiles.ts";
import { platformsOf } from "../source/target-mounts.ts";

/** A target whose stages are made from another's, so that both are one graph to the builder. */
export interface LossyLink {
  readonly child: string;
  readonly parent: string;
}

/** What targets of one bake have to do with each other. */
export interface Families {
  /** Targets without links that share a step which takes files of the context: names, and the step as progress shows it. */
  readonly siblings: readonly { readonly targets: readonly string[]; readonly steps: readonly string[] }[];
  /** Links below which imported cache is lost, with the same steps. */
  readonly links: readonly (LossyLink & { readonly steps: readonly string[] })[];
}

interface Request {
  /** Texts literal. */
  readonly targets: Readonly<Record<string, BakeTarget>>;
  readonly read: DockerfileReader;
}

/**
 * Finds the targets of which BuildKit loses imported cache where it builds them at once: those that share a step which takes
 * files of the context and has no layer of its own. docs/bake.md says why. What cannot be read shares nothing.
 */
export function findFamilies({ targets, read }: Request): Families {
  const shares = new Map(Object.entries(targets).map(([name, target]) => [name, sharesOf(target, read)]));
  const groups = createGroups(Object.keys(targets));
  const linked = new Set<string>();
  const links: Families["links"][number][] = [];
  for (const [child, target] of Object.entries(targets)) {
    for (const { name, parent } of linksOf(target)) {
      groups.join(child, parent);
      for (const each of [child, parent]) linked.add(each);
      const steps = [...(shares.get(parent)?.steps.values() ?? [])];
      if (steps.length > 0 && shares.get(child)?.bases.has(name) === true) links.push({ child, parent, steps });
    }
  }
  const owners = new Map<string, string>();
  for (const [name, { steps }] of shares) {
    for (const key of steps.keys()) {
      const other = owners.get(key);
      if (other === undefined) owners.set(key, name);
      else groups.join(name, other);
    }
  }
  const siblings = groups.list().flatMap((names) => {
    if (names.length < 2 || names.some((name) => linked.has(name))) return [];
    const steps = names.flatMap((name) => [...(shares.get(name)?.steps.values() ?? [])]);
    return [{ targets: names, steps: [...new Set(steps)] }];
  });
  return { siblings, links };
}

interface Shares {
  /** The first such step of each chain of stages, as progress shows it, by all that it is made of. */
  readonly steps: ReadonlyMap<string, string>;
  /** What the chains begin with, lower case. */
  readonly bases: ReadonlySet<string>;
}

function sharesOf(target: BakeTarget, read: DockerfileReader): Shares {
  const steps = new Map<string, string>();
  const bases = new Set<string>();
  const { dockerfile } = read(target);
  const { target: stage } = target;
  if (dockerfile === null || (stage !== undefined && typeof stage !== "string")) return { steps, bases };
  for (const platform of platformsOf(target)) {
    const scope = scopeOf(target, platform);
    const reached = new Set((reachedStages(dockerfile, stage, scope) ?? []).map(({ index }) => index));
    for (const walk of walkStages(dockerfile, scope).filter((each) => reached.has(each.stage.index))) {
      bases.add((rootImage(walk) ?? "").toLowerCase());
      const step = walk.chain.find((each) => takesFiles(each, target, dockerfile) && !isFirstOnScratch(each));
      if (step !== undefined) steps.set(keyOf({ walk, step, target, dockerfile }), textOf(step.instruction));
    }
  }
  return { steps, bases };
}

/** By a copy without a layer of its own, or by a bind mount. */
function takesFiles(step: Step, target: BakeTarget, { stages }: Dockerfile): boolean {
  const { context = ".", contexts = {} } = target;
  const isLocal = (from: string | null): boolean => {
    if (from === null) return typeof context === "string" && !isRemote(context);
    if (/^\d+$/.test(from) || stages.some(({ name }) => name === from.toLowerCase())) return false;
    const named = Object.entries(contexts).find(([name]) => name.toLowerCase() === from.toLowerCase())?.[1];
    return typeof named === "string" && !/^(?:target:|[a-z-]+:\/\/|git@)/.test(named);
  };
  if (step.copy !== null) return isPlainCopy(step) && isLocal(step.copy.from);
  return step.mounts.some(({ type, from }) => type === "bind" && isLocal(from));
}

interface Place {
  readonly walk: StageWalk;
  readonly step: Step;
  readonly target: BakeTarget;
  readonly dockerfile: Dockerfile;
}

/** Equal for two builds to which the step is one. What cannot be told apart counts as one, which costs some time at most. */
function keyOf({ walk, step, target, dockerfile }: Place): string {
  const { context = ".", contexts = {}, args = {} } = target;
  const chain = walk.chain.slice(0, walk.chain.indexOf(step) + 1).map(({ instruction }) => instruction);
  const declared = chain
    .filter(({ keyword }) => keyword === "ARG")
    .flatMap((instruction) => readArgs(instruction, dockerfile.escape));
  const values = [...declared, ...dockerfile.globalArgs].map(({ name }) => [name, args[name] ?? null]);
  const from = step.copy?.from ?? null;
  return JSON.stringify([from === null ? context : contexts[from], rootImage(walk), chain.map(textOf), values]);
}

/** As BuildKit calls the step, but for how it numbers it. */
function textOf({ keyword, flags, args }: Instruction): string {
  const shown = flags.map(({ name, value }) => (value === null ? `--${name}` : `--${name}=${value}`));
  return oneLine([keyword, ...shown, args].join(" "));
}

/** Continued lines leave blanks, of which BuildKit keeps all. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

function linksOf({ contexts = {} }: BakeTarget): readonly { readonly name: string; readonly parent: string }[] {
  return Object.entries(contexts).flatMap(([name, context]) =>
    typeof context === "string" && context.startsWith("target:")
      ? [{ name: name.toLowerCase(), parent: context.slice("target:".length) }]
      : [],
  );
}

/** Groups of names, which grow together. */
function createGroups(names: readonly string[]) {
  const groupOf = new Map<string, Set<string>>(names.map((name) => [name, new Set([name])]));
  return {
    join(a: string, b: string): void {
      const [into, from] = [groupOf.get(a), groupOf.get(b)];
      if (into === undefined || from === undefined || into === from) return;
      for (const name of from) {
        into.add(name);
        groupOf.set(name, into);
      }
    },
    list: (): readonly (readonly string[])[] =>
      [...new Set(groupOf.values())].map((group) => names.filter((name) => group.has(name))),
  };
}
