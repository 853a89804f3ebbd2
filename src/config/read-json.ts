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
 * Reads JSON into plain data with places. `JSON.parse` says whether the text is JSON; the walk after it can
 * trust the syntax, and finds keys written twice, which `JSON.parse` lets pass.
 */
export function readJson(text: string): ReadResult {
  try {
    JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : "not valid JSON";
    const position = /at position (\d+)/.exec(message)?.[1];
    // V8 repeats the text around the place and the place itself; the excerpt shows both.
    const plain = message.replace(/,? ?(\.\.\.)?".*$/s, "").replace(/ (in JSON )?at position .*$/s, "");
    const offset = position === undefined ? text.length : Number(position);
    return { root: null, problems: [{ code: "BK2003", message: `not valid JSON: ${plain}`, path: [], offset }] };
  }
  return walk(text);
}

function walk(text: string): ReadResult {
  const problems: Problem[] = [];
  let at = 0;
  let deep: Problem | null = null;

  function blank(): void {
    while (text.charCodeAt(at) <= 0x20) at += 1;
  }
  function string(): string {
    const start = at;
    at += 1;
    while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
    at += 1;
    return JSON.parse(text.slice(start, at)) as string;
  }
  function value(path: Path, depth: number): SourceNode {
    blank();
    const start = at;
    if (depth > limits.depth) {
      deep ??= tooDeep(path, start);
      at = text.length;
    } else if (text[at] === "{") return map(path, depth, start);
    else if (text[at] === "[") return list(path, depth, start);
    else if (text[at] === '"') return leaf(string(), path, start);
    else while (at < text.length && !/[\s,\]}]/.test(text[at] ?? "")) at += 1;
    return leaf(deep === null ? JSON.parse(text.slice(start, at)) : null, path, start);
  }
  function leaf(content: unknown, path: Path, start: number): SourceNode {
    if (typeof content === "number" && !Number.isFinite(content)) {
      problems.push({ code: "BK2009", message: "a config cannot hold a number this large", path, offset: start });
    }
    return { value: content, start, end: at, size: 1, height: 0 };
  }
  function map(path: Path, depth: number, start: number): SourceNode {
    const content: Record<string, unknown> = {};
    const entries = new Map<string, SourceEntry>();
    let size = 1;
    let height = 0;
    at += 1;
    for (blank(); deep === null && text[at] !== "}"; blank()) {
      if (text[at] === ",") {
        at += 1;
        continue;
      }
      const offset = at;
      const key = string();
      const end = at;
      blank();
      at += 1;
      const childPath = [...path, key];
      const node = value(childPath, depth + 1);
      if (isPrototypeKey(key)) problems.push({ ...forbiddenKey(key), path: childPath, offset });
      else if (entries.has(key)) {
        problems.push({
          code: "BK2014",
          message: `the key ${JSON.stringify(key)} is written twice`,
          path: childPath,
          offset,
        });
      } else {
        entries.set(key, { start: offset, end, node });
        content[key] = node.value;
        size += node.size;
        height = Math.max(height, node.height);
      }
    }
    at += 1;
    return { value: content, start, end: at, entries, size, height: height + 1 };
  }
  function list(path: Path, depth: number, start: number): SourceNode {
    const items: SourceNode[] = [];
    at += 1;
    for (blank(); deep === null && text[at] !== "]"; blank()) {
      if (text[at] === ",") at += 1;
      else items.push(value([...path, items.length], depth + 1));
    }
    at += 1;
    return {
      value: items.map((item) => item.value),
      start,
      end: at,
      items,
      size: items.reduce((sum, item) => sum + item.size, 1),
      height: items.reduce((most, item) => Math.max(most, item.height), 0) + 1,
    };
  }

  const root = value([], 0);
  return deep === null ? { root, problems } : { root: null, problems: [deep] };
}
