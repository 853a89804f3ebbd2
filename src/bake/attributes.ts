import type { Text, VariableRef } from "../config/text.ts";
import {
  type Expression,
  listExpression,
  objectExpression,
  shortObjectExpression,
  textExpression,
  variableExpression,
} from "./hcl.ts";
import type { BakeTarget, SshEntry } from "./model.ts";

type Option = Text | Readonly<Record<string, Text | boolean>>;

/** bake's attributes in the order in which they are written, each with the encoder of its kind. */
const encoders = {
  description: textExpression,
  context: textExpression,
  contexts: mapExpression,
  dockerfile: textExpression,
  "dockerfile-inline": textExpression,
  target: textExpression,
  args: mapExpression,
  labels: mapExpression,
  annotations: textsExpression,
  tags: textsExpression,
  platforms: textsExpression,
  secret: optionsExpression,
  ssh: sshExpression,
  network: textExpression,
  "extra-hosts": mapExpression,
  entitlements: textsExpression,
  "shm-size": textExpression,
  ulimits: textsExpression,
  resources: mapExpression,
  pull: flagExpression,
  "no-cache": flagExpression,
  "no-cache-filter": textsExpression,
  attest: optionsExpression,
  policy: optionsExpression,
  call: textExpression,
  output: optionsExpression,
  "cache-from": optionsExpression,
  "cache-to": optionsExpression,
} as const satisfies Record<keyof BakeTarget, (value: never) => Expression>;

/** `name = value` pairs of the attributes that a target has. */
export function attributeFields(target: BakeTarget): (readonly [string, Expression])[] {
  return Object.entries(encoders).flatMap(([name, encode]) => {
    const value: unknown = target[name as keyof BakeTarget];
    return value === undefined ? [] : [[name, (encode as (value: unknown) => Expression)(value)] as const];
  });
}

function flagExpression(flag: boolean | VariableRef): Expression {
  return typeof flag === "boolean" ? String(flag) : variableExpression(flag);
}

function textsExpression(texts: readonly Text[] | VariableRef): Expression {
  return "variable" in texts ? variableExpression(texts) : listExpression(texts.map(textExpression));
}

function mapExpression(map: Readonly<Record<string, Text | null>>): Expression {
  return objectExpression(
    sortFields(map).map(([key, value]) => [key, value === null ? "null" : textExpression(value)]),
  );
}

/** A list of options in CSV or object form. */
export function optionsExpression(options: readonly Option[] | VariableRef): Expression {
  if ("variable" in options) return variableExpression(options);
  return listExpression(options.map(optionExpression));
}

function optionExpression(option: Option): Expression {
  if (isText(option)) return textExpression(option);
  return shortObjectExpression(
    sortFields(option, leadingKeys).map(([key, value]) => [
      key,
      typeof value === "boolean" ? String(value) : textExpression(value),
    ]),
  );
}

function sshExpression(entries: readonly (SshEntry | Text)[]): Expression {
  return listExpression(
    entries.map((entry) => {
      if (isText(entry)) return textExpression(entry);
      const id = ["id", textExpression(entry.id)] as const;
      if (entry.paths === undefined) return shortObjectExpression([id]);
      return shortObjectExpression([id, ["paths", listExpression(entry.paths.map(textExpression))]]);
    }),
  );
}

function isText(value: Text | object): value is Text {
  return typeof value === "string" || Array.isArray(value);
}

/** Keys that say what an option is stand first. */
const leadingKeys = ["type", "id", "filename"];

function sortFields<T>(map: Readonly<Record<string, T>>, leading: readonly string[] = []): (readonly [string, T])[] {
  const rank = (key: string) => (leading.indexOf(key) + leading.length + 1) % (leading.length + 1);
  return Object.entries(map).toSorted(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
}
