import { mapRecord } from "../config/records.ts";
import type { TrustLevel } from "../config/resolved.ts";
import { joinTexts, partsOf, type Text } from "../config/text.ts";
import type { CacheDirection, Plan, PlanBackend } from "./model.ts";

/** What every key of a level begins with, after the prefix of the backend. No two levels share one. */
function levelPrefix(level: string): string {
  return `trust/${level}/`;
}

/** The name of a backend as it is for another level than the run's own. No declared name has an `@`. */
function backendOfLevel(backend: string, level: string): string {
  return `${backend}@${level}`;
}

/** The name that the config has for it. */
export function declaredBackend(backend: string): string {
  return backend.replace(/@.*$/, "");
}

/** The level of the default branch: what is trusted most, and read where a build is of no level. Null where there is none. */
export function baseLevel(trust: Readonly<Record<string, TrustLevel>>): string | null {
  return Object.entries(trust).find(([, { when }]) => when.includes("default-branch"))?.[0] ?? null;
}

interface LevelPlaces {
  /** The level that the backends of the plan are those of. */
  readonly own: string;
  /** Levels that are read as well, in order of preference. */
  readonly reads: readonly string[];
}

/**
 * The plan as one level sees it: each backend is the place of that level alone, layers, blobs and contents of mounts, and beside it
 * stands one for each other level that is read. Backends that have no prefix are in no policy (BK2102), and stay.
 */
export function planOfLevel(plan: Plan, { own, reads }: LevelPlaces): Plan {
  const { trust: _, ...rest } = plan;
  const places = [...reads].flatMap((level) =>
    Object.entries(plan.backends).map(
      ([name, backend]) => [backendOfLevel(name, level), placedIn(backend, level)] as const,
    ),
  );
  const sources = (names: readonly string[]) =>
    reads.flatMap((level) => names.map((name) => backendOfLevel(name, level)));
  const from = (direction: CacheDirection): CacheDirection =>
    direction.kind === "raw" || reads.length === 0 ? direction : { ...direction, others: sources(direction.backends) };
  return {
    ...rest,
    backends: { ...mapRecord(plan.backends, (backend) => placedIn(backend, own)), ...Object.fromEntries(places) },
    targets: mapRecord(plan.targets, (target) => ({
      ...target,
      cache: { ...target.cache, from: from(target.cache.from) },
    })),
    ...(plan.mountBackend !== null && reads.length > 0 && { mountSources: sources([plan.mountBackend]) }),
  };
}

/**
 * The plan as the committed file has it, which does not know where it is built: it reads the level of the default branch, and writes
 * nothing.
 */
export function planOfFile(plan: Plan): Plan {
  if (plan.trust === undefined) return plan;
  const base = baseLevel(plan.trust);
  const none: CacheDirection = { kind: "policy", backends: [] };
  const keep = (direction: CacheDirection, isUsed: boolean) => (direction.kind === "raw" || isUsed ? direction : none);
  const placed = base === null ? plan : planOfLevel(plan, { own: base, reads: [] });
  return {
    ...placed,
    targets: mapRecord(placed.targets, (target) => {
      const { from, to } = target.cache;
      return { ...target, cache: { ...target.cache, from: keep(from, base !== null), to: keep(to, false) } };
    }),
  };
}

function placedIn(backend: PlanBackend, level: string): PlanBackend {
  const { type } = backend;
  const text = (key: string) => backend[key] as Text | undefined;
  const tier = text("tierPath");
  const placed = {
    ...backend,
    ...(tier !== undefined && { tierPath: folderIn(tier, level) }),
  };
  if (type === "local") return { ...placed, path: folderIn(text("path") ?? ".", level) };
  if (type !== "s3" && type !== "gcs" && type !== "azblob") return backend;
  // It ends with a slash, and so do blobs and manifests stand below it.
  return { ...placed, prefix: joinTexts(text("prefix") ?? "", levelPrefix(level)) };
}

function folderIn(path: Text, level: string): Text {
  const last = partsOf(path).at(-1);
  const slash = typeof last === "string" && last.endsWith("/") ? "" : "/";
  return joinTexts(path, `${slash}${levelPrefix(level).slice(0, -1)}`);
}
