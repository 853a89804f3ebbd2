import { allowOverrides, computeAllow, isAllowed } from "../bake/allow.ts";
import type { BakeDefinition } from "../bake/printed.ts";
import type { BakeTarget, CacheDirection, Plan } from "../bake/model.ts";
import { findRequested } from "../bake/requested.ts";
import { isAtLeast } from "../builder/versions.ts";
import { mapRecord } from "../config/records.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import { realpathIfThere } from "../host/files.ts";
import type { Host } from "../host/host.ts";
import type { BakeRequest } from "../source/bake-request.ts";
import type { CacheChoice } from "../cache/choice.ts";
import { evaluate } from "../source/evaluate.ts";

/** The `--allow` flags of a bake: what its definition needs of the machine, as far as the user has agreed to it. */
export async function findAllow(
  host: Host,
  request: BakeRequest,
  definition: BakeDefinition,
  choice: CacheChoice,
): Promise<readonly string[]> {
  const flags = allowFlags(host, request, await agreedDefinition(host, request, definition), choice);
  if (request.args.mode === "build") refuseOthers(host, request, { definition, choice, flags });
  return flags;
}

/**
 * bake cannot ask: its standard input is the definition. It ends instead, with a command line that names that input, which
 * nobody can run.
 * @throws BkcacheError BK1004
 */
function refuseOthers(
  host: Host,
  { buildx, source, args }: BakeRequest,
  {
    definition,
    choice,
    flags,
  }: { readonly definition: BakeDefinition; readonly choice: CacheChoice; readonly flags: readonly string[] },
): void {
  // Before that bake looks at no paths.
  if (buildx.version === null || !isAtLeast(buildx.version, "0.20")) return;
  const { cwd, realpath, env } = { cwd: source.dir, realpath: realpathIfThere, env: host.env };
  const targets = mapRecord(definition.targets, (target, name) => {
    const { cacheFrom = [], cacheTo = [] } = choice.targets[name] ?? {};
    return { ...target, "cache-from": cacheFrom, "cache-to": cacheTo };
  });
  const given = [...flags, ...args.passthrough].flatMap((word, index, words) =>
    words[index - 1] === "--allow" ? [word] : (/^--allow=(.*)$/.exec(word)?.[1] ?? []),
  );
  const asked = computeAllow(targets, { cwd, realpath, env });
  const isOff = /^(0|f|false)$/i.test(env["BUILDX_BAKE_ENTITLEMENTS_FS"] ?? "");
  const left = asked.filter((right) => !isAllowed(right, given, realpath) && !(isOff && right.startsWith("fs.")));
  if (left.length === 0) return;
  throw new BkcacheError({
    code: "BK1004",
    message: `the bake file asks for what was not allowed: ${left.join(", ")}`,
    hint: `where you trust it, add ${left.map((right) => quote(`--allow=${right}`)).join(" ")}`,
  });
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * What the user has agreed to: writing it into the config was the consent. What bake files add is asked for by bake
 * itself, as without bkcache; null where nothing of the config is asked for.
 */
async function agreedDefinition(
  host: Host,
  request: BakeRequest,
  definition: BakeDefinition,
): Promise<BakeDefinition | null> {
  const { source, args } = request;
  if (source.definition !== null) {
    const targets = Object.entries(definition.targets).filter(([name]) => source.agreed.includes(name));
    return { groups: {}, targets: Object.fromEntries(targets) };
  }
  if (source.overlays.length === 0) return definition;
  const known = args.targets.filter((name) => findRequested(source.plan, [name]).unknown.length === 0);
  if (known.length === 0 && args.targets.length > 0) return null;
  const own = { ...request, source: { ...source, overlays: [] }, args: { ...args, targets: known } };
  return (await evaluate(host, own)).definition;
}

function allowFlags(
  host: Host,
  { source, args }: BakeRequest,
  agreed: BakeDefinition | null,
  choice: CacheChoice,
): readonly string[] {
  const options = { cwd: source.dir, realpath: realpathIfThere, env: host.env };
  const values = computeAllow({ ...agreed?.targets, ...cachesOf(agreed, choice, source.plan) }, options);
  const overridden = source.definition === null ? [] : allowOverrides(args.sets, options);
  return [...new Set([...values, ...overridden])].map((value) => `--allow=${value}`);
}

/** The caches that bkcache passes, but for those that a bake file names. */
function cachesOf(agreed: BakeDefinition | null, choice: CacheChoice, plan: Plan): Record<string, BakeTarget> {
  const isOfFile = (direction: CacheDirection | undefined) => direction?.kind === "raw" && direction.isOfFile === true;
  return mapRecord(choice.targets, ({ cacheFrom, cacheTo }, name) => ({
    ...agreed?.targets[name],
    "cache-from": isOfFile(plan.targets[name]?.cache.from) ? [] : cacheFrom,
    "cache-to": isOfFile(plan.targets[name]?.cache.to) ? [] : cacheTo,
  }));
}
