import { defaultScope } from "../bake/cache-name.ts";
import type { Plan } from "../bake/model.ts";
import { isDefaultBranch, type Origin } from "./origin.ts";

/** A scope, and why, as a clause for people. */
export interface ReasonedScope {
  readonly scope: string;
  readonly why: string;
}

/** The scopes of one target in one run. */
export interface TargetScopes {
  /** To look for, in order of preference, each once. */
  readonly read: readonly ReasonedScope[];
  readonly write: ReasonedScope;
}

/** The scopes of a run, by target. */
export type RunScopes = Readonly<Record<string, TargetScopes>>;

/** Values of the flags of the same names. */
export interface ScopeFlags {
  readonly readScope?: string | undefined;
  readonly writeScope?: string | undefined;
}

interface ScopeRequest {
  readonly plan: Pick<Plan, "targets" | "scopes">;
  readonly flags: ScopeFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly origin: Origin;
  /** Whether this run may write, so that a request's own place may hold something. */
  readonly writes: boolean;
}

/**
 * The scopes of every target of a plan: what the flags say, else the variables that the committed file has for the same, else
 * what the config names for the target, else what follows from what is built. What is read is what was asked for, else what
 * is written, and then the target's own.
 */
export function resolveScopes({ plan, flags, env, origin, writes }: ScopeRequest): RunScopes {
  const asked = named("--read-scope", flags.readScope) ?? named("BKCACHE_READ_SCOPE", env["BKCACHE_READ_SCOPE"]);
  const written = named("--write-scope", flags.writeScope) ?? named("BKCACHE_WRITE_SCOPE", env["BKCACHE_WRITE_SCOPE"]);
  const first = asked ?? (written === null ? null : { scope: written.scope, why: `${written.why}, and writes it` });
  const found = scopesOf(origin, plan.scopes, writes);
  return Object.fromEntries(
    Object.entries(plan.targets).map(([name, { cache }]) => {
      const own = cache.scope === null ? found : withName(cache.scope, found, origin);
      const read = distinct(first === null ? own.read : [first, ...own.read]);
      return [name, { read, write: written ?? own.write }];
    }),
  );
}

/** The scopes that follow from what is built. docs/bake.md has the rules as a table. */
function scopesOf(origin: Origin, rules: Plan["scopes"], writes: boolean): TargetScopes {
  const last = { scope: defaultScope, why: whyDefault(origin) };
  const base = origin.base === null ? [] : [branchScope(origin, origin.base, "the base")];
  const others = rules.read?.map((scope) => ({ scope, why: "cache.scopes names it" })) ?? [...base, last];
  const own = ownScope(origin, base[0] ?? last);
  // A tag is mostly made of what its branch has built already; where only tags are built, they find each other.
  if (origin.kind === "tag") return { read: distinct([...others, own]), write: own };
  const isPlaceOnly = origin.kind === "request" || origin.kind === "stranger";
  return { read: distinct(isPlaceOnly && !writes ? others : [own, ...others]), write: own };
}

function ownScope(origin: Origin, other: ReasonedScope): ReasonedScope {
  const { kind, branch } = origin;
  if (kind === "tag") return { scope: "tag:all", why: "all tags share it" };
  if (kind === "request" || kind === "stranger") return placeOf(origin);
  return branch === null ? other : branchScope(origin, branch, "the branch");
}

/** The config names a scope for all that is built but requests, which never write where others read. */
function withName(scope: string, found: TargetScopes, { kind }: Origin): TargetScopes {
  const own = { scope, why: "it is the target's own" };
  if (kind !== "request" && kind !== "stranger") return { read: [own], write: own };
  const place = found.read.filter((each) => each.scope === found.write.scope);
  return { read: [...place, own], write: found.write };
}

/** No branch can have a colon in its name, so nothing that is pushed takes the place of a request. git-check-ref-format(1) */
function placeOf({ kind, request }: Origin): ReasonedScope {
  const name = request === "" ? "unknown" : request;
  const what = kind === "request" ? "the request" : "a run that others can start";
  return { scope: `request:${name}`, why: `it is the place of ${what} alone` };
}

function branchScope(origin: Origin, { name, by }: NonNullable<Origin["branch"]>, role: string): ReasonedScope {
  const why = `${name} is ${role}, as ${by} says`;
  if (isDefaultBranch(origin, name)) return { scope: defaultScope, why: `${why}, and the default one` };
  // Another branch that is called as the default scope is, and what some service makes of a fork's branch.
  return { scope: name === defaultScope || name.includes(":") ? `branch:${name}` : name, why };
}

function whyDefault({ kind, defaultBranch }: Origin): string {
  const branch = defaultBranch === null ? "" : ` (${defaultBranch.name}, as ${defaultBranch.by} says)`;
  const what = `it is the default branch's${branch}`;
  if (kind === "detached") return `${what}, and the checkout is of no branch`;
  return kind === "unknown" ? `${what}, and nothing says what is built` : what;
}

/** An empty variable is none, an empty flag is a scope of that name. */
function named(source: string, scope: string | undefined): ReasonedScope | null {
  const isNone = scope === undefined || (scope === "" && !source.startsWith("-"));
  return isNone ? null : { scope, why: `${source} names it` };
}

function distinct(scopes: readonly ReasonedScope[]): readonly ReasonedScope[] {
  return scopes.filter(({ scope }, index) => scopes.findIndex((each) => each.scope === scope) === index);
}

/** The scopes, names alone, of what several targets share: those of the first. */
export function sharedScopes(
  scopes: RunScopes,
  targets: readonly string[],
): { readonly read: readonly string[]; readonly write: string } {
  const own = scopes[targets[0] ?? ""];
  if (own === undefined) throw new Error(`no scopes for ${targets.join(", ")}, which the plan does not have`);
  return { read: own.read.map(({ scope }) => scope), write: own.write.scope };
}
