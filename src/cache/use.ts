import type { Plan } from "../bake/model.ts";
import { type Ci, readCi } from "../ci/ci.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import { nearest } from "../diagnostics/nearest.ts";
import type { Host } from "../host/host.ts";
import { chooseLevel, type LevelInForce } from "./level.ts";
import { type Origin, readOrigin } from "./origin.ts";
import { resolveScopes, type RunScopes, type ScopeFlags } from "./scopes.ts";

/** Whether a run takes from a cache, and whether it gives to it. */
interface Directions {
  readonly read: boolean;
  readonly write: boolean;
}

/** How one run uses the cache: resolved once, and passed on as it is. */
export interface CacheUse {
  readonly layers: Directions;
  /** More than `layers` where entries of the user's own replace a direction of those. */
  readonly mounts: Directions;
  /** Outside of CI only folders of this machine are written: a bucket is others' too. */
  readonly isLocalOnly: boolean;
  /** Why, as a clause for people: "CI is set". */
  readonly reason: string;
  readonly scopes: RunScopes;
  /** Null where the config has no levels of trust. */
  readonly level: LevelInForce | null;
}

/** Values of the flags of the same names. */
export interface CacheFlags extends ScopeFlags {
  readonly cache?: string | undefined;
}

type Env = Readonly<Record<string, string | undefined>>;

interface ReasonedDirections extends Directions {
  readonly reason: string;
  /** As in `CacheUse`. */
  readonly isLocalOnly?: true;
}

const named: Readonly<Record<string, Directions>> = {
  off: { read: false, write: false },
  read: { read: true, write: false },
  "read-write": { read: true, write: true },
};

/** Values of --cache and BKCACHE. */
export const cacheUses: readonly string[] = ["auto", ...Object.keys(named)];

/** What GitHub's cache-mode of a job leaves of them. */
const allowedByMode: Readonly<Record<NonNullable<Ci["cacheMode"]>, Directions>> = {
  none: { read: false, write: false },
  read: { read: true, write: false },
  "write-only": { read: false, write: true },
  write: { read: true, write: true },
};

interface UseRequest {
  readonly plan: Pick<Plan, "targets" | "scopes" | "backends" | "mountBackend" | "trust">;
  readonly flags: CacheFlags;
  readonly env: Env;
  /** The folder that is built, absolute. */
  readonly dir: string;
  readonly hasConfig: boolean;
  /** Directions in which the command line has cache entries of the user's own, which replace those of the plan. */
  readonly replaced?: Directions;
}

/** @throws BkcacheError BK1002 for a use that is none. */
export function resolveCacheUse({ plan, flags, env, dir, hasConfig, replaced }: UseRequest): CacheUse {
  const ci = readCi(env);
  const origin = readOrigin(ci, dir, plan.scopes.defaultBranch);
  const isNamed = Boolean(flags.writeScope ?? env["BKCACHE_WRITE_SCOPE"]);
  const isFound = !isNamed && Object.values(plan.targets).some(({ cache }) => cache.scope === null);
  const place = { origin, isFound, requests: plan.scopes.requests };
  const level = plan.trust === undefined ? null : chooseLevel(plan.trust, ci, origin);
  const use = resolveDirections(flags.cache, env, { ci, place, level, hasConfig });
  const { reason, read, isLocalOnly = false } = use;
  const may = (backends: () => readonly string[]): boolean =>
    use.write && (!isLocalOnly || backends().some((name) => isFolder(plan, name)));
  const layers = {
    read: read && replaced?.read !== true,
    write: may(() => Object.values(plan.targets).flatMap(writtenBy)) && replaced?.write !== true,
  };
  const mounts = { read, write: may(() => (plan.mountBackend === null ? [] : [plan.mountBackend])) };
  const scopes = resolveScopes({ plan, flags, env, origin, writes: layers.write || mounts.write });
  return { layers, mounts, isLocalOnly, reason, scopes, level };
}

/** Whether a backend is a folder of this machine, which nobody else can read or spoil. */
export function isFolder({ backends }: Pick<Plan, "backends">, name: string): boolean {
  return backends[name]?.type === "local";
}

/** The declared backends that a target may write its layers to. */
export function writtenBy({ cache }: Plan["targets"][string]): readonly string[] {
  return cache.to.kind === "policy" ? cache.to.backends : [];
}

interface Run {
  readonly ci: Ci;
  readonly hasConfig: boolean;
  /** Where the run would write; null for a command that is asked to by hand. */
  readonly place: {
    readonly origin: Origin;
    /** Whether some target's scope follows from what is built. */
    readonly isFound: boolean;
    readonly requests: Plan["scopes"]["requests"];
  } | null;
  readonly level: LevelInForce | null;
}

