import { statSync } from "node:fs";
import { createRequire, findPackageJSON } from "node:module";
import { dirname, isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { BkcacheError } from "../diagnostics/error.ts";
import { type ConfigKind, kindOf, locateIn, showFile } from "./locate.ts";
import { formatPath, type Path, type Source, spanAt } from "./source-map.ts";

interface Parent {
  readonly file: string;
  readonly kind: ConfigKind;
}

export interface Extends {
  /** From far to near. */
  readonly parents: readonly Parent[];
  /** The config without the key. */
  readonly rest: unknown;
}

/**
 * The files that a config extends. `chain` are the files that lead here, the config itself last.
 * An `extends` of the wrong type stays in place, for validation to say so.
 * @throws BkcacheError BK2007 where one cannot be found, or extends what extends it.
 */
export async function resolveExtends(source: Source, chain: readonly string[], cwd: string): Promise<Extends> {
  const { value } = source;
  const none = { parents: [], rest: value };
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, "extends")) return none;
  const { extends: named, ...rest } = value as { readonly extends: unknown };
  const names: readonly unknown[] = Array.isArray(named) ? named : [named];
  if (!names.every((name) => typeof name === "string" && name !== "")) return none;
  const parents: Parent[] = [];
  for (const [i, name] of names.entries()) {
    const path: Path = Array.isArray(named) ? ["extends", i] : ["extends"];
    parents.push(await resolveParent(source, name as string, path, chain, cwd));
  }
  return { parents, rest };
}

async function resolveParent(
  source: Source,
  name: string,
  path: Path,
  chain: readonly string[],
  cwd: string,
): Promise<Parent> {
  const fail = (message: string, hint: string, cause?: unknown) => {
    const span = spanAt(source, path);
    return new BkcacheError({
      code: "BK2007",
      message: span === undefined ? `${source.shownFile} ${message}` : message,
      hint,
      path: formatPath(path),
      ...(span === undefined ? {} : { span }),
      ...(cause === undefined ? {} : { cause }),
    });
  };
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(name))
    throw fail(`extends the URL ${name}`, "keep a copy in the repository, or publish a package");
  const found = await find(source, name, cwd);
  if (found === null)
    throw fail(
      `extends ${name}, which cannot be found`,
      isPath(name)
        ? "the path starts from the folder of this file"
        : "install the package, or write a path that starts with ./",
    );
  const at = chain.indexOf(found);
  if (at !== -1) {
    const circle = [...chain.slice(at), found].map((file) => showFile(file, cwd)).join(" -> ");
    throw fail(`extends itself: ${circle}`, "take one `extends` out of the circle");
  }
  try {
    return { file: found, kind: kindOf(found) };
  } catch (cause) {
    throw fail(
      `extends ${name}, which is of no kind that bkcache loads`,
      "use .ts, .mts, .js, .mjs, .json, .yaml or .yml",
      cause,
    );
  }
}

function isPath(name: string): boolean {
  return name.startsWith(".") || isAbsolute(name);
}

/** A path, or a folder with a config in it, or a package, or a file of a package. */
async function find(source: Source, name: string, cwd: string): Promise<string | null> {
  const path = resolve(source.dir, name);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() === true) return path;
  if (isPath(name)) return stats?.isDirectory() === true ? ((await locateIn(path, cwd))?.file ?? null) : null;
  try {
    const manifest = findPackageJSON(name, pathToFileURL(source.file));
    const isBare = name.split("/").length === (name.startsWith("@") ? 2 : 1);
    const inPackage = manifest !== undefined && isBare ? await locateIn(dirname(manifest), cwd) : null;
    return inPackage?.file ?? createRequire(source.file).resolve(name);
  } catch {
    return null;
  }
}
