import { posix } from "node:path";

/**
 * A path of the image: absolute, without `.`, `..` and a slash at its end. Null where it cannot be told, as with a
 * pattern or a folder that nobody knows.
 */
export function imagePath(text: string, cwd: string | null): string | null {
  if (text === "" || /[*?[\]{}]/.test(text) || text.startsWith("~")) return null;
  if (!text.startsWith("/") && cwd === null) return null;
  const path = posix.resolve("/", cwd ?? "/", text);
  return path;
}

/** Whether a path is the folder or lies in it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);
}

/** Whether one of two paths is, or lies in, the other. */
export function touches(one: string, other: string): boolean {
  return isWithin(one, other) || isWithin(other, one);
}

/** `/a/b/c` gives `/a` and `/a/b`. */
export function foldersAbove(path: string): readonly string[] {
  const parts = path.split("/").slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
}
