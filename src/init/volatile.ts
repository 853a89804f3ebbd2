import { setTimeout } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { BakeDefinition } from "../bake/printed.ts";
import { mapRecord } from "../config/records.ts";
import type { Buildx } from "../builder/buildx.ts";
import { listVariables, type SourceVariable } from "./bake-source.ts";
import { findDifferences } from "./compare.ts";
import type { SourceOptions } from "./question.ts";

/** Functions of bake whose result is another one each time. */
const changing = /\b(?:timestamp|uuidv4|bcrypt)\s*\(/;

/** Whether a file may say something else each time. */
export function isChanging(text: string): boolean {
  return changing.test(text);
}

/** bake's clock counts seconds. */
const tick = 1100;

/** Values of the variables that change from one look to the next, as they are now. */
export async function pinVariables(
  buildx: Buildx,
  source: SourceOptions,
  declared: readonly SourceVariable[],
): Promise<Readonly<Record<string, string>>> {
  await setTimeout(tick);
  const later = new Map((await listVariables(buildx, source)).map(({ name, value }) => [name, value]));
  return Object.fromEntries(
    declared.flatMap(({ name, value }) => (value !== undefined && later.get(name) !== value ? [[name, value]] : [])),
  );
}

export interface Volatile {
  /** Attributes that change although no variable does, as `findDifferences` names them. */
  readonly places: readonly string[];
  /** A definition with what changes as it was at first, so that two can be compared and made alike. */
  readonly pin: (definition: BakeDefinition) => BakeDefinition;
}

/** What is another value when bake reads the source again. */
export async function findVolatile(
  text: string,
  now: BakeDefinition,
  ask: () => Promise<BakeDefinition | null>,
): Promise<Volatile> {
  const none: Volatile = { places: [], pin: (definition) => definition };
  if (!changing.test(text)) return none;
  await setTimeout(tick);
  const later = await ask();
  if (later === null) return none;
  return {
    places: findDifferences(now, later),
    pin: (definition) => pinned(definition, now, later) as BakeDefinition,
  };
}

function pinned(value: unknown, now: unknown, later: unknown): unknown {
  if (isMap(value) && isMap(now) && isMap(later)) {
    return mapRecord(value, (field, key) => (key in now ? pinned(field, now[key], later[key]) : field));
  }
  if (Array.isArray(value) && Array.isArray(now) && Array.isArray(later) && value.length === now.length) {
    return value.map((item, index) => pinned(item, now[index], later[index]));
  }
  return isDeepStrictEqual(now, later) ? value : now;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
