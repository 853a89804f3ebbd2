import { forbiddenKey, isPrototypeKey, limits, type Path, type Problem, tooDeep } from "./source-map.ts";

export interface PlainResult {
  readonly value: unknown;
  readonly problems: readonly Problem[];
}

/** More would only repeat what is wrong. */
const mostProblems = 100;

/**
 * Copies what a module exports into plain data, and says what is none: a config is data, so that it means the
 * same on every machine. Keys whose value is undefined are left out.
 */
export function toPlain(exported: unknown): PlainResult {
  const problems: Problem[] = [];
  const open = new Set<object>();
  let values = 0;

  function report(path: Path, message: string, hint?: string): null {
    problems.push({ code: "BK2009", message, ...(hint === undefined ? {} : { hint }), path, offset: null });
    return null;
  }
  function copy(value: unknown, path: Path, depth: number): unknown {
    values += 1;
    if (problems.length >= mostProblems) return null;
    if (values > limits.values || depth > limits.depth) {
      if (!problems.some((problem) => problem.code === "BK2006")) {
        problems.push(
          depth > limits.depth
            ? tooDeep(path, null)
            : { code: "BK2006", message: `the config holds more than ${limits.values} values`, path: [], offset: null },
        );
      }
      return null;
    }
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "number":
        return Number.isFinite(value) ? value : report(path, `a config cannot hold the number ${value}`);
      case "object":
        return value === null ? null : copyObject(value, path, depth);
      case "function":
        return report(path, "a config cannot hold a function", "call it and write its result");
      case "bigint":
        return report(path, "a config cannot hold a bigint", "write a number or a string");
      case "symbol":
        return report(path, "a config cannot hold a symbol");
      case "undefined":
      default:
        return report(path, "a list cannot hold undefined");
    }
  }
  function copyObject(object: object, path: Path, depth: number): unknown {
    if (open.has(object)) return report(path, "the config refers to itself here");
    open.add(object);
    const result = Array.isArray(object) ? copyList(object, path, depth) : copyMap(object, path, depth);
    open.delete(object);
    return result;
  }
  function copyList(list: readonly unknown[], path: Path, depth: number): unknown {
    if (list.length > limits.values) return report(path, `a list of ${list.length} values is too long`);
    const items: unknown[] = [];
    for (let i = 0; i < list.length; i += 1) items.push(copy(list[i], [...path, i], depth + 1));
    return items;
  }
  function copyMap(object: object, path: Path, depth: number): unknown {
    // An object made in another realm, or without a prototype, is plain too; a Date, Map or class instance is not.
    const prototype: unknown = Object.getPrototypeOf(object);
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
      const name = (object as { constructor?: { name?: unknown } }).constructor?.name;
      const what = typeof name === "string" && name !== "" ? `an instance of ${name}` : "an object with a prototype";
      const hint = name === "Promise" ? "await it" : undefined;
      return report(path, `a config cannot hold ${what}`, hint);
    }
    const map: Record<string, unknown> = {};
    for (const key of Object.keys(object)) {
      const childPath = [...path, key];
      if (isPrototypeKey(key)) {
        problems.push({ ...forbiddenKey(key), path: childPath, offset: null });
        continue;
      }
      const value = (object as Record<string, unknown>)[key];
      if (value !== undefined) map[key] = copy(value, childPath, depth + 1);
    }
    return map;
  }

  const value = copy(exported, [], 0);
  return { value, problems };
}
