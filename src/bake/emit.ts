import type * as HandlebarsModule from "handlebars";
import HandlebarsRuntime from "handlebars/runtime.js";
import { compareNames } from "../config/names.ts";
import { attributeFields, optionsExpression } from "./attributes.ts";
import { homeVariable } from "./cache-entry.ts";
import { functionsOf, nameFunctions } from "./cache-name.ts";
import { type CacheField, commitCache, scopeVariables } from "./committed.ts";
import {
  alignFields,
  deeper,
  type Expression,
  type Field,
  listExpression,
  stringExpression,
  valueExpression,
} from "./hcl.ts";
import { planOfFile } from "./levels.ts";
import type { Entry, Plan, PlanGroup, PlanVariable } from "./model.ts";
import type { Text, VariableRef } from "../config/text.ts";
import { bakeFile } from "./templates.gen.js";

/** Raised when the same config yields a file that means something else. */
export const formatVersion = 1;

const mark = /^\u{feff}?# bkcache format (\d+)\b/u;

/** The format version of a file that bkcache wrote; null for any other file. */
export function formatOf(text: string): number | null {
  const found = mark.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

export function isBkcacheFile(text: string): boolean {
  return formatOf(text) !== null;
}

/**
 * The committed docker-bake.hcl: bake alone can build from it, with cache only where `committed` or the two scope
 * variables ask for it.
 */
export function emitBakeFile(declared: Plan): string {
  const plan = planOfFile(declared);
  const cache = commitCache(plan);
  const source = plan.config === null ? "" : `, generated from ${plan.config}`;
  return render(plan, {
    header: `# bkcache format ${formatVersion}${source}: change that file and run "bkcache generate", not this one.`,
    names: new Set(Object.keys(plan.targets)),
    groups: plan.groups,
    cache: cache.fields,
    variables: { ...plan.variables, ...scopeVariables(cache) },
  });
}

/** What a run passes for each target; exactly these targets are emitted. */
export interface RunChoices {
  readonly targets: Readonly<
    Record<string, { readonly cacheFrom: readonly (Entry | Text)[]; readonly cacheTo: readonly (Entry | Text)[] }>
  >;
  /** Names of groups to emit; without it, every group that holds none but these targets. */
  readonly groups?: readonly string[];
}

/** The file of one run, for standard input of `buildx bake -f -`. */
export function emitRunFile(plan: Plan, choices: RunChoices): string {
  const names = new Set(Object.keys(choices.targets));
  for (const name of names) if (!Object.hasOwn(plan.targets, name)) throw new Error(`no target ${name} in the plan`);
  const cache = new Map<string, readonly CacheField[]>();
  for (const [name, { cacheFrom, cacheTo }] of Object.entries(choices.targets)) {
    cache.set(name, [
      { name: "cache-from", entries: cacheFrom },
      { name: "cache-to", entries: cacheTo },
    ]);
  }
  return render(plan, {
    header: `# bkcache format ${formatVersion}, one run`,
    names,
    groups: selectGroups(plan.groups, names, choices.groups),
    cache,
    variables: plan.variables,
  });
}

/**
 * What the config itself declares beside existing bake files, for bake to read after them; null where that is
 * nothing. Without cache: whose target is whose is known only once bake has merged them.
 */
export function emitBesideFiles(plan: Plan): string | null {
  const names = new Set(Object.keys(plan.targets));
  const isEmpty = [plan.targets, plan.groups, plan.variables].every((each) => Object.keys(each).length === 0);
  if (isEmpty) return null;
  const header = `# bkcache format ${formatVersion}, beside other files`;
  return render(plan, { header, names, groups: plan.groups, cache: new Map(), variables: plan.variables });
}

function selectGroups(
  groups: Plan["groups"],
  targets: ReadonlySet<string>,
  wanted: readonly string[] | undefined,
): Plan["groups"] {
  const isComplete = (name: string, seen: readonly string[]): boolean => {
    const group = Object.hasOwn(groups, name) && !seen.includes(name) ? groups[name] : undefined;
    if (group === undefined) return targets.has(name);
    return group.targets.every((member) => isComplete(member, [...seen, name]));
  };
  return Object.fromEntries(
    Object.entries(groups).filter(([name]) => (wanted === undefined ? isComplete(name, []) : wanted.includes(name))),
  );
}

interface Content {
  readonly header: string;
  /** Targets to write; their bases and external targets come with them. */
  readonly names: ReadonlySet<string>;
  readonly groups: Readonly<Record<string, PlanGroup>>;
  readonly cache: ReadonlyMap<string, readonly CacheField[]>;
  readonly variables: Readonly<Record<string, PlanVariable>>;
}

/** Indentation of the lines of a block. */
const pad = "  ";

interface Block {
  readonly name: string;
  readonly body: string;
}

// The runtime alone: a template is compiled before this is built. Its types leave out what it exports.
const handlebars = HandlebarsRuntime as unknown as typeof HandlebarsModule;

const template = handlebars.create().template<{
  readonly header: string;
  readonly variables: readonly Block[];
  readonly functions: readonly Block[];
  readonly groups: readonly Block[];
  readonly targets: readonly Block[];
}>(bakeFile);

/** The one way from plan to file. */
function render(plan: Plan, content: Content): string {
  const uses = findUses([...content.cache.values()].flat());
  const variables = Object.entries(content.variables).map(([name, variable]) => block(name, variableBody(variable)));
  if (uses.home) variables.push(block(homeVariable, alignFields(homeFields, pad)));
  return template({
    header: content.header.replaceAll(/\p{Cc}/gu, " "),
    variables: sortBlocks(variables),
    functions: Object.entries(nameFunctions)
      .filter(([name]) => uses.functions.has(name))
      .map(([name, { params, result }]) =>
        block(
          name,
          alignFields(
            [
              ["params", `[${params.join(", ")}]`],
              ["result", result],
            ],
            pad,
          ),
        ),
      ),
    groups: sortBlocks(
      Object.entries(content.groups).map(([name, { targets, description }]) => {
        const fields: Field[] = [["targets", listExpression(targets.map(stringExpression), pad)]];
        if (description !== undefined) fields.unshift(["description", stringExpression(description)]);
        return block(name, alignFields(fields, pad));
      }),
    ),
    targets: sortBlocks(targetBlocks(plan, content)),
  });
}

const homeFields = [
  ["default", "homedir()"],
  ["description", '"Home folder, where local caches are kept."'],
] as const;

function targetBlocks(plan: Plan, { names, cache }: Content): Block[] {
  const blocks: Block[] = [];
  const external = new Set<string>();
  // Several targets may share a base, which may be one of those that are written anyway.
  const written = new Set(names);
  for (const name of names) {
    const target = plan.targets[name];
    if (target === undefined) continue;
    const { attributes, inherits, bases } = target;
    for (const [base, baseAttributes] of Object.entries(bases)) {
      if (written.has(base)) continue;
      written.add(base);
      blocks.push(block(base, alignFields(attributeFields(baseAttributes, pad), pad)));
    }
    for (const parent of inherits) if (!Object.hasOwn(bases, parent)) external.add(parent);
    const isFlat = inherits.length === 0;
    const fields = attributeFields(attributes, pad);
    if (!isFlat) fields.unshift(["inherits", listExpression(inherits.map(stringExpression), pad)]);
    for (const field of cache.get(name) ?? []) {
      // An empty list says something only where it takes the place of an inherited one.
      if (field.entries.length === 0 && isFlat) continue;
      const list = optionsExpression(field.entries, pad);
      fields.push([field.name, field.condition === undefined ? list : `${field.condition} ? [] : ${list}`]);
    }
    blocks.push(block(name, alignFields(fields, pad)));
  }
  const placeholders = names.size === Object.keys(plan.targets).length ? plan.external : external;
  for (const name of placeholders) blocks.push(block(name, ""));
  return blocks;
}

function variableBody({ type, default: value, description, validation = [] }: PlanVariable): string {
  const fields: Field[] = [];
  if (type !== undefined) fields.push(["type", type]);
  if (value !== undefined) fields.push(["default", valueExpression(value, pad)]);
  if (description !== undefined) fields.push(["description", stringExpression(description)]);
  return [
    ...(fields.length === 0 ? [] : [alignFields(fields, pad)]),
    ...validation.map(({ condition, errorMessage }) => {
      const rule: Field[] = [["condition", oneExpression(condition)]];
      if (errorMessage !== undefined) rule.push(["error_message", stringExpression(errorMessage)]);
      return `${pad}validation {\n${alignFields(rule, deeper(pad))}\n${pad}}`;
    }),
  ].join("\n");
}

/** An expression ends with its line, unless brackets hold it together. */
function oneExpression(source: string): Expression {
  const trimmed = source.trim();
  return trimmed.includes("\n") ? `(\n${trimmed}\n)` : trimmed;
}

function block(name: string, body: string): Block {
  return { name, body: body === "" ? "{}" : `{\n${body}\n}` };
}

function sortBlocks(blocks: readonly Block[]): readonly Block[] {
  return blocks.toSorted((a, b) => compareNames(a.name, b.name));
}

/** bkcache's own functions and variables that the cache entries refer to. */
function findUses(fields: readonly CacheField[]): { readonly functions: ReadonlySet<string>; readonly home: boolean } {
  const functions = new Set<string>();
  let home = false;
  const collect = (text: Text) => {
    if (typeof text === "string") return;
    for (const part of text) {
      if (typeof part === "string") continue;
      const { variable, encode }: VariableRef = part;
      if (variable === homeVariable) home = true;
      if (encode !== undefined) for (const name of functionsOf[encode]) functions.add(name);
    }
  };
  for (const { entries } of fields) {
    for (const entry of entries) {
      if (typeof entry === "string" || Array.isArray(entry)) collect(entry as Text);
      else for (const value of Object.values(entry as Entry)) collect(value);
    }
  }
  return { functions, home };
}
