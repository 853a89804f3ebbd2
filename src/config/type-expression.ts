import { unreachable } from "../diagnostics/unreachable.ts";

/** A type of bake's `variable` block, read. */
export type VariableType =
  | { readonly kind: "string" | "number" | "bool" | "any" }
  | { readonly kind: "list" | "set" | "map"; readonly of: VariableType }
  | { readonly kind: "tuple"; readonly items: readonly VariableType[] }
  | { readonly kind: "object"; readonly fields: Readonly<Record<string, VariableType>> };

const deepest = 16;

/** Null where the text is no type expression. */
export function parseType(text: string): VariableType | null {
  const tokens = text.match(/[A-Za-z_][\w-]*|[()[\]{},=]|"[^"]*"|\S/g) ?? [];
  let at = 0;
  const take = (token: string) => tokens[at] === token && (at += 1) > 0;

  function type(depth: number): VariableType | null {
    const name = tokens[at];
    at += 1;
    if (name === undefined || depth > deepest) return null;
    switch (name) {
      case "string":
      case "number":
      case "bool":
      case "any":
        return { kind: name };
      case "list":
      case "set":
      case "map": {
        if (!take("(")) return null;
        const of = type(depth + 1);
        return of !== null && take(")") ? { kind: name, of } : null;
      }
      case "tuple":
        return tuple(depth);
      case "object":
        return object(depth);
      default:
        return null;
    }
  }
  function tuple(depth: number): VariableType | null {
    if (!take("(") || !take("[")) return null;
    const items: VariableType[] = [];
    while (!take("]")) {
      const item = type(depth + 1);
      if (item === null || (!take(",") && tokens[at] !== "]")) return null;
      items.push(item);
    }
    return take(")") ? { kind: "tuple", items } : null;
  }
  function object(depth: number): VariableType | null {
    if (!take("(") || !take("{")) return null;
    const fields: [string, VariableType][] = [];
    while (!take("}")) {
      const key = tokens[at]?.replaceAll('"', "");
      at += 1;
      if (key === undefined || !take("=")) return null;
      const field = type(depth + 1);
      // HCL takes a newline or a comma between fields.
      if (field === null) return null;
      take(",");
      fields.push([key, field]);
    }
    return take(")") ? { kind: "object", fields: Object.fromEntries(fields) } : null;
  }

  const result = type(0);
  return at === tokens.length ? result : null;
}

/** Whether HCL can convert a value to a type. null fits all. */
export function fitsType(value: unknown, type: VariableType): boolean {
  if (value === null) return true;
  const isList = Array.isArray(value);
  const isMap = typeof value === "object" && !isList;
  switch (type.kind) {
    case "any":
      return true;
    case "string":
      return !isList && !isMap;
    case "number":
      return (
        typeof value === "number" ||
        (typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value)))
      );
    case "bool":
      return typeof value === "boolean" || value === "true" || value === "false";
    case "list":
    case "set":
      return isList && value.every((item) => fitsType(item, type.of));
    case "map":
      return isMap && Object.values(value).every((item) => fitsType(item, type.of));
    case "tuple":
      return isList && value.length === type.items.length && type.items.every((item, i) => fitsType(value[i], item));
    case "object":
      return (
        isMap &&
        Object.entries(type.fields).every(
          ([key, field]) => Object.hasOwn(value, key) && fitsType((value as Record<string, unknown>)[key], field),
        )
      );
    default:
      return unreachable(type);
  }
}

/** What a reference can do with a variable: stand in a longer string, or for a whole list. */
export type VariableShape = "scalar" | "list" | "map" | "unknown";

export function shapeOfType(type: VariableType): VariableShape {
  switch (type.kind) {
    case "any":
      return "unknown";
    case "list":
    case "set":
    case "tuple":
      return "list";
    case "map":
    case "object":
      return "map";
    case "string":
    case "number":
    case "bool":
      return "scalar";
    default:
      return unreachable(type);
  }
}
