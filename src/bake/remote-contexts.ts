import { mapRecord } from "../config/records.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { BakeTarget } from "./model.ts";
import { isGit, isRemote } from "./location.ts";

/**
 * The targets of a remote definition with their named contexts where the definition is: `bake --print` gives the folders
 * of its repository as they are written there, and a run file is read on this machine.
 * @param url of the definition
 * @throws BkcacheError BK4020 for a folder of an archive, which no context can name
 */
export function withRemoteContexts(
  targets: Readonly<Record<string, BakeTarget>>,
  url: string,
): Readonly<Record<string, BakeTarget>> {
  const findings: Diagnostic[] = [];
  const placed = mapRecord(targets, (target, name): BakeTarget => {
    const { contexts } = target;
    if (contexts === undefined) return target;
    const placeOf = (context: unknown, key: string) => {
      if (typeof context !== "string" || !isOfDefinition(context)) return context;
      if (isGit(url)) return withSubdir(url, context);
      findings.push({
        code: "BK4020",
        message: `the context ${key} of ${name} is the folder ${context} of ${url}, which is no git repository`,
        hint: "unpack it, and bake in its folder",
      });
      return context;
    };
    return { ...target, contexts: mapRecord(contexts, placeOf) as NonNullable<BakeTarget["contexts"]> };
  });
  if (findings.length > 0) throw BkcacheError.of(findings);
  return placed;
}

/** As buildx tells them apart (bake/bake.go, updateContext). */
function isOfDefinition(context: string): boolean {
  return !/^(?:cwd:\/\/|target:|docker-image:|oci-layout:)/.test(context) && !isRemote(context);
}

/** The URL of a folder in a git repository, or in the folder of one (bake/bake.go, remoteURLWithSubdir). */
function withSubdir(url: string, folder: string): string {
  const [base = "", fragment = ""] = url.split(/#(.*)/s);
  const [ref = "", ...before] = fragment.split(":");
  const query = url.includes("#") ? null : URL.parse(url);
  const parent = before.join(":") || (query?.searchParams.get("subdir") ?? "");
  const path = clean(`${parent}/${folder}`);
  if (path === "") return url;
  if (query?.searchParams.has("subdir") === true) {
    query.searchParams.set("subdir", path);
    return query.href;
  }
  return `${base}#${ref}:${path}`;
}

/** Below the top of the repository, whatever `..` says. */
function clean(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/");
}
