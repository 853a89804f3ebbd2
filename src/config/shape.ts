import type { Path } from "./source-map.ts";
import { type Shape, shape as root } from "./validate.gen.js";

/**
 * A place of the config by its structure: the alternatives of the schema that fit there, as one. Made on first
 * use and kept, so that a thousand targets share the places of one.
 */
interface Place {
  /** With references followed, but for the members of a union by `type`. */
  readonly shapes: readonly Shape[];
  /** Those members. */
  readonly members: readonly Shape[];
  readonly keys: Map<string, Place>;
  readonly byType: Map<string, Place>;
  rest: Place | undefined;
  items: Place | undefined;
  readonly isTemplate: boolean;
  readonly takesVariable: boolean;
}

const definitions = root.$defs ?? {};
const optionValue = definitions["OptionObject"]?.additionalProperties;

function definitionOf(shape: Shape): Shape | undefined {
  return shape.$ref === undefined ? undefined : definitions[shape.$ref.slice("#/$defs/".length)];
}

function createPlace(shapes: readonly Shape[]): Place {
  const all = expand(shapes);
  const takesVariable = all.includes(definitions["VariableReference"] as Shape);
  return {
    shapes: all,
    members: all.flatMap((shape) => shape.oneOf ?? []),
    keys: new Map(),
    byType: new Map(),
    rest: undefined,
    items: undefined,
    takesVariable,
    // Values of an option in object form are templates, next to numbers and flags.
    isTemplate: takesVariable || all.includes(definitions["Template"] as Shape) || all.includes(optionValue as Shape),
  };
}

function expand(shapes: readonly Shape[]): readonly Shape[] {
  return shapes.flatMap((shape) => {
    const referred = definitionOf(shape);
    const below = [...(referred === undefined ? [] : [referred]), ...(shape.allOf ?? []), ...(shape.anyOf ?? [])];
    return below.length === 0 ? [shape] : [shape, ...expand(below)];
  });
}

/** The place of a value in a union by `type`, or the place itself where there is none. */
function narrow(place: Place, value: unknown): Place {
  if (place.members.length === 0) return place;
  const type = (value as { readonly type?: unknown } | null | undefined)?.type;
  if (typeof type !== "string") return place;
  return remember(place.byType, type, () =>
    createPlace(
      place.members.filter((member) => (definitionOf(member) ?? member).properties?.["type"]?.const === type),
    ),
  );
}

function remember(made: Map<string, Place>, key: string, make: () => Place): Place {
  const known = made.get(key);
  if (known !== undefined) return known;
  const place = make();
  made.set(key, place);
  return place;
}

function stepToKey(place: Place, key: string): Place {
  const isNamed = place.shapes.some(({ properties }) => properties !== undefined && Object.hasOwn(properties, key));
  if (!isNamed) {
    place.rest ??= createPlace(
      place.shapes.flatMap(({ additionalProperties: rest }) => (typeof rest === "object" ? [rest] : [])),
    );
    return place.rest;
  }
  return remember(place.keys, key, () =>
    createPlace(
      place.shapes.flatMap(({ properties, additionalProperties: rest }) => {
        const own = properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
        if (own !== undefined) return [own];
        return typeof rest === "object" ? [rest] : [];
      }),
    ),
  );
}

function stepToItems(place: Place): Place {
  place.items ??= createPlace(place.shapes.flatMap(({ items }) => (items === undefined ? [] : [items])));
  return place.items;
}

const top = createPlace([root]);

function placeAt(data: unknown, path: Path): Place {
  let place = narrow(top, data);
  let value = data;
  for (const part of path) {
    value = (value as Record<string | number, unknown> | null | undefined)?.[part];
    place = narrow(typeof part === "number" ? stepToItems(place) : stepToKey(place, part), value);
  }
  return place;
}

/** Whether one variable may stand for the whole value at a path. */
export function takesVariableReference(data: unknown, path: Path): boolean {
  return placeAt(data, path).takesVariable;
}

/** The keys that the map at a path may have; empty where any name is one. */
export function keysAt(data: unknown, path: Path): readonly string[] {
  const place = placeAt(data, path);
  return [...new Set(place.shapes.flatMap((shape) => Object.keys(shape.properties ?? {})))];
}

export interface TemplateString {
  readonly path: Path;
  readonly value: string;
  /** Whether the string stands for a whole list or flag: exactly one variable. */
  readonly takesVariable: boolean;
}

/** Calls back for every string of a valid config that may hold references, and holds a `${`. */
export function visitTemplates(data: unknown, visit: (found: TemplateString) => void): void {
  const path: (string | number)[] = [];
  const walk = (value: unknown, place: Place): void => {
    if (typeof value === "string") {
      // Few strings hold one; those are looked at closely.
      if (place.isTemplate && value.includes("${"))
        visit({ path: [...path], value, takesVariable: place.takesVariable });
    } else if (Array.isArray(value)) {
      const items = stepToItems(place);
      for (const [i, item] of value.entries()) step(i, item, items);
    } else if (typeof value === "object" && value !== null) {
      for (const key of Object.keys(value)) {
        step(key, (value as Record<string, unknown>)[key], stepToKey(place, key));
      }
    }
  };
  const step = (key: string | number, value: unknown, place: Place): void => {
    path.push(key);
    walk(value, narrow(place, value));
    path.pop();
  };
  walk(data, narrow(top, data));
}
