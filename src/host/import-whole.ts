import { getCompileCacheDir } from "node:module";
import { setFlagsFromString } from "node:v8";

/**
 * Imports modules with all their functions compiled. Node's compile cache keeps what is compiled as a module loads; V8
 * leaves most functions for their first call, which no cache sees: a fifth of the time of a short command.
 * V8's default is back before the program goes on, since Node's own modules are cached for that alone; and where nothing
 * is cached, it stays.
 */
export async function importWhole<T>(load: () => Promise<T>): Promise<T> {
  if (getCompileCacheDir() === undefined) return load();
  setFlagsFromString("--no-lazy");
  try {
    return await load();
  } finally {
    setFlagsFromString("--lazy");
  }
}
