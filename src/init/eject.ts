import { relative } from "node:path";
import { homeVariable } from "../bake/cache-entry.ts";
import { defaultScope } from "../bake/cache-name.ts";
import { emitRunFile } from "../bake/emit.ts";
import { planOfFile } from "../bake/levels.ts";
import type { Entry, Plan, PlanTarget } from "../bake/model.ts";
import { createEntryList, keepLast, type ListEntries, standsInFile } from "../bake/possible-entries.ts";
import type { Text } from "../config/text.ts";
import { readMarkers } from "../dockerfile/markers.ts";
import { parseDockerfile } from "../dockerfile/parse.ts";

/** What the ejected bake file does with the cache; null for what the committed one does by itself. */
export type EjectedCache = "off" | "read" | "read-write" | null;

/**
 * The bake file without bkcache: no header, no switches, the cache of each target literal. With null it means what
 * the committed file means while nobody sets its variables.
 */
export function ejectBakeFile(declared: Plan, use: EjectedCache): string {
  const plan = planOfFile(declared);
  const list = createEntryList(plan, "file");
  const text = emitRunFile(plan, {
    targets: Object.fromEntries(
      Object.entries(plan.targets).map(([name, target]) => [
        name,
        { cacheFrom: entriesOf(list, target, "from", use), cacheTo: entriesOf(list, target, "to", use) },
      ]),
    ),
    groups: Object.keys(plan.groups),
  });
  const [, body = ""] = /^#[^\n]*\n\n*([\s\S]*)$/.exec(text) ?? [];
  return renameOwn(body, plan);
}

function entriesOf(
  list: ListEntries,
  { cache }: PlanTarget,
  direction: "from" | "to",
  use: EjectedCache,
): readonly (Entry | Text)[] {
  const committed = use ?? cache.committed;
  const isOff = committed === "off" || (committed === "read" && direction === "to");
  if (cache[direction].kind === "policy" && isOff) return [];
  const entries = list(cache, { direction, scopes: [cache.scope ?? defaultScope] });
  return (direction === "from" ? keepLast(entries) : entries).map(({ entry }) => entry);
}

/** Names that begin with bkcache's own prefix stay where the file computes a name from a variable; they lose it. */
function renameOwn(body: string, plan: Plan): string {
  const usedNames = new Set(Object.keys(plan.variables));
  const free = (wanted: string): string => {
    for (let i = 1; ; i += 1) {
      const name = i === 1 ? wanted : `${wanted}${i}`;
      if (!usedNames.has(name)) return name;
    }
  };
  return body
    .replaceAll(homeVariable, free("CACHE_HOME"))
    .replaceAll(/\bbkcache_(encode|cut|scope|platform)(?=\(|")/g, (_, name: string) => `cache_name_${name}`);
}

/** The Dockerfile without bkcache's comments; all else, the flags of mounts among it, keeps its bytes. */
export function ejectDockerfile(text: string): string {
  const dockerfile = parseDockerfile(text);
  const own = dockerfile.comments.filter(
    (comment) =>
      readMarkers([comment], text).length > 0 || /^(?:bkcache-ignore\b|Written by bkcache from )/.test(comment.text),
  );
  let ejected = text;
  for (const { range } of own.toReversed()) {
    const start = ejected.lastIndexOf("\n", range.start - 1) + 1;
    const newline = ejected.indexOf("\n", range.start);
    ejected = ejected.slice(0, start) + (newline === -1 ? "" : ejected.slice(newline + 1));
  }
  return ejected;
}

/** What a project no longer has once bkcache is gone. `own`: the bake file is the user's, and stays as it is. */
export function lossesOf(plan: Plan, use: EjectedCache | "own"): readonly string[] {
  const losses: string[] = [];
  const policies = Object.values(plan.targets).filter(({ cache }) =>
    [cache.from, cache.to].some((each) => each.kind === "policy" && each.backends.length > 0),
  );
  const isOff = policies.every(({ cache }) => (use ?? cache.committed) === "off");
  if (policies.length > 0) {
    if (use === "own") losses.push("layers are cached only where the bake file itself says so");
    else if (isOff)
      losses.push("layers are not cached outside of the builder: the cache is off (--cache read-write keeps it on)");
    else
      losses.push(
        "every target reads and writes one fixed scope: nothing looks for the branch's cache first, or checks that a cache exists",
      );
    losses.push("builds that share steps run at once again, where a cold builder loses imported cache");
  }
  const relayed = Object.keys(plan.backends).filter((name) => use !== "own" && !standsInFile(plan.backends[name]));
  if (relayed.length > 0) {
    losses.push(`layers are not cached in ${relayed.join(", ")}, which BuildKit itself speaks to with HMAC keys alone`);
  }
  if (Object.keys(plan.mounts).length > 0 && plan.mountBackend !== null) {
    losses.push("the contents of cache mounts stay on each builder: nothing carries them");
  }
  losses.push("nothing keeps the bake file, the mounts and each other in step, or checks them");
  return losses;
}

export function showPath(path: string, cwd: string): string {
  return relative(cwd, path).replaceAll("\\", "/");
}
