import type { Flag, OptionText, TextList, TextMap } from "../resolved.ts";
import { parseTemplate, soleVariable, type Text, textOf, type VariableRef } from "../text.ts";

/** Values of a matrix target's axes: `axis`, or `axis.key` for an axis of maps. Empty outside of a matrix. */
export type Axes = ReadonlyMap<string, string>;
export const noAxes: Axes = new Map();

/** A template with its axes replaced; what is left are variables of the bake file. */
export function readText(template: string, axes: Axes): Text {
  if (!template.includes("${")) return template;
  const { parts } = parseTemplate(template);
  return textOf(parts.map((part) => (typeof part === "string" ? part : (axes.get(part.variable) ?? part))));
}

export function readMap(map: Readonly<Record<string, string | null | undefined>>, axes: Axes): TextMap {
  const entries: [string, Text][] = [];
  for (const [key, value] of Object.entries(map)) {
    // In bake null means "not set here", never "remove".
    // HCL turns keys into NFC: two that become one there have to be one before they are merged.
    if (value !== null && value !== undefined) entries.push([key.normalize("NFC"), readText(value, axes)]);
  }
  return Object.fromEntries(entries);
}

/** A list, or `"${NAME}"` for the whole list; an axis there makes a list of one. bake drops empty strings. */
export function readList(list: readonly string[] | string, axes: Axes): TextList {
  if (typeof list !== "string") return unique(list.map((item) => readText(item, axes)).filter((item) => item !== ""));
  const text = readText(list, axes);
  return soleVariable(text) ?? [text];
}

export function readFlag(flag: boolean | string, axes: Axes): Flag {
  if (typeof flag === "boolean") return flag;
  const text = readText(flag, axes);
  return soleVariable(text) ?? text === "true";
}

type RawOption = string | Readonly<Record<string, string | number | boolean | undefined>>;

export function readOption(option: RawOption, axes: Axes): OptionText {
  if (typeof option === "string") return readText(option, axes);
  return Object.fromEntries(
    Object.entries(option)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, readText(String(value), axes)]),
  );
}

export function readOptions(options: readonly RawOption[], axes: Axes): readonly OptionText[] {
  return options.map((option) => readOption(option, axes)).filter((option) => option !== "");
}

export function readOutput(output: readonly RawOption[] | string, axes: Axes): readonly OptionText[] | VariableRef {
  if (typeof output !== "string") return unique(readOptions(output, axes));
  const text = readText(output, axes);
  return soleVariable(text) ?? [text];
}

/** A key that two values share exactly when they are the same. */
function keyOf(value: unknown): string {
  return typeof value === "string" ? `=${value}` : JSON.stringify(value, sortKeys);
}

function sortKeys(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The first of each, in order. Of an option that stands twice, bake would move the last of the list into the place
 * of the second.
 */
export function unique<T>(items: readonly T[]): readonly T[] {
  if (items.length < 2) return items;
  const seen = new Map<string, T>();
  for (const item of items) {
    const key = keyOf(item);
    if (!seen.has(key)) seen.set(key, item);
  }
  return [...seen.values()];
}
