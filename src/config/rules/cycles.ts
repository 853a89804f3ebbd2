import type { Config } from "../schema.gen.ts";
import type { Path } from "../source-map.ts";
import type { RuleContext } from "./context.ts";
import type { Finding } from "./finding.ts";
import { linkedTarget } from "./references.ts";

interface Edge {
  readonly to: string;
  readonly path: Path;
}

/**
 * Circles of a graph, each once, with the edge that closes it. Keeps its own stack: a chain of targets may be
 * longer than the call stack.
 */
export function* findCircles(edges: ReadonlyMap<string, readonly Edge[]>): Iterable<readonly [string, Path]> {
  const done = new Set<string>();
  for (const root of edges.keys()) {
    if (done.has(root)) continue;
    const trail: string[] = [root];
    const at = new Map<string, number>([[root, 0]]);
    const next: number[] = [0];
    while (trail.length > 0) {
      const name = trail.at(-1) as string;
      const i = next.at(-1) as number;
      const edge = edges.get(name)?.[i];
      if (edge === undefined) {
        trail.pop();
        next.pop();
        at.delete(name);
        done.add(name);
        continue;
      }
      next[next.length - 1] = i + 1;
      const start = at.get(edge.to);
      if (start !== undefined) yield [showCircle([...trail.slice(start), edge.to]), edge.path];
      else if (!done.has(edge.to)) {
        at.set(edge.to, trail.length);
        trail.push(edge.to);
        next.push(0);
      }
    }
  }
}

function showCircle(names: readonly string[]): string {
  if (names.length <= 10) return names.join(" -> ");
  return [...names.slice(0, 4), `(${names.length - 7} more)`, ...names.slice(-3)].join(" -> ");
}

export function* checkInheritCircles({ config }: RuleContext): Iterable<Finding> {
  const edges = new Map(
    Object.entries(config.targets ?? {}).map(([name, { inherits }]) => [
      name,
      (inherits ?? []).map((to, i) => ({ to, path: ["targets", name, "inherits", i] })),
    ]),
  );
  for (const [circle, path] of findCircles(edges)) {
    yield { code: "BK2033", path, message: `targets inherit each other: ${circle}` };
  }
}

/** Names that stand for targets: a link to a target that a matrix makes is one to the matrix. */
function baseNames({ instances }: RuleContext): ReadonlyMap<string, string> {
  return new Map([...instances].flatMap(([base, made]) => made.map(({ name }) => [name, base] as const)));
}

export function* checkLinkCircles(context: RuleContext): Iterable<Finding> {
  const bases = baseNames(context);
  const edges = new Map<string, readonly Edge[]>();
  for (const name of Object.keys(context.config.targets ?? {})) {
    edges.set(
      name,
      linksOf(context.config, name).map(({ to, path }) => ({ to: bases.get(to) ?? to, path })),
    );
  }
  for (const [circle, path] of findCircles(edges)) {
    yield { code: "BK2033", path, message: `targets link each other: ${circle}` };
  }
}

/** Links of a target, those of `defaults` included; a context that is set nearer, or emptied, is none. */
function linksOf(config: Config, name: string): readonly Edge[] {
  const own = config.targets?.[name]?.contexts ?? {};
  const edges: Edge[] = [];
  for (const [top, contexts] of [
    [["targets", name], own],
    [["defaults"], config.defaults?.contexts ?? {}],
  ] as const) {
    for (const [key, value] of Object.entries(contexts)) {
      const to = top[0] === "defaults" && Object.hasOwn(own, key) ? undefined : linkedTarget(value);
      if (to !== undefined) edges.push({ to, path: [...top, "contexts", key] });
    }
  }
  return edges;
}

export function* checkGroupCircles({ config }: RuleContext): Iterable<Finding> {
  const groups = config.groups ?? {};
  const edges = new Map(
    Object.entries(groups).map(([name, group]) => {
      const isList = Array.isArray(group);
      const members = (isList ? group : group.targets).map((to, i) => ({
        to,
        path: isList ? ["groups", name, i] : ["groups", name, "targets", i],
      }));
      // A group may list the target of its own name.
      const isTarget = config.targets !== undefined && Object.hasOwn(config.targets, name);
      return [name, members.filter(({ to }) => Object.hasOwn(groups, to) && !(to === name && isTarget))];
    }),
  );
  for (const [circle, path] of findCircles(edges)) {
    yield { code: "BK2034", path, message: `groups contain each other: ${circle}` };
  }
}
