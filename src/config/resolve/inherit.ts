import type { ResolvedAttributes } from "../resolved.ts";
import type { Target } from "../schema.gen.ts";
import { readAttributes } from "./attributes.ts";
import { type CacheLayer, readCacheLayer } from "./cache.ts";
import { mergeAttributes } from "./merge.ts";
import { type Axes, noAxes } from "./read.ts";

/** A concrete target before inheritance. */
export interface Declared {
  /** Keys that lead to it in the config, for errors. */
  readonly path: string;
  readonly target: Target;
  readonly axes: Axes;
}

/** Attributes that stand together, or the name of an external target between them. */
export type Segment = ResolvedAttributes | { readonly external: string };

export function isExternal(segment: Segment): segment is { readonly external: string } {
  return "external" in segment;
}

/** What a target has of its own and from its `inherits`, from far to near. */
export interface Lineage {
  readonly segments: readonly Segment[];
  readonly cache: readonly CacheLayer[];
  readonly mounts: readonly string[] | undefined;
}

/**
 * The lineage of every target, as bake resolves `inherits`: depth first, each parent resolved for itself, the last
 * one nearest. Of an external target the config knows no attributes; `additions` holds its cache and mounts, if any.
 */
export function createLineage(
  declared: ReadonlyMap<string, Declared>,
  external: ReadonlySet<string>,
  additions: ReadonlyMap<string, Target> = new Map(),
): (name: string) => Lineage {
  const done = new Map<string, Lineage | null>();

  function lineageOf(name: string): Lineage | null {
    const known = done.get(name);
    if (known !== undefined) return known;
    const own = declared.get(name);
    if (own === undefined) throw new Error(`no target ${name}`);
    done.set(name, null); // A cycle ends here, as in bake; validation has refused it before.
    let segments: readonly Segment[] = [];
    const cache: CacheLayer[] = [];
    let mounts: readonly string[] | undefined;
    for (const parent of own.target.inherits ?? []) {
      if (external.has(parent) && !declared.has(parent)) {
        segments = joinSegments(segments, [{ external: parent }], own.path);
        const addition = additions.get(parent);
        if (addition !== undefined) cache.push(readCacheLayer(addition, noAxes));
        mounts = addition?.mounts ?? mounts;
        continue;
      }
      const inherited = lineageOf(parent);
      if (inherited === null) continue;
      segments = joinSegments(segments, besideParents(segments, inherited.segments), own.path);
      cache.push(...inherited.cache);
      mounts = inherited.mounts ?? mounts;
    }
    segments = joinSegments(segments, [readAttributes(own.target, own.axes)], own.path);
    const lineage = {
      segments,
      cache: [...cache, readCacheLayer(own.target, own.axes)],
      mounts: own.target.mounts ?? mounts,
    };
    done.set(name, lineage);
    return lineage;
  }

  return (name) => lineageOf(name) ?? { segments: [], cache: [], mounts: undefined };
}

/**
 * A parent that clears its outputs, or removes a context, does so to what it inherits itself: bake takes nothing from
 * the parents before it. `defaults`, which are farther away than all of them, it does clear.
 */
function besideParents(before: readonly Segment[], parent: readonly Segment[]): readonly Segment[] {
  const [first, ...rest] = parent;
  if (before.length === 0 || first === undefined || isExternal(first)) return parent;
  const { contexts, output, ...others } = first;
  const isFree = (has: (attributes: ResolvedAttributes) => boolean): boolean =>
    before.every((each) => !isExternal(each) && !has(each));
  const kept = Object.entries(contexts ?? {}).filter(
    ([key, value]) => value !== "" || isFree((each) => each.contexts?.[key] !== undefined),
  );
  const keepsOutput = output !== undefined && (isSomething(output) || isFree((each) => each.output !== undefined));
  return [
    { ...others, ...(kept.length > 0 && { contexts: Object.fromEntries(kept) }), ...(keepsOutput && { output }) },
    ...rest,
  ];
}

function isSomething(output: NonNullable<ResolvedAttributes["output"]>): boolean {
  return "variable" in output || output.length > 0;
}

/** Puts nearer segments after farther ones; attributes that come to stand side by side are merged. */
export function joinSegments(far: readonly Segment[], near: readonly Segment[], path: string): readonly Segment[] {
  const joined = [...far];
  for (const segment of near) {
    const last = joined.at(-1);
    if (last !== undefined && !isExternal(last) && !isExternal(segment)) {
      joined[joined.length - 1] = mergeAttributes(last, segment, path);
    } else {
      joined.push(isExternal(segment) ? segment : mergeAttributes({}, segment, path));
    }
  }
  return joined;
}