/**
 * `--cache` beats BKCACHE, which beats `auto`: read-write in CI but for runs that others than those who may push decide
 * about, elsewhere read and written to folders of the machine alone, and no more than GitHub's cache-mode allows.
 * Without a config BUILDKIT_REMOTE_CACHE itself says that the cache is to be used both ways.
 * @throws BkcacheError BK1002 for a word that is none of auto, off, read and read-write.
 */
function resolveDirections(flag: string | undefined, env: Env, run: Run): ReasonedDirections {
  const chosen: readonly (readonly [string, string | undefined])[] = [
    ["--cache", flag],
    ["BKCACHE", env["BKCACHE"]],
  ];
  for (const [source, value] of chosen) {
    if (value === undefined || value === "") continue;
    if (value === "auto") break;
    const use = named[value];
    if (use !== undefined) return withinLevel({ ...use, reason: `${source} says ${value}` }, run.level);
    throw noSuchUse(source, value);
  }
  return withinMode(useOfRun(run), run.ci.cacheMode);
}

function noSuchUse(source: string, value: string): BkcacheError {
  const guess = nearest(value, cacheUses);
  return new BkcacheError({
    code: "BK1002",
    message: `${source}: "${value}" is no way to use the cache`,
    hint: guess === undefined ? `one of ${cacheUses.join(", ")}` : `did you mean ${guess}?`,
  });
}

/** @throws BkcacheError BK1002 for a value of --cache that says nothing. */
export function requireUse(flag: string | undefined): void {
  if (flag !== undefined && flag !== "" && !cacheUses.includes(flag)) throw noSuchUse("--cache", flag);
}

function useOfRun({ ci, place, level, hasConfig }: Run): ReasonedDirections {
  const { distrust, sign, isRequest } = ci;
  if (level !== null) {
    const { read, write, why } = level;
    return { read, write, reason: why, ...(sign === null && distrust === null && write && { isLocalOnly: true }) };
  }
  if (distrust !== null) {
    const hasPlace = isRequest && place?.requests === "own";
    return { read: true, write: hasPlace, reason: hasPlace ? `${distrust}, which has a scope of its own` : distrust };
  }
  if (place?.isFound === true && place.origin.kind === "detached" && (sign !== null || !hasConfig)) {
    return { read: true, write: false, reason: "nothing says of which branch the checkout is" };
  }
  if (!hasConfig) return { read: true, write: true, reason: "BUILDKIT_REMOTE_CACHE is set" };
  if (sign !== null) return { read: true, write: true, reason: `${sign} is set` };
  return { read: true, write: true, isLocalOnly: true, reason: "this is not CI" };
}

/** A level takes away and never gives: where it has no place to write, no flag makes one. */
function withinLevel(use: ReasonedDirections, level: LevelInForce | null): ReasonedDirections {
  if (level === null) return use;
  const read = use.read && level.read;
  const write = use.write && level.write;
  if (read === use.read && write === use.write) return use;
  return { ...use, read, write, reason: `${use.reason}, and ${level.why}` };
}

/** The mode takes away and never gives: `write` makes no pull request trusted. */
function withinMode(use: ReasonedDirections, mode: Ci["cacheMode"]): ReasonedDirections {
  if (mode === null) return use;
  const allowed = allowedByMode[mode];
  const read = use.read && allowed.read;
  const write = use.write && allowed.write;
  if (read === use.read && write === use.write) return use;
  const also = use.write && use.isLocalOnly !== true ? "" : ` and ${use.reason}`;
  return { ...use, read, write, reason: `ACTIONS_CACHE_MODE says ${mode}${also}` };
}

interface WriteRequest {
  /** Value of --cache. */
  readonly cache: string | undefined;
  /** As in `CacheUse`. */
  readonly level: LevelInForce | null;
}

/**
 * Why a command that exists to write must not: for a pull request, where writing is switched off, or where its level of trust does
 * not. Null where it may: it needs no CI to be meant.
 */
export function whyNotWrite({ cache, level }: WriteRequest, env: Env): string | null {
  const ci = readCi({ ...env, CI: "true" });
  const { write, reason } = resolveDirections(cache, env, { ci, place: null, level, hasConfig: true });
  return write ? null : reason;
}

/** @throws BkcacheError BK5056 */
export function requireWrite(host: Pick<Host, "env">, request: WriteRequest, verb: "save" | "delete"): void {
  const reason = whyNotWrite(request, host.env);
  if (reason === null) return;
  throw new BkcacheError({
    code: "BK5056",
    message: `this run may not ${verb} ${verb === "save" ? "snapshots" : "caches"}: ${reason}`,
    hint: hintFor(request, verb),
  });
}

function hintFor({ level }: WriteRequest, verb: "save" | "delete"): string {
  if (level === null || level.write) return "--cache read-write says that it may";
  if (verb === "delete") return "--level NAME goes over the place of that level, with credentials that may";
  return "its level under `trust` bounds what it may do";
}
