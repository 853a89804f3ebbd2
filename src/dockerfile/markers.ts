import type { Comment } from "./model.ts";

/** One name in a marker, with its place. */
interface MarkerName {
  readonly name: string;
  /** UTF-16 offset in the Dockerfile. */
  readonly offset: number;
}

/** A comment `# bkcache: NAME...`, which lists the mounts of the RUN below it. */
export interface Marker {
  readonly comment: Comment;
  readonly names: readonly MarkerName[];
}

/** Null for any other comment. */
function readMarker(comment: Comment, text: string): Marker | null {
  const { start, end } = comment.range;
  const [head] = /^#\s*bkcache:/.exec(text.slice(start, end)) ?? [];
  if (head === undefined) return null;
  const names = [...text.slice(start + head.length, end).matchAll(/\S+/g)].map((match) => {
    return { name: match[0], offset: start + head.length + match.index };
  });
  return { comment, names };
}

export function readMarkers(comments: readonly Comment[], text: string): readonly Marker[] {
  return comments.map((comment) => readMarker(comment, text)).filter((marker) => marker !== null);
}
