import type { Text } from "../config/text.ts";
import { createCacheEntry } from "./cache-entry.ts";
import { createCacheNames } from "./cache-name.ts";
import type { Entry, Plan, PlanBackend, TargetCache } from "./model.ts";

/** One cache entry that a target may get. */
export interface PossibleEntry<S extends Text = Text> {
  readonly direction: "from" | "to";
  /** Null for an entry of the user's own. */
  readonly backend: string | null;
  readonly scope: S | null;
  /** The cache name; empty for an entry of the user's own. */
  readonly name: Text;
  readonly entry: Entry | Text;
}

interface EntryQuestion<S extends Text> {
  readonly direction: "from" | "to";
  /** In order of preference. */
  readonly scopes: readonly S[];
  /** The one among them that this run writes itself, where it does. */
  readonly written?: S | undefined;
}

/** Lists the entries that a target may get, in order of preference. */
export type ListEntries = <S extends Text>(
  cache: TargetCache,
  question: EntryQuestion<S>,
) => readonly PossibleEntry<S>[];

/**
 * The one list of a target's entries, for a run, for what `plan` shows, for the committed file and for the ejected one.
 * Scope by scope: a nearer scope in a far bucket wins over the default one on the disk.
 * @param purpose a file that stays has nothing of backends that are reached by way of bkcache alone
 */
export function createEntryList(
  { backends, epoch }: Pick<Plan, "backends" | "epoch">,
  purpose: "run" | "file",
): ListEntries {
  // Most targets share one policy, so each kind of entry is made once.
  const cacheName = createCacheNames(epoch);
  const made = new Map<string, ReturnType<typeof createCacheEntry>>();
  const creatorOf = (backend: string, direction: "from" | "to", { mode, ignoreError }: TargetCache) => {
    const key = [backend, direction, mode, ignoreError].join();
    let create = made.get(key);
    if (create === undefined) {
      const declared = backends[backend];
      if (declared === undefined) throw new Error(`no backend ${backend} in the plan`);
      create = createCacheEntry(declared, { direction, mode, ignoreError });
      made.set(key, create);
    }
    return create;
  };
  return (cache, { direction, scopes, written }) => {
    const source = cache[direction];
    if (source.kind === "raw") {
      return source.entries.map((entry) => ({ direction, backend: null, scope: null, name: "", entry }));
    }
    return scopes.flatMap((scope) => {
      const name = cacheName(cache.name, scope);
      return inOrder(source, scope === written).flatMap((backend) => {
        if (purpose === "file" && !standsInFile(backends[backend])) return [];
        const entry = creatorOf(backend, direction, cache)?.(name);
        return entry === undefined ? [] : [{ direction, backend, scope, name, entry }];
      });
    });
  };
}

/** What another level has of a scope is trusted more than what this one has, but for what is written here alone. */
function inOrder({ backends, others = [] }: Policy, isWritten: boolean): readonly string[] {
  return isWritten ? [...backends, ...others] : [...others, ...backends];
}

type Policy = Extract<TargetCache["from"], { readonly kind: "policy" }>;

/** BuildKit has no cache in Google's store but by HMAC keys; an entry without them would fail on every machine. */
export function standsInFile(backend: PlanBackend | undefined): boolean {
  return backend?.type !== "gcs" || backend["auth"] === "hmac";
}

/** Where one entry is read that stands in a file: two lose hits, and the last is the one that all machines share. */
export function keepLast(entries: readonly PossibleEntry[]): readonly PossibleEntry[] {
  return entries.some(({ backend }) => backend === null) ? entries : entries.slice(-1);
}
