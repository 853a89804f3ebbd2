import { homedir } from "node:os";
import { cacheEntry } from "../bake/cache-entry.ts";
import { cacheName } from "../bake/cache-name.ts";
import type { CacheDirection, Entry, Plan, PlanBackend, PlanTarget } from "../bake/model.ts";
import type { Text } from "../config/text.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { resolveBucket } from "../store/bucket-place.ts";
import type { CacheUse } from "./use.ts";
import { readScopes, type RunScopes, writeScope } from "./scopes.ts";

/** A cache entry whose texts are all literal. */
export type LiteralEntry = Readonly<Record<string, string>>;

/** One cache entry that a target may get. */
export interface Candidate {
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

/** Entries of which some texts are not known before bake has evaluated them. */
export interface EntryDrafts {
  /** What bake is to evaluate, by a key that `candidates` takes the value back under. */
  readonly texts: Readonly<Record<string, Text>>;
  /**
   * Every entry, with what the machine adds: region, endpoint and home folder. In order of preference.
   * @param values of `texts`
   * @throws BkcacheError for what is known to be wrong: a missing region, plain http without consent.
   */
  candidates(host: Host, values: Readonly<Record<string, string>>): Promise<readonly Candidate[]>;
}

/** Every entry that the plan has for these targets. */
export function draftEntries({ plan, targets, use, scopes }: EntryRequest): EntryDrafts {
  const drafts: Draft[] = [];
  for (const name of targets) {
    const target = plan.targets[name];
    if (target === undefined) throw new Error(`no target ${name} in the plan`);
    if (use.read) drafts.push(...draft(plan, target, name, "from", readScopes(target, scopes)));
    if (use.write) drafts.push(...draft(plan, target, name, "to", [writeScope(target, scopes)]));
  }
  const used = new Set(drafts.flatMap(({ backend }) => backend ?? []));
  const { texts, fill } = collectTexts(drafts);
  return { texts, candidates: (host, values) => completeCandidates(host, plan, used, fill(values)) };
}

interface Draft extends Omit<Candidate, "entry" | "name"> {
  readonly name: Text;
  readonly entry: Entry | Text;
}

function draft(
  plan: Plan,
  target: PlanTarget,
  name: string,
  direction: "from" | "to",
  scopes: readonly string[],
): readonly Draft[] {
  const wanted: CacheDirection = target.cache[direction];
  if (wanted.kind === "raw") {
    return wanted.entries.map((entry) => ({ target: name, backend: null, scope: null, name: "", direction, entry }));
  }
  const { mode, ignoreError, name: components } = target.cache;
  // Scope by scope: a nearer scope in a far bucket wins over the default one on the disk.
  return scopes.flatMap((scope) => {
    const cache = cacheName(components, scope);
    return wanted.backends.flatMap((backend) => {
      const declared = plan.backends[backend];
      if (declared === undefined) throw new Error(`no backend ${backend} in the plan`);
      const entry = cacheEntry(declared, { direction, name: cache, mode, ignoreError, runtime: { home: homedir() } });
      return entry === null ? [] : [{ target: name, backend, scope, name: cache, direction, entry }];
    });
  });
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
  const readers = drafts.map(({ name, entry }) => ({
    name: keep(name),
    entry: isText(entry) ? keep(entry) : Object.entries(entry).map(([key, text]) => [key, keep(text)] as const),
  }));
  const fill = (values: Readonly<Record<string, string>>): readonly Candidate[] =>
    drafts.map((each, index) => {
      const { name, entry } = readers[index] as (typeof readers)[number];
      return {
        ...each,
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

/** Adds region and endpoint of the environment, which the builder's own environment does not have. */
async function completeCandidates(
  host: Host,
  plan: Plan,
  used: ReadonlySet<string>,
  candidates: readonly Candidate[],
): Promise<readonly Candidate[]> {
  const stop: Diagnostic[] = [];
  const extra = new Map<string, LiteralEntry>();
  for (const name of used) {
    const backend = plan.backends[name] as PlanBackend;
    if (backend.type !== "s3" && backend.type !== "gcs") continue;
    const sample = candidates.find((candidate) => candidate.backend === name)?.entry;
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
  return candidates.map((candidate) => {
    const added = candidate.backend === null ? undefined : extra.get(candidate.backend);
    return added === undefined || typeof candidate.entry === "string"
      ? candidate
      : { ...candidate, entry: { ...candidate.entry, ...added } };
  });
}
