import { BkcacheError, type Diagnostic, type Span } from "../diagnostics/error.ts";
import type { KnownSecret } from "../diagnostics/redact.ts";
import { foldErrors } from "./fold.ts";
import type { LoadedConfig } from "./load.ts";
import { rules } from "./rules/all.ts";
import { createContext } from "./rules/context.ts";
import { spanInModule } from "./module-places.ts";
import type { Finding } from "./rules/finding.ts";
import { levelOf } from "./rules/levels.ts";
import type { Config, Level } from "./schema.gen.ts";
import {
  formatPath,
  hasPath,
  parsePath,
  type Path,
  type Source,
  type SpanOptions,
  spanAt,
  toDiagnostic,
} from "./source-map.ts";
import { validate } from "./validate.gen.js";

/** A config that every later stage can trust. */
export interface ValidConfig {
  readonly config: Config;
  /** Absolute; empty for a config of a program. */
  readonly file: string;
  /** Absolute folder that the config's paths start from. */
  readonly dir: string;
  readonly warnings: readonly Diagnostic[];
  /** The place of a value, as in `targets.api.tags[0]`; undefined where it has none. */
  readonly spanOf: (path: string | Path) => Span | undefined;
}

export interface ValidateOptions {
  /** BUILDKIT_INSECURE=true: plain http is no error. */
  readonly allowInsecure?: boolean;
  /** What no string of the config may hold: it would be committed with what is generated. */
  readonly secrets?: readonly KnownSecret[];
}

/**
 * Checks everything that can be known without docker, and says all of it at once.
 * @throws BkcacheError with every finding of level error.
 */
export function validateConfig(loaded: LoadedConfig, options: ValidateOptions = {}): ValidConfig {
  const { data, sources } = loaded;
  const unread = new Set(loaded.findings.map(({ path }) => path));
  const shapeErrors = validate(data) ? [] : (validate.errors ?? []);
  const faults = withoutEchoes(foldErrors(shapeErrors, data, (path) => rawText(sources, path))).filter(
    // A value that could not be read stands as null, which is not one more fault.
    ({ path }) => path.length === 0 || !unread.has(formatPath(path)),
  );
  const found: Finding[] = [...faults];
  // Rules rely on the shape, so they see the config without the values that have none.
  const shaped = shapeErrors.length === 0 ? data : withoutFaults(data, faults);
  if (shaped !== undefined) {
    const context = createContext({
      config: shaped as Config,
      data,
      dir: loaded.dir,
      allowsInsecure: options.allowInsecure === true,
      ...(options.secrets && { secrets: options.secrets }),
    });
    const holders = new Set(faults.map(({ path }) => formatPath(path.slice(0, -1))));
    for (const rule of rules) {
      for (const finding of rule(context)) {
        // What seems to lack may be what was left out for a fault of its own.
        if (finding.code !== "BK2013" || !holders.has(formatPath(finding.path))) found.push(finding);
      }
    }
  }

  const place = (path: Path, at: SpanOptions) => withoutSecrets(placeOf(sources, path, at), options.secrets ?? []);
  const levels = rulesOf(data);
  const errors: Diagnostic[] = [...loaded.findings];
  const warnings: Diagnostic[] = [];
  for (const warning of loaded.warnings) keep(warning, levelOf(warning.code, levels));
  for (const finding of found) {
    const level = levelOf(finding.code, levels);
    if (level !== "off") keep(toDiagnostic(finding, place(finding.path, finding)), level);
  }
  function keep(diagnostic: Diagnostic, level: Level): void {
    if (level !== "off") (level === "error" ? errors : warnings).push(diagnostic);
  }

  if (errors.length > 0) throw BkcacheError.of(inOrder(errors, sources));
  return {
    // A key that a rule lets pass is ignored, as BuildKit would: later stages know only what the schema knows.
    config: shaped as Config,
    file: loaded.file,
    dir: loaded.dir,
    warnings: inOrder(warnings, sources),
    spanOf: (path) => place(typeof path === "string" ? parsePath(path) : path, {}),
  };
}

