import { isAbsolute, join } from "node:path";

/**
 * A path in the folder where bkcache keeps what it can find out again, by the XDG rules; null where the
 * environment names no home.
 */
export function userCachePath(env: Readonly<Record<string, string | undefined>>, name: string): string | null {
  const base = env["XDG_CACHE_HOME"];
  // XDG: a relative path is to be ignored.
  if (base !== undefined && isAbsolute(base)) return join(base, "bkcache", name);
  const home = env["HOME"] ?? env["USERPROFILE"];
  return home === undefined || home === "" ? null : join(home, ".cache", "bkcache", name);
}
