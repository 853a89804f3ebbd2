import { getCompileCacheDir } from "node:module";
import { setFlagsFromString } from "node:v8";

/** Node's modules that nearly every command takes sooner or later. */
const alwaysBuiltins = ["fs/promises"];

/**
 * Imports modules with all their functions compiled. Node's compile cache keeps what is compiled as a module loads; V8
 * leaves most functions for their first call, which no cache sees: a fifth of the time of a short command.
 * V8's default is back before the program goes on, since Node's own modules are cached for that alone: `taken` are those
 * that other parts of the program may want in the meantime, and that would be compiled anew then, at five times the cost.
 * Where nothing is cached, the default stays.
 */
export async function importWhole<T>(load: () => Promise<T>, builtins: readonly string[] = []): Promise<T> {
  if (getCompileCacheDir() === undefined) return load();
  for (const name of [...alwaysBuiltins, ...builtins]) process.getBuiltinModule(name);
  setFlagsFromString("--no-lazy");
  try {
    return await load();
  } finally {
    setFlagsFromString("--lazy");
  }
}
