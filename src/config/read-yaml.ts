import { isAlias, isMap, isPair, isScalar, isSeq, type Node, parseDocument, type Pair } from "yaml";
import {
  forbiddenKey,
  isPrototypeKey,
  limits,
  type Path,
  type Problem,
  type ReadResult,
  type SourceEntry,
  type SourceNode,
  tooDeep,
} from "./source-map.ts";

/**
 * Reads YAML into plain data with places. The package's own `toJS` is not used: it has no places, and neither
 * its test for equal keys nor its look-up of anchors is linear.
 */
export function readYaml(text: string): ReadResult {
  let document;
  try {
    // A level below "error" would also hide that there is a second document.
    document = parseDocument(text, { uniqueKeys: false, prettyErrors: false, logLevel: "error" });
  } catch (cause) {
    // The composer recurses: a file of nothing but brackets exhausts the stack.
    if (!(cause instanceof RangeError)) throw cause;
    return { root: null, problems: [tooDeep([], 0)] };
  }
  const faults = [...document.errors, ...document.warnings];
  // The composer recurses, and reports an exhausted stack at every level that it leaves.
  const exhausted = faults.find((fault) => fault.code === "RESOURCE_EXHAUSTION");
  if (exhausted !== undefined) return { root: null, problems: [tooDeep([], exhausted.pos[0])] };
  if (faults.length > 0) {
    return {
      root: null,
      problems: faults.slice(0, 20).map((fault) => ({
        code: "BK2003" as const,
        message:
          fault.code === "MULTIPLE_DOCS"
            ? "a config is one document, and a second one begins here"
            : decapitalize(fault.message.split("\n")[0] ?? "not valid YAML"),
        path: [],
        offset: fault.pos[0],
      })),
    };
  }
  const problems: Problem[] = [];
  try {
    return { root: createBuilder(problems)(document.contents, [], 0), problems };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { root: null, problems: [error.problem] };
  }
}

/** Ends the walk: going on would cost what the limit is there to prevent. */
class Stop extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

type Build = (node: Node | null, path: Path, depth: number) => SourceNode;

