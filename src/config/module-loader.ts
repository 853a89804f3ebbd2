import { existsSync, readFileSync, statSync } from "node:fs";
import { registerHooks } from "node:module";
import { basename, extname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { BkcacheError, type Span } from "../diagnostics/error.ts";
import { printable } from "./source-map.ts";

/** What `import ... from "bkcache"` gets inside a config: enough to write one, without loading the program again. */
const lightModule = "export const defineConfig = (config) => config;\n";
const lightUrl = "bkcache:config";

/** Past it a promise of the config is taken for one that never settles. */
const patience = 30_000;

/**
 * Hooks for the time of one import. Node would read a `.ts` file by the `type` of the package around it, and so
 * take `export default` for a mistake under `"type": "commonjs"`, which `npm init` writes.
 */
function installHooks(config: ModuleFile): { deregister(): void } {
  const configUrl = pathToFileURL(config.file).href;
  return registerHooks({
    resolve(specifier, context, next) {
      if (specifier === "bkcache") return { url: lightUrl, format: "module", shortCircuit: true };
      return next(specifier, context);
    },
    load(url, context, next) {
      if (url === lightUrl) return { format: "module", source: lightModule, shortCircuit: true };
      if (/^file:[^?#]*\.ts(?:[?#]|$)/.test(url) && !url.includes("/node_modules/")) {
        return next(url, { ...context, format: "module-typescript" });
      }
      const isScript = url.startsWith(`${configUrl}?`) && config.file.endsWith(".js") && usesModuleSyntax(config.file);
      if (isScript && context.format === "commonjs") throw notCommonJs(config);
      if (isScript) return next(url, { ...context, format: "module" });
      return next(url, context);
    },
  });
}

export interface ModuleFile {
  /** Absolute. */
  readonly file: string;
  readonly shownFile: string;
}

/**
 * The default export of a TypeScript or JavaScript config, awaited.
 * @throws BkcacheError BK2004 where the module cannot be loaded, throws, or exports no config.
 */
export async function importConfig(module: ModuleFile): Promise<unknown> {
  const { mtimeMs, size } = statSync(module.file);
  // A changed file is another module: a process that lives on would otherwise see the first version for ever.
  const url = `${pathToFileURL(module.file).href}?${mtimeMs.toString(36)}-${size.toString(36)}`;
  const hooks = installHooks(module);
  const guard = guardProcess();
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new NeverSettled()), patience);
    });
    const namespace = (await Promise.race([import(url), late])) as Record<string, unknown>;
    if (!("default" in namespace)) {
      const names = Object.keys(namespace);
      throw new BkcacheError({
        code: "BK2004",
        message: `${module.shownFile} has no default export`,
        hint:
          names.length > 0
            ? `it exports ${names.join(", ")}; write \`export default\``
            : "write `export default defineConfig({ ... })`",
      });
    }
    const exported = await Promise.race([namespace["default"], late]);
    await guard.check();
    if (typeof exported !== "function") return exported;
    throw new BkcacheError({
      code: "BK2004",
      message: `${module.shownFile} exports a function`,
      hint: "a config is data: call the function and export its result",
    });
  } catch (error) {
    if (error instanceof BkcacheError) throw error;
    throw explain(module, error);
  } finally {
    clearTimeout(timer);
    guard.remove();
    hooks.deregister();
  }
}

const endingSignals = ["SIGINT", "SIGTERM"] as const;

class Exited extends Error {}
class Stray extends Error {}

/**
 * While a config is loaded, it cannot end the process, which would leave a check green that was never made; and what a timer of
 * it throws, or a promise that it rejects and nobody handles, is a failure of the config. Signals end the process by the
 * system's own hand: a loop without an end leaves their listeners no turn, and no verb has begun what they would bring to an end.
 */
function guardProcess(): { readonly check: () => Promise<void>; readonly remove: () => void } {
  const exit = Object.getOwnPropertyDescriptor(process, "exit") ?? {};
  let stray: Stray | undefined;
  const keep = (what: string, cause: unknown) => void (stray ??= new Stray(what, { cause }));
  const onRejection = (reason: unknown) => keep("rejects a promise that nobody handles", reason);
  const onException = (error: unknown) => keep("threw in a timer or callback", error);
  process.exit = () => {
    throw new Exited();
  };
  process.on("unhandledRejection", onRejection).on("uncaughtException", onException);
  const listeners = endingSignals.map(
    (signal) => [signal, process.rawListeners(signal) as NodeJS.SignalsListener[]] as const,
  );
  for (const signal of endingSignals) process.removeAllListeners(signal);
  return {
    async check() {
      // Node tells of them when it has nothing else to do.
      await new Promise((resolve) => setImmediate(resolve));
      if (stray !== undefined) throw stray;
    },
    remove() {
      Object.defineProperty(process, "exit", exit);
      process.off("unhandledRejection", onRejection).off("uncaughtException", onException);
      for (const [signal, each] of listeners) for (const listener of each) process.on(signal, listener);
    },
  };
}

