import type { Builder, BuilderNode } from "./inspect.ts";

/** What is built on a node: the platform, and whether somebody asked for that. */
export interface Placed {
  readonly platform: string;
  /** Where a target names no platform, the first node builds it for its own. */
  readonly isFirstNode?: true;
}

/**
 * Index of the node on which buildx builds: the first that was made for the platform, else the first that can build for it.
 * Null where only buildx can tell, as for platforms that are merely compatible. Source: build/resolver of docker/buildx.
 */
export function nodeFor(
  nodes: readonly Pick<BuilderNode, "platforms" | "pinned">[],
  { platform, isFirstNode }: Placed,
): number | null {
  if (isFirstNode === true || platform === "" || nodes.length < 2) return 0;
  const pinned = nodes.findIndex((node) => node.pinned?.includes(platform) === true);
  if (pinned !== -1) return pinned;
  const able = nodes.findIndex(({ platforms }) => platforms.includes(platform));
  return able === -1 ? null : able;
}

/**
 * Each node that builds reach, by one of the platforms that it builds for; an empty one where there is one node. A node whose
 * platforms others before it have, builds nothing.
 */
export function reachedNodes({ nodes }: Pick<Builder, "nodes">): readonly Placed[] {
  if (nodes.length < 2) return [{ platform: "" }];
  return nodes.flatMap(({ platforms }, index): readonly Placed[] => {
    const own = platforms.find((platform) => nodeFor(nodes, { platform }) === index);
    if (own !== undefined) return [{ platform: own }];
    return index === 0 ? [{ platform: platforms[0] ?? "", isFirstNode: true }] : [];
  });
}