/** Findings go further than to a terminal that blanks secrets out. */
function withoutSecrets(span: Span | undefined, secrets: readonly KnownSecret[]): Span | undefined {
  if (span?.excerpt === undefined || !secrets.some(({ value }) => span.excerpt?.includes(value))) return span;
  const { file, line, column } = span;
  return { file, line, column };
}

/** A misspelt key is one fault, not also the lack of the right one. */
function withoutEchoes(faults: readonly Finding[]): readonly Finding[] {
  const misspelt = new Set(
    faults
      .filter(({ code, hint }) => code === "BK2010" && hint?.startsWith("did you mean") === true)
      .map(({ path }) => formatPath(path.slice(0, -1))),
  );
  return faults.filter(({ code, path }) => code !== "BK2013" || !misspelt.has(formatPath(path)));
}

/**
 * A copy of the config in which no value is of the wrong shape; undefined where none is left. A value that
 * cannot be taken away alone, such as an item of a list or a lacking key, takes what holds it with it.
 */
function withoutFaults(data: unknown, faults: readonly Finding[]): unknown {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return undefined;
  const copy: unknown = structuredClone(data);
  for (const { path } of faults) removeAt(copy, path);
  for (let round = 0; round < 8; round += 1) {
    if (validate(copy)) return copy;
    for (const { path } of foldErrors(validate.errors ?? [], copy, () => undefined)) removeAt(copy, path);
  }
  return undefined;
}

function removeAt(data: unknown, path: Path): void {
  let holder: unknown = data;
  let nearest: readonly [object, string] | undefined;
  for (const part of path) {
    if (typeof holder !== "object" || holder === null) break;
    if (typeof part === "string") nearest = [holder, part];
    holder = (holder as Record<string | number, unknown>)[part];
  }
  if (nearest !== undefined) Reflect.deleteProperty(...nearest);
}

function rulesOf(data: unknown): Readonly<Record<string, Level>> {
  const rules = typeof data === "object" && data !== null ? (data as { readonly rules?: unknown }).rules : undefined;
  if (typeof rules !== "object" || rules === null) return {};
  return Object.fromEntries(
    Object.entries(rules).filter(([, level]) => level === "error" || level === "warn" || level === "off"),
  );
}

/** The file that says a value is the nearest one that has the path: of lists and scalars only one is left. */
function sourceOf(sources: readonly Source[], path: Path): Source | undefined {
  return sources.find((source) => hasPath(source, path));
}

function placeOf(sources: readonly Source[], path: Path, options: SpanOptions): Span | undefined {
  const source = sourceOf(sources, path);
  if (source === undefined) return undefined;
  // Of a module only the text can tell, and which file it is must be said: of several, and for an annotation in CI.
  const span = spanAt(source, path, options) ?? spanInModule(source, path, options);
  return span ?? (source.shownFile === "" ? undefined : { file: source.shownFile, line: 1, column: 1 });
}

function rawText(sources: readonly Source[], path: Path): string | undefined {
  const source = sourceOf(sources, path);
  if (source?.text === null || source?.text === undefined || source.root === null) return undefined;
  let node = source.root;
  for (const part of path) {
    const next = typeof part === "number" ? node.items?.[part] : node.entries?.get(part)?.node;
    if (next === undefined) return undefined;
    node = next;
  }
  return source.text.slice(node.start, node.end);
}

/** By place, as a reader meets them; what has no place keeps its order. One fault that aliases repeat counts once. */
function inOrder(list: readonly Diagnostic[], sources: readonly Source[]): readonly Diagnostic[] {
  const unique = new Map(
    list.map((item) => {
      const place = item.span === undefined ? item.path : `${item.span.file}:${item.span.line}:${item.span.column}`;
      return [`${item.code} ${place} ${item.message}`, item] as const;
    }),
  );
  const files = sources.map((source) => source.shownFile);
  const fileOf = ({ span }: Diagnostic) => (span === undefined ? -1 : files.indexOf(span.file));
  return [...unique.values()].sort(
    (a, b) =>
      fileOf(a) - fileOf(b) ||
      (a.span?.line ?? 0) - (b.span?.line ?? 0) ||
      (a.span?.column ?? 0) - (b.span?.column ?? 0),
  );
}
