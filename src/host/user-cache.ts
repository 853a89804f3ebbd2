import { isAbsolute, join } from "node:path";
import { homeFolder } from "./home.ts";

/** A path in the folder where bkcache keeps what it can find out again, by the XDG rules. */
export function userCachePath(env: Readonly<Record<string, string | undefined>>, name: string): string {
  const base = env["XDG_CACHE_HOME"];
  // XDG: a relative path is to be ignored.
  if (base !== undefined && isAbsolute(base)) return join(base, "bkcache", name);
  return join(homeFolder(env), ".cache", "bkcache", name);
}