/** Asked before Node tries, and warns on standard error about what it finds. */
function usesModuleSyntax(file: string): boolean {
  return /^\s*(?:export\s|import[\s{*"'])/m.test(readFileSync(file, "utf8"));
}

function notCommonJs({ file, shownFile }: ModuleFile): BkcacheError {
  const name = basename(file);
  return new BkcacheError({
    code: "BK2004",
    message: `${shownFile} is written as a module, but its package.json makes it CommonJS`,
    hint: `rename it to ${name.slice(0, -extname(name).length)}.mjs`,
  });
}

class NeverSettled extends Error {}

function explain(module: ModuleFile, error: unknown): BkcacheError {
  const code = codeOf(error);
  const text = messageOf(error);
  const span = placeOf(module, error instanceof Stray ? error.cause : error);
  const fail = (message: string, hint?: string) =>
    new BkcacheError({
      code: "BK2004",
      message: `${module.shownFile} ${message}`,
      ...(hint === undefined ? {} : { hint }),
      ...(span === undefined ? {} : { span }),
      cause: error,
    });
  if (error instanceof NeverSettled)
    return fail(`did not settle within ${patience / 1000} s`, "look for a promise that nothing resolves");
  if (error instanceof Exited) return fail("calls process.exit()", "throw an error to say that there is no config");
  if (error instanceof Stray)
    return fail(`${text}: ${firstLine(messageOf(error.cause))}`, "await it, or catch what it throws");
  switch (code) {
    case "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX":
      return fail(
        `uses TypeScript that must be compiled: ${firstLine(text)}`,
        "Node only strips types: write a union of strings instead of an enum, and no namespaces or parameter properties",
      );
    case "ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING":
      return fail(
        "loads TypeScript from node_modules",
        "Node does not strip types there: the package must ship .js, .json or .yaml",
      );
    case "ERR_MODULE_NOT_FOUND":
    case "ERR_UNSUPPORTED_DIR_IMPORT":
      return fail(`imports what cannot be found: ${firstLine(text)}`, missingImportHint(text));
    default:
  }
  if (error instanceof SyntaxError || code === "ERR_INVALID_TYPESCRIPT_SYNTAX")
    return fail(`does not parse: ${firstLine(text)}`);
  return fail(`threw: ${firstLine(text)}`);
}

function messageOf(error: unknown): string {
  try {
    // A config can throw anything, also an error whose message is no string.
    const message: unknown = error instanceof Error ? error.message : error;
    return String(message);
  } catch {
    return "a value that cannot be shown";
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function firstLine(text: string): string {
  const line = text.split("\n").find((part) => part.trim() !== "") ?? "";
  return printable(line.trim().slice(0, 300));
}

function missingImportHint(text: string): string {
  const wanted = /Cannot find (?:module|package) '([^']+)'/.exec(text)?.[1] ?? "";
  const path = wanted.startsWith("file:") ? fileURLToPath(wanted) : wanted;
  const bare = path.replace(/\.m?js$/, "");
  const found = [".ts", ".mts", ".js", ".mjs"]
    .map((extension) => `${bare}${extension}`)
    .find((file) => existsSync(file));
  if (found !== undefined) return `write the import with its extension: ${basename(found)}`;
  if (existsSync(join(bare, "index.ts"))) return "name the file: a folder cannot be imported";
  return text.includes("Cannot find package") ? "install the package" : "check the path; imports need their extension";
}

/** The topmost frame of the error inside the config. */
function placeOf(module: ModuleFile, error: unknown): Span | undefined {
  if (!(error instanceof Error) || typeof error.stack !== "string") return undefined;
  const url = pathToFileURL(module.file).href;
  for (const line of error.stack.split("\n")) {
    const at = line.indexOf(url);
    const match = at === -1 ? null : /^[^:\s]*:(\d+)(?::(\d+))?/.exec(line.slice(at + url.length));
    if (match !== null) return { file: module.shownFile, line: Number(match[1]), column: Number(match[2] ?? 1) };
  }
  return undefined;
}
