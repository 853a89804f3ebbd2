import { setTimeout } from "node:timers/promises";
import type { BakeDefinition } from "../bake/printed.ts";
import type { Buildx } from "../builder/buildx.ts";
import { listVariables, type SourceVariable } from "./bake-source.ts";
import { findDifferences } from "./compare.ts";
import type { SourceOptions } from "./question.ts";

/** Functions of bake whose result is another one each time. */
const changing = /\b(?:timestamp|uuidv4|bcrypt)\s*\(/;

/** bake's clock counts seconds. */
const tick = 1100;

/** Values of the variables that change from one look to the next, as they are now. */
export async function pinVariables(
  buildx: Buildx,
  source: SourceOptions,
  declared: readonly SourceVariable[],
): Promise<Readonly<Record<string, string>>> {
  if (!changing.test(source.text)) return {};
  await setTimeout(tick);
  const later = new Map((await listVariables(buildx, source)).map(({ name, value }) => [name, value]));
  return Object.fromEntries(
    declared.flatMap(({ name, value }) => (value !== undefined && later.get(name) !== value ? [[name, value]] : [])),
  );
}

/** Attributes that change although no variable does, as `findDifferences` names them. */
export async function findVolatile(
  text: string,
  now: BakeDefinition,
  ask: () => Promise<BakeDefinition | null>,
): Promise<readonly string[]> {
  if (!changing.test(text)) return [];
  await setTimeout(tick);
  const later = await ask();
  return later === null ? [] : findDifferences(now, later);
}
