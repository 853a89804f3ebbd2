import type { Entry, Plan, PlanBackend } from "../bake/model.ts";
import { createEntryList, type PossibleEntry } from "../bake/possible-entries.ts";
import type { Text } from "../config/text.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { absolutePath, homeFolder, type PathBase } from "../host/home.ts";
import type { Host } from "../host/host.ts";
import { resolveBucket } from "../store/bucket-place.ts";
import type { CacheUse } from "./use.ts";
import type { RunScopes } from "./scopes.ts";

/** A cache entry whose texts are all literal. */
export type LiteralEntry = Readonly<Record<string, string>>;

/** One cache entry that a target may get in this run. */
export interface TargetEntry {
  readonly target: string;
  /** Null for an entry of the user's own. */
  readonly backend: string | null;
  readonly scope: string | null;
  /** The cache name; empty for an entry of the user's own. */
  readonly name: string;
  readonly direction: "from" | "to";
  /** A text where the user wrote one in CSV form. */
  readonly entry: LiteralEntry | string;
}

export interface EntryRequest {
  readonly plan: Plan;
  readonly targets: readonly string[];
  readonly use: Pick<CacheUse, "read" | "write">;
  readonly scopes: RunScopes;
}

interface DraftRequest extends EntryRequest {
  /** What paths of local backends count from. */
  readonly base: PathBase;
}

/** Entries of which some texts are not known before bake has evaluated them. */
export interface EntryDrafts {
  /** What bake is to evaluate, by a key that `complete` takes the value back under. */
  readonly texts: Readonly<Record<string, Text>>;
  /**
   * Every entry, with what the machine adds: region, endpoint, and paths that are absolute. In order of preference.
   * @param values of `texts`
   * @throws BkcacheError for what is known to be wrong: a missing region, plain http without consent.
   */
  complete(host: Host, values: Readonly<Record<string, string>>): Promise<readonly TargetEntry[]>;
}

/** Every entry that the plan has for these targets. */
export function draftEntries({ plan, targets, use, scopes, base }: DraftRequest): EntryDrafts {
  const list = createEntryList(plan, homeFolder(base.env));
  const drafts = targets.flatMap((name): readonly Draft[] => {
    const target = plan.targets[name];
    const own = scopes[name];
    if (target === undefined || own === undefined) throw new Error(`no target ${name} in the plan`);
    const read = own.read.map(({ scope }) => scope);
    return [
      ...(use.read ? list(target.cache, { direction: "from", scopes: read }) : []),
      ...(use.write ? list(target.cache, { direction: "to", scopes: [own.write] }) : []),
    ].map((possible) => ({ target: name, possible }));
  });
  const used = new Set(drafts.flatMap(({ possible: { backend } }) => backend ?? []));
  const { texts, fill } = collectTexts(drafts);
  return { texts, complete: (host, values) => completeEntries(host, plan, used, withPaths(fill(values), base)) };
}

interface Draft {
  readonly target: string;
  readonly possible: PossibleEntry<string>;
}

/** Takes the texts with variables out of the drafts; `fill` puts their values in their place. */
function collectTexts(drafts: readonly Draft[]) {
  const texts: Record<string, Text> = {};
  const keep = (text: Text): ((values: Readonly<Record<string, string>>) => string) => {
    if (typeof text === "string") return () => text;
    const key = `v${Object.keys(texts).length}`;
    texts[key] = text;
    return (values) => values[key] ?? "";
  };
  const readers = drafts.map(({ possible: { name, entry } }) => ({
    name: keep(name),
    entry: isText(entry) ? keep(entry) : Object.entries(entry).map(([key, text]) => [key, keep(text)] as const),
  }));
  const fill = (values: Readonly<Record<string, string>>): readonly TargetEntry[] =>
    drafts.map(({ target, possible: { backend, scope, direction } }, index) => {
      const { name, entry } = readers[index] as (typeof readers)[number];
      return {
        target,
        backend,
        scope,
        direction,
        name: name(values),
        entry:
          typeof entry === "function"
            ? entry(values)
            : Object.fromEntries(entry.map(([key, value]) => [key, value(values)])),
      };
    });
  return { texts, fill };
}

function isText(entry: Entry | Text): entry is Text {
  return typeof entry === "string" || Array.isArray(entry);
}

/** A run may begin in another folder than the config's; entries of the user's own are left to buildx. */
function withPaths(entries: readonly TargetEntry[], base: PathBase): readonly TargetEntry[] {
  return entries.map((each) => {
    const { backend, entry } = each;
    if (backend === null || typeof entry === "string" || entry["type"] !== "local") return each;
    const isPath = (key: string) => key === "src" || key === "dest";
    return {
      ...each,
      entry: Object.fromEntries(
        Object.entries(entry).map(([key, value]) => [key, isPath(key) ? absolutePath(value, base) : value]),
      ),
    };
  });
}

/** Adds region and endpoint of the environment, which the builder's own environment does not have. */
async function completeEntries(
  host: Host,
  plan: Plan,
  used: ReadonlySet<string>,
  entries: readonly TargetEntry[],
): Promise<readonly TargetEntry[]> {
  const stop: Diagnostic[] = [];
  const extra = new Map<string, LiteralEntry>();
  for (const name of used) {
    const backend = plan.backends[name] as PlanBackend;
    if (backend.type !== "s3" && backend.type !== "gcs") continue;
    const sample = entries.find(({ backend: of }) => of === name)?.entry;
    const own = typeof sample === "object" ? sample : {};
    const { region, endpointUrl, usePathStyle, ...found } = await resolveBucket(
      {
        backend: name,
        type: backend.type,
        region: own["region"],
        endpointUrl: own["endpoint_url"],
        usePathStyle: own["use_path_style"] === undefined ? undefined : own["use_path_style"] === "true",
        insecure: backend["insecure"] === true,
      },
      host.env,
    );
    stop.push(...found.stop);
    if (found.warning !== undefined) host.tell({ ...found.warning, level: "warning" });
    extra.set(name, {
      ...(region === null ? {} : { region }),
      ...(endpointUrl === undefined ? {} : { endpoint_url: endpointUrl }),
      // BuildKit looks at it only beside an endpoint.
      ...(endpointUrl === undefined || usePathStyle === undefined ? {} : { use_path_style: String(usePathStyle) }),
    });
  }
  if (stop.length > 0) throw BkcacheError.of(stop);
  return entries.map((each) => {
    const added = each.backend === null ? undefined : extra.get(each.backend);
    return added === undefined || typeof each.entry === "string"
      ? each
      : { ...each, entry: { ...each.entry, ...added } };
  });
}
