import { resolve } from "node:path";
import { parseType, type VariableType } from "../config/type-expression.ts";
import { unreachable } from "../diagnostics/unreachable.ts";
import { readHclVariables, readJsonVariables, type DeclaredVariable } from "./hcl-variables.ts";
import { readIfFile } from "./dockerfiles.ts";

/** Something that lets bake read its files where variables that they require are not set. */
export interface VariableStandIns {
  /** Declares them anew, without what they require; for a file of its own behind the others, of which bake takes the last. */
  readonly hcl: string;
  /** Variables of compose files, which only the environment can set. */
  readonly env: Readonly<Record<string, string>>;
  /** Those that are not set. */
  readonly names: readonly string[];
}

interface FilesHere {
  /** Absolute folder that bake runs in. */
  readonly dir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Values of -f. */
  readonly files: readonly string[];
}

/** Null where the files require nothing of the environment. */
export function findStandIns({ dir, env, files }: FilesHere): VariableStandIns | null {
  const texts = files
    .filter((file) => file !== "-")
    .map((file) => ({ file, text: readIfFile(resolve(dir, file.replace(/^cwd:\/\//, ""))) ?? "" }));
  const declared = new Map(
    texts
      .flatMap(({ file, text }) => (file.endsWith(".json") ? readJsonVariables(text) : readHclVariables(text)))
      .map((variable) => [variable.name, variable]),
  );
  const isUnset = ({ name }: DeclaredVariable): boolean => env[name] === undefined;
  const required = [...declared.values()].filter(
    (each) => each.hasValidation || (each.default === null && isUnset(each)),
  );
  const ofCompose = requiredByCompose(
    texts.filter(({ file }) => /\.ya?ml$/.test(file)).map(({ text }) => text),
    { env, dotenv: readIfFile(resolve(dir, ".env")) ?? "" },
  );
  if (required.length + ofCompose.length === 0) return null;
  return {
    hcl: required.map(declareAnew).join("\n"),
    env: Object.fromEntries(ofCompose.map((name) => [name, "unset"])),
    names: [...required.filter(isUnset).map(({ name }) => name), ...ofCompose],
  };
}

/** What to do where bake refuses the files for variables that they require; undefined where that is not the reason. */
export function hintOfUnset(reason: string, files: FilesHere): string | undefined {
  if (!/Validation failed|must not be null|required variable/i.test(reason)) return undefined;
  const { names = [] } = findStandIns(files) ?? {};
  return names.length === 0 ? undefined : `set ${names.join(", ")} in the environment, which the files require`;
}

function declareAnew({ name, type, default: initial }: DeclaredVariable): string {
  const lines = [
    ...(type === null ? [] : [`type = ${type}`]),
    `default = ${initial ?? emptyOf(parseType((type ?? "").replaceAll(optionalField, "")))}`,
  ];
  return `variable "${name}" {\n${lines.map((line) => `  ${line}\n`).join("")}}\n`;
}

const optionalField = /[\w-]+\s*=\s*optional\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\s*,?/g;

/** The least value of a type that bake takes. A list has one entry: of a matrix with none there would be no target. */
function emptyOf(type: VariableType | null): string {
  switch (type?.kind) {
    case "list":
    case "set":
      return `[${type.of.kind === "string" ? '"unset"' : emptyOf(type.of)}]`;
    case "tuple":
      return `[${type.items.map(emptyOf).join(", ")}]`;
    case "object": {
      const fields = Object.entries(type.fields).map(([name, of]) => `${name} = ${emptyOf(of)}`);
      return `{ ${fields.join(", ")} }`;
    }
    case "map":
      return "{}";
    case "number":
      return "0";
    case "bool":
      return "false";
    case "any":
    case "string":
    case undefined:
      return '""';
    default:
      return unreachable(type);
  }
}

/** What stands as `${NAME:?…}` or `${NAME?…}`. */
function requiredByCompose(
  texts: readonly string[],
  { env, dotenv }: { readonly env: FilesHere["env"]; readonly dotenv: string },
): readonly string[] {
  const set = new Set([...dotenv.matchAll(/^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*=/gm)].map(([, name]) => name));
  const names = texts.flatMap((text) => [...text.matchAll(/\$\{(\w+):?\?/g)].map(([, name = ""]) => name));
  return [...new Set(names)].filter((name) => !env[name] && !set.has(name));
}