function createBuilder(problems: Problem[]): Build {
  const anchors = new Map<string, SourceNode | "open">();
  let copied = 0;
  const built: Build = (node, path, depth) => {
    if (depth > limits.depth) throw new Stop(tooDeep(path, node?.range?.[0] ?? 0));
    if (node === null) return leaf(null, 0, 0);
    if (isAlias(node)) return follow(node.source, path, depth, node.range?.[0] ?? 0);
    const anchor = "anchor" in node ? node.anchor : undefined;
    if (anchor !== undefined) anchors.set(anchor, "open");
    const result = isMap(node)
      ? buildMap(node.items, range(node), path, depth)
      : isSeq(node)
        ? buildList(node.items as Node[], range(node), path, depth)
        : buildScalar(node, path);
    if (anchor !== undefined) anchors.set(anchor, result);
    return result;
  };

  function follow(name: string, path: Path, depth: number, offset: number): SourceNode {
    const target = anchors.get(name);
    if (target === undefined) {
      problems.push({ code: "BK2003", message: `the alias *${name} has no anchor before it`, path, offset });
      return leaf(null, offset, offset);
    }
    if (target === "open") {
      throw new Stop({ code: "BK2006", message: `the alias *${name} stands inside its own anchor`, path, offset });
    }
    copied += target.size;
    if (copied > limits.copied) {
      const message = `aliases write out more than ${limits.copied} values`;
      throw new Stop({ code: "BK2006", message, hint: "use fewer aliases of aliases", path, offset });
    }
    if (depth + target.height > limits.depth) throw new Stop(tooDeep(path, offset));
    return target;
  }

  function buildMap(pairs: readonly Pair[], [start, end]: Range, path: Path, depth: number): SourceNode {
    const value: Record<string, unknown> = {};
    const entries = new Map<string, SourceEntry>();
    const merged: SourceNode[] = [];
    let size = 1;
    let height = 0;
    for (const pair of pairs) {
      if (!isPair(pair)) continue;
      const keyNode = pair.key as Node | null;
      const offset = keyNode?.range?.[0] ?? start;
      const child = pair.value as Node | null;
      if (isMergeKey(keyNode)) {
        merged.push(...mergeSources(child, path, depth, offset));
        continue;
      }
      const key = keyOf(keyNode, path, offset);
      if (key === null) continue;
      const childPath = [...path, key];
      if (isPrototypeKey(key)) {
        problems.push({ ...forbiddenKey(key), path: childPath, offset });
        continue;
      }
      const earlier = entries.get(key);
      if (earlier !== undefined) {
        problems.push({
          code: "BK2014",
          message: `the key ${JSON.stringify(key)} is written twice`,
          path: childPath,
          offset,
        });
        continue;
      }
      const keyEnd = keyNode?.range?.[1] ?? offset;
      // A key without value is found by its key: there is nothing else to point at.
      const isEmpty =
        child === null || (isScalar(child) && child.value === null && child.range?.[0] === child.range?.[1]);
      const node = isEmpty ? leaf(null, offset, keyEnd) : built(child, childPath, depth + 1);
      entries.set(key, { start: offset, end: keyEnd, node });
      value[key] = node.value;
      size += node.size;
      height = Math.max(height, node.height);
    }
    for (const source of merged) {
      for (const [key, entry] of source.entries ?? []) {
        if (entries.has(key)) continue;
        entries.set(key, entry);
        value[key] = entry.node.value;
        size += entry.node.size;
        height = Math.max(height, entry.node.height);
      }
    }
    return { value, start, end, entries, size, height: height + 1 };
  }

  function buildList(nodes: readonly Node[], [start, end]: Range, path: Path, depth: number): SourceNode {
    const items = nodes.map((node, i) => built(node, [...path, i], depth + 1));
    return {
      value: items.map((item) => item.value),
      start,
      end,
      items,
      size: items.reduce((sum, item) => sum + item.size, 1),
      height: items.reduce((most, item) => Math.max(most, item.height), 0) + 1,
    };
  }

  function buildScalar(node: Node, path: Path): SourceNode {
    const [start, end] = range(node);
    const value = isScalar(node) ? node.value : undefined;
    if (value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value)) {
      return leaf(value, start, end);
    }
    const what = typeof value === "number" ? `the number ${value}` : "a value of this kind";
    problems.push({ code: "BK2009", message: `a config cannot hold ${what}`, path, offset: start });
    return leaf(null, start, end);
  }

  /** The maps that `<<` takes in: one map or a list of them. */
  function mergeSources(node: Node | null, path: Path, depth: number, offset: number): readonly SourceNode[] {
    const source = built(node, path, depth + 1);
    const maps = source.items ?? [source];
    if (maps.every((map) => map.entries !== undefined)) return maps;
    problems.push({ code: "BK2003", message: "`<<` takes a map or a list of maps", path, offset });
    return [];
  }

  function keyOf(node: Node | null, path: Path, offset: number): string | null {
    if (isScalar(node) && typeof node.value === "string") return node.value;
    const shown = isScalar(node) ? String(node.value) : "a list or a map";
    const hint = isScalar(node) ? `put it in quotes: ${JSON.stringify(node.source ?? shown)}` : undefined;
    const message = `a key must be a string, this one is ${shown}`;
    problems.push({ code: "BK2009", message, ...(hint === undefined ? {} : { hint }), path, offset });
    return null;
  }

  return built;
}

type Range = readonly [number, number];

function range(node: Node): Range {
  return [node.range?.[0] ?? 0, node.range?.[1] ?? 0];
}

/** `<<` as a plain scalar; under `%YAML 1.1` the package turns it into a symbol. */
function isMergeKey(node: Node | null): boolean {
  if (!isScalar(node)) return false;
  return typeof node.value === "symbol" || (node.value === "<<" && node.type === "PLAIN");
}

function leaf(value: unknown, start: number, end: number): SourceNode {
  return { value, start, end, size: 1, height: 0 };
}

function decapitalize(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
