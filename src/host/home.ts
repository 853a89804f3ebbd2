import { userInfo } from "node:os";
import { join, resolve } from "node:path";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The home folder, for every path that begins with `~/`: HOME, else the password file's, as shells, docker and the
 * `homedir()` of bake have it. Where the password file has no such user, / as docker sets HOME then.
 */
export function homeFolder(env: Env): string {
  const named = env["HOME"] || env["USERPROFILE"];
  if (named) return named;
  try {
    return userInfo().homedir || "/";
  } catch {
    return "/";
  }
}

/** Where paths of a config count from. */
export interface PathBase {
  /** Folder of the config. Absolute. */
  readonly dir: string;
  readonly env: Env;
}

/** The path of a config's text, absolute. */
export function absolutePath(path: string, { dir, env }: PathBase): string {
  if (path === "~" || path.startsWith("~/")) return resolve(join(homeFolder(env), path.slice(1)));
  return resolve(dir, path);
}
