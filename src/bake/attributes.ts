import type { Text, VariableRef } from "../config/text.ts";
import {
  deeper,
  type Expression,
  type Field,
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
} as const satisfies Record<keyof BakeTarget, (value: never, pad: string) => Expression>;

const names = Object.keys(encoders) as readonly (keyof typeof encoders)[];

/** `name = value` pairs of the attributes that a target has; `pad` is the indentation of their lines. */
export function attributeFields(target: BakeTarget, pad: string): Field[] {
  const fields: Field[] = [];
  for (const name of names) {
    const value: unknown = target[name];
    if (value !== undefined) {
      fields.push([name, (encoders[name] as (value: unknown, pad: string) => Expression)(value, pad)]);
    }
  }
  return fields;
}

function flagExpression(flag: boolean | VariableRef): Expression {
  return typeof flag === "boolean" ? String(flag) : variableExpression(flag);
}

function textsExpression(texts: readonly Text[] | VariableRef, pad: string): Expression {
  return "variable" in texts ? variableExpression(texts) : listExpression(texts.map(textExpression), pad);
}

function mapExpression(map: Readonly<Record<string, Text | null>>, pad: string): Expression {
  return objectExpression(
    sortFields(map).map(([key, value]) => [key, value === null ? "null" : textExpression(value)]),
    pad,
  );
}

/** A list of options in CSV or object form. */
export function optionsExpression(options: readonly Option[] | VariableRef, pad: string): Expression {
  if ("variable" in options) return variableExpression(options);
  const inner = deeper(pad);
  return listExpression(
    options.map((option) => optionExpression(option, inner)),
    pad,
  );
}

function optionExpression(option: Option, pad: string): Expression {
  if (isText(option)) return textExpression(option);
  return shortObjectExpression(
    sortFields(option, leadingKeys).map(([key, value]) => [
      key,
      typeof value === "boolean" ? String(value) : textExpression(value),
    ]),
    pad,
  );
}

function sshExpression(entries: readonly (SshEntry | Text)[], pad: string): Expression {
  const inner = deeper(pad);
  return listExpression(
    entries.map((entry) => {
      if (isText(entry)) return textExpression(entry);
      const id: Field = ["id", textExpression(entry.id)];
      if (entry.paths === undefined) return shortObjectExpression([id], inner);
      const paths = listExpression(entry.paths.map(textExpression), deeper(inner));
      return shortObjectExpression([id, ["paths", paths]], inner);
    }),
    pad,
  );
}

function isText(value: Text | object): value is Text {
  return typeof value === "string" || Array.isArray(value);
}

/** Keys that say what an option is stand first. */
const leadingKeys: readonly string[] = ["type", "id", "filename"];
const noKeys: readonly string[] = [];

function sortFields<T>(map: Readonly<Record<string, T>>, leading = noKeys): (readonly [string, T])[] {
  const isAfter = (a: string, b: string): boolean => {
    const leads = leading.includes(a);
    return leads === leading.includes(b) ? a > b : !leads;
  };
  const fields = Object.entries(map);
  // Most are sorted where they are made.
  const isSorted = fields.every((field, index) => index === 0 || isAfter(field[0], fields[index - 1]?.[0] ?? ""));
  return isSorted ? fields : fields.sort(([a], [b]) => (isAfter(a, b) ? 1 : -1));
}
