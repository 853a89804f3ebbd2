import { isAbsolute, join, relative, resolve, sep } from "node:path";
import type { BakeTarget } from "../bake/model.ts";
import { isRemote } from "../bake/location.ts";
import { createIgnore, type Ignored } from "../inputs/ignore.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import { readIfThere } from "../host/files.ts";
import type { LiteralEntry } from "./entries.ts";

interface Folders {
  /** What each target writes. */
  readonly targets: Readonly<
    Record<string, { readonly destinations: readonly { readonly backend: string; readonly entry: LiteralEntry }[] }>
  >;
  /** Folders of this machine that the relay writes, by backend. */
  readonly tiers: Readonly<Record<string, string>>;
}

/**
 * Local caches, and tiers of buckets, that a target sends to the builder as a part of its own context: every build then changes the context
 * of the next, so that a `COPY . .` never hits.
 * @param targets the definition, texts literal
 * @param dir folder that relative contexts start from; absolute
 */
export function findCachesInContext(
  targets: Readonly<Record<string, BakeTarget>>,
  choice: Folders,
  dir: string,
): readonly Diagnostic[] {
  const findings = new Map<string, Diagnostic>();
  for (const [name, { context = ".", dockerfile = "Dockerfile" }] of Object.entries(targets)) {
    if (typeof context !== "string" || typeof dockerfile !== "string") continue;
    // Neither has a folder on this machine: `-` is an archive on standard input.
    if (context === "-" || isRemote(context)) continue;
    const root = resolve(dir, context.replace(/^cwd:\/\//, ""));
    const own = (choice.targets[name]?.destinations ?? []).flatMap(({ backend, entry }) =>
      entry["type"] === "local" ? [[backend, entry["dest"] ?? ""] as const] : [],
    );
    for (const [backend, path] of [...own, ...Object.entries(choice.tiers)]) {
      const folder = relative(root, resolve(dir, path));
      if (folder === "" || folder.startsWith("..") || isAbsolute(folder) || findings.has(backend)) continue;
      if (isIgnored(folder.split(sep).join("/"), readIgnoreFile(root, dockerfile))) continue;
      findings.set(backend, {
        code: "BK5014",
        message: `backend "${backend}" lies in the context of ${name} (${folder}): each build changes the context of the next, so that COPY steps never hit`,
        hint: `add ${folder.split(sep)[0]} to ${join(context, ".dockerignore")}, or move the folder out of the context`,
      });
    }
  }
  return [...findings.values()];
}

/** A Dockerfile's own ignore file goes before that of the context. */
function readIgnoreFile(root: string, dockerfile: string): string {
  try {
    return readIfThere(resolve(root, `${dockerfile}.dockerignore`)) ?? readIfThere(join(root, ".dockerignore")) ?? "";
  } catch {
    // buildx says why it cannot read it; a warning is all that rests on it here.
    return "";
  }
}

/** Whether the patterns of an ignore file keep a folder out. */
export function isIgnored(folder: string, patterns: string): boolean {
  const ignore = createIgnore(patterns);
  const parents = folder.split("/").map((_, index, parts) => parts.slice(0, index + 1).join("/"));
  return parents.reduce<Ignored | undefined>((above, path) => ignore.test(path, above), undefined)?.isIgnored === true;
}
