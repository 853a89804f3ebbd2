import { shape as root, type Shape } from "./validate.gen.js";
import type { Path } from "./source-map.ts";

/** A place of the config by its structure: the alternatives of the schema that fit the value there. */
type Place = readonly Shape[];

const definitions = root.$defs ?? {};

export const topPlace: Place = [root];

/** Alternatives with references followed; of a union by `type` only the member that the value names. */
function expand(place: Place, value: unknown): Place {
  return place.flatMap((shape) => {
    const referred = shape.$ref === undefined ? undefined : definitions[shape.$ref.slice("#/$defs/".length)];
    const below = [
      ...(referred === undefined ? [] : [referred]),
      ...(shape.allOf ?? []),
      ...(shape.anyOf ?? []),
      ...(shape.oneOf ?? []).filter((member) => fitsType(member, value)),
    ];
    return below.length === 0 ? [shape] : [shape, ...expand(below, value)];
  });
}

function fitsType(member: Shape, value: unknown): boolean {
  const definition = member.$ref === undefined ? member : definitions[member.$ref.slice("#/$defs/".length)];
  const wanted = definition?.properties?.["type"]?.const;
  return typeof value === "object" && value !== null && "type" in value && value.type === wanted;
}

function step(place: Place, value: unknown, key: string | number): Place {
  return expand(place, value).flatMap((shape) => {
    if (typeof key === "number") return shape.items === undefined ? [] : [shape.items];
    const own =
      shape.properties !== undefined && Object.hasOwn(shape.properties, key) ? shape.properties[key] : undefined;
    if (own !== undefined) return [own];
    return typeof shape.additionalProperties === "object" ? [shape.additionalProperties] : [];
  });
}

/** The keys that the map at a path may have; empty where any name is one. */
export function keysAt(data: unknown, path: Path): readonly string[] {
  let place = topPlace;
  let value = data;
  for (const part of path) {
    place = step(place, value, part);
    value = (value as Record<string | number, unknown> | null | undefined)?.[part];
  }
  return [...new Set(expand(place, value).flatMap((shape) => Object.keys(shape.properties ?? {})))];
}

export interface TemplateString {
  readonly path: Path;
  readonly value: string;
  /** Whether the string stands for a whole list or flag: exactly one variable. */
  readonly isWhole: boolean;
}

/** Calls back for every string of a valid config that may hold references. */
export function visitTemplates(data: unknown, visit: (found: TemplateString) => void): void {
  const walk = (value: unknown, place: Place, path: Path): void => {
    if (typeof value === "string") {
      // Most strings hold none; `$${` counts, since it is scanned all the same.
      if (!value.includes("${")) return;
      const isWhole = place.some((shape) => shape.anyOf?.some((member) => member.$ref === "#/$defs/VariableReference"));
      const isTemplate =
        isWhole || expand(place, value).some((shape) => shape === definitions["Template"]) || inOption(place);
      if (isTemplate) visit({ path, value, isWhole });
    } else if (Array.isArray(value)) {
      for (const [i, item] of value.entries()) {
        if (mayHold(item)) walk(item, step(place, value, i), [...path, i]);
      }
    } else if (typeof value === "object" && value !== null) {
      for (const [key, item] of Object.entries(value)) {
        if (mayHold(item)) walk(item, step(place, value, key), [...path, key]);
      }
    }
  };
  walk(data, topPlace, []);
}

/** Skips what needs no place of its own: it is the look-up of places that costs. */
function mayHold(value: unknown): boolean {
  return typeof value === "string" ? value.includes("${") : typeof value === "object" && value !== null;
}

const optionValue = definitions["OptionObject"]?.additionalProperties;

/** Values of an option in object form are templates, next to numbers and flags. */
function inOption(place: Place): boolean {
  return place.some((shape) => shape === optionValue);
}
