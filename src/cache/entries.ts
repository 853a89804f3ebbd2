import { cacheEntry } from "../bake/cache-entry.ts";
import { declaredBackend } from "../bake/levels.ts";
import type { Entry, Plan, PlanBackend, TargetCache } from "../bake/model.ts";
import { createEntryList, type PossibleEntry } from "../bake/possible-entries.ts";
import type { Text } from "../config/text.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { PathBase } from "../host/home.ts";
import type { Host } from "../host/host.ts";
import { type ManifestPlace, manifestPlace } from "../layers/place.ts";
import { draftBackend } from "../source/backend.ts";
import type { Values } from "../source/values.ts";
import { attributesOf, type Place, resolvePlace, type StoreBackend } from "../store/place.ts";
import { type CacheUse, isFolder } from "./use.ts";

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
  /** Where BuildKit keeps the manifest; null where that cannot be looked into. */
  readonly manifest: ManifestPlace | null;
  /** The backend, every text literal; null for an entry of the user's own. */
  readonly declared: StoreBackend | null;
}

export interface EntryRequest {
  readonly plan: Plan;
  readonly targets: readonly string[];
  readonly use: Pick<CacheUse, "layers" | "scopes" | "isLocalOnly">;
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
  complete(host: Host, values: Values): Promise<readonly TargetEntry[]>;
}

/** Every entry that the plan has for these targets. */
export function draftEntries({ plan, targets, use, base }: DraftRequest): EntryDrafts {
  if (plan.trust !== undefined) throw new Error("the entries of a run are those of one level of trust");
  const list = createEntryList(plan, "run");
  const texts: Record<string, Text> = {};
  const keep: Keep = (text) => {
    if (typeof text === "string") return () => text;
    const key = `entry_${Object.keys(texts).length}`;
    texts[key] = text;
    return (values) => values[key] ?? "";
  };
  // Entries of the user's own go by the same rule: nobody can tell who reads what they write.
  const isWritten = ({ backend }: PossibleEntry<string>): boolean =>
    !use.isLocalOnly || (backend !== null && isFolder(plan, backend));
  const drafts = targets.flatMap((name): readonly Draft[] => {
    const target = plan.targets[name];
    const own = use.scopes[name];
    if (target === undefined || own === undefined) throw new Error(`no target ${name} in the plan`);
    const read = own.read.map(({ scope }) => scope);
    return [
      ...(use.layers.read ? list(target.cache, { direction: "from", scopes: read, written: own.write.scope }) : []),
      ...(use.layers.write ? list(target.cache, { direction: "to", scopes: [own.write.scope] }).filter(isWritten) : []),
    ].map((possible) => draft({ target: name, cache: target.cache, possible, keep }));
  });
  const used = new Set(drafts.flatMap(({ backend }) => backend ?? []));
  const backends = [...used].map((name) => draftBackend(plan, name, base));
  for (const backend of backends) Object.assign(texts, backend.texts);
  return {
    texts,
    async complete(host, values) {
      const filled = backends.map((backend) => backend.fill(values));
      const placed = await placeAll(host, filled);
      return drafts.map((each) => each.complete(values, placed));
    },
  };
}

type Read<T = string> = (values: Values) => T;
type Keep = (text: Text) => Read;

/** A backend whose texts are known, and its place; null where objects cannot be looked at there. */
interface PlacedBackend {
  readonly backend: StoreBackend;
  readonly place: Place | null;
}

interface Draft {
  /** Null for an entry of the user's own. */
  readonly backend: string | null;
  complete(values: Values, placed: ReadonlyMap<string, PlacedBackend>): TargetEntry;
}

interface EntryDraft {
  readonly target: string;
  readonly cache: TargetCache;
  readonly possible: PossibleEntry<string>;
  /** Has a text evaluated. */
  readonly keep: Keep;
}

function draft({ target, cache, possible, keep }: EntryDraft): Draft {
  const { backend, scope, direction, name, entry } = possible;
  if (backend === null) {
    const read = isText(entry) ? keep(entry) : keepEntry(entry, keep);
    const own = { target, backend, scope, name: "", direction, manifest: null, declared: null };
    return { backend, complete: (values) => ({ ...own, entry: read(values) }) };
  }
  const readName = keep(name);
  const { mode, ignoreError } = cache;
  return {
    backend,
    complete(values, placed) {
      const name = readName(values);
      const { backend: declared, place } = placed.get(backend) as PlacedBackend;
      // The builder's own environment has neither region nor endpoint.
      const located = { ...declared, ...(place !== null && attributesOf(place)) } as PlanBackend;
      // Every text of the backend is literal, and so is the name.
      const entry = cacheEntry(located, { direction, name, mode, ignoreError }) as LiteralEntry;
      const manifest = place === null ? null : manifestPlace({ backend: declared, place, name, direction });
      return { target, backend, scope, name, direction, entry, manifest, declared };
    },
  };
}

function keepEntry(entry: Entry, keep: Keep): Read<LiteralEntry> {
  const readers = Object.entries(entry).map(([key, text]) => [key, keep(text)] as const);
  return (values) => Object.fromEntries(readers.map(([key, read]) => [key, read(values)]));
}

function isText(entry: Entry | Text): entry is Text {
  return typeof entry === "string" || Array.isArray(entry);
}

/** @throws BkcacheError for all that is known to be wrong with any of them. */
async function placeAll(host: Host, backends: readonly StoreBackend[]): Promise<ReadonlyMap<string, PlacedBackend>> {
  const stop: Diagnostic[] = [];
  const placed = new Map<string, PlacedBackend>();
  for (const backend of backends) {
    const found = await resolvePlace(backend, host.env);
    placed.set(backend.name, { backend, place: found.place });
    // What is wrong with a backend is wrong with it in all levels of trust.
    const declared = declaredBackend(backend.name);
    if (declared !== backend.name && backends.some(({ name }) => name === declared)) continue;
    stop.push(...found.stop);
    if (found.warning !== undefined) host.tell({ ...found.warning, level: "warning" });
  }
  if (stop.length > 0) throw BkcacheError.of(stop);
  return placed;
}

/** An entry of a declared backend. */
export interface BackendEntry extends TargetEntry {
  readonly backend: string;
  readonly scope: string;
  readonly entry: LiteralEntry;
}

export function isOfBackend(direction: "from" | "to") {
  return (candidate: TargetEntry): candidate is BackendEntry =>
    candidate.direction === direction && candidate.backend !== null && typeof candidate.entry !== "string";
}
