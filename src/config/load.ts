import { readFileSync, statSync } from "node:fs";
import { dirname, relative, sep } from "node:path";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { isRecord } from "../host/json.ts";
import { type ConfigKind, type LocatedConfig, showFile } from "./locate.ts";
import { spanInModule } from "./module-places.ts";
import { resolveExtends } from "./extends.ts";
import { rebaseConfig } from "./rebase.ts";
import {
  limits,
  type Problem,
  type ReadResult,
  type Source,
  spanAt,
  spanOfOffset,
  toDiagnostic,
} from "./source-map.ts";

export interface LoadedConfig {
  /** Absolute. */
  readonly file: string;
  /** Absolute folder of the file: what the config's paths start from, extended configs included. */
  readonly dir: string;
  /** Plain data of any shape: the file with what it extends merged underneath. */
  readonly data: unknown;
  /** The files that the data comes from, the nearest first. */
  readonly sources: readonly Source[];
  /** Faults that still leave data to validate, such as a key written twice. */
  readonly findings: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
}

/**
 * Reads a config and what it extends.
 * @throws BkcacheError where a file cannot be read or extended (BK2002 to BK2007).
 */
export async function loadConfig(located: LocatedConfig): Promise<LoadedConfig> {
  const root = dirname(located.file);
  const findings: Diagnostic[] = [];
  const sources = new Set<Source>();
  const done = new Map<string, unknown>();

  async function load(file: string, kind: ConfigKind, above: readonly string[]): Promise<unknown> {
    const known = done.get(file);
    if (known !== undefined) return known;
    const { source, problems } = await readSource(file, kind, located.cwd);
    sources.add(source);
    findings.push(...problems.map((problem) => locateProblem(problem, source)));
    if (above.length > 0 && !isRecord(source.value)) findings.push(notAMap(source));
    const { parents, rest } = await resolveExtends(source, [...above, file], located.cwd);
    let far: unknown = {};
    // The last one is the nearest: its file is read, and so listed, first.
    for (const parent of parents.toReversed()) {
      far = mergeConfigs(await load(parent.file, parent.kind, [...above, file]), far);
    }
    const shift = relative(root, source.dir).split(sep).join("/");
    const own = rebaseConfig(rest, shift);
    const merged = parents.length === 0 ? own : mergeConfigs(far, own);
    done.set(file, merged);
    return merged;
  }

  const data = await load(located.file, located.kind, []);
  return { file: located.file, dir: root, data, sources: [...sources], findings, warnings: located.warnings };
}

/** A config of a program instead of a file: nothing to read, no places. */
export function loadObject(config: unknown, options: { readonly dir: string; readonly file?: string }): LoadedConfig {
  const file = options.file ?? "";
  const source: Source = { file, shownFile: file, dir: options.dir, value: config, text: null, root: null };
  return { file, dir: options.dir, data: config, sources: [source], findings: [], warnings: [] };
}

/** Maps are merged key by key; of all else the nearer value stands. */
function mergeConfigs(far: unknown, near: unknown): unknown {
  if (!isRecord(far) || !isRecord(near)) return near;
  const merged: Record<string, unknown> = { ...far };
  for (const [key, value] of Object.entries(near)) {
    merged[key] = Object.hasOwn(far, key) ? mergeConfigs(far[key], value) : value;
  }
  return merged;
}

/** Of the config itself validation says so; what it extends would be merged away. */
function notAMap(source: Source): Diagnostic {
  const message = `${source.shownFile} is extended, so it must be a map`;
  const span = spanAt(source, []);
  return { code: "BK2011", message, ...(span === undefined ? {} : { span }) };
}

interface ReadFile {
  readonly source: Source;
  readonly problems: readonly Problem[];
}

async function readSource(file: string, kind: ConfigKind, cwd: string): Promise<ReadFile> {
  const shownFile = showFile(file, cwd);
  const base = { file, shownFile, dir: dirname(file) };
  if (kind === "module") {
    const { importConfig } = await import("./module-loader.ts");
    const { toPlain } = await import("./plain.ts");
    const exported = await importConfig(base);
    let plain;
    try {
      plain = toPlain(exported);
    } catch (cause) {
      // A getter or a proxy of the module's own.
      const message = `${shownFile} threw while its values were read`;
      throw new BkcacheError({ code: "BK2004", message, hint: "export plain data", cause });
    }
    const { value, problems } = plain;
    if (value === null || value === undefined) throw emptyConfig(shownFile, kind);
    return { source: { ...base, value, text: null, root: null }, problems };
  }
  const text = readText(file, shownFile);
  const result = await parse(text, kind);
  const { root } = result;
  if (root === null) {
    const placeless: Source = { ...base, value: null, text, root: null };
    const findings = result.problems.map((problem) => locateProblem(problem, placeless));
    throw findings.length > 0 ? BkcacheError.of(findings) : emptyConfig(shownFile, kind);
  }
  if (root.value === null && result.problems.length === 0) throw emptyConfig(shownFile, kind);
  return { source: { ...base, value: root.value, text, root }, problems: result.problems };
}

async function parse(text: string, kind: "yaml" | "json" | "package"): Promise<ReadResult> {
  if (text.trim() === "") return { root: null, problems: [] };
  if (kind === "yaml") return (await import("./read-yaml.ts")).readYaml(text);
  const { readJson } = await import("./read-json.ts");
  const result = readJson(text);
  if (kind === "json" || result.root === null) return result;
  // Of a package.json only what stands below `bkcache` is ours to judge.
  const problems = result.problems.filter((problem) => problem.path[0] === "bkcache");
  return {
    root: result.root.entries?.get("bkcache")?.node ?? null,
    problems: problems.map(({ path, ...problem }) => Object.assign(problem, { path: path.slice(1) })),
  };
}

function readText(file: string, shownFile: string): string {
  let bytes: Buffer;
  try {
    const { size } = statSync(file);
    if (size > limits.bytes) {
      const message = `${shownFile} has ${size} bytes, more than the ${limits.bytes} that a config may have`;
      throw new BkcacheError({ code: "BK2006", message });
    }
    bytes = readFileSync(file);
  } catch (cause) {
    if (cause instanceof BkcacheError) throw cause;
    const reason = (cause as NodeJS.ErrnoException).code ?? "unknown error";
    throw new BkcacheError({ code: "BK2002", message: `${shownFile} cannot be read: ${reason}`, cause });
  }
  try {
    // Takes a byte order mark away, and refuses what is not UTF-8 instead of replacing it.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new BkcacheError({ code: "BK2002", message: `${shownFile} is not UTF-8`, hint: "save it as UTF-8", cause });
  }
}

function emptyConfig(shownFile: string, kind: ConfigKind): BkcacheError {
  const message = kind === "package" ? `\`bkcache\` in ${shownFile} is empty` : `${shownFile} is empty`;
  return new BkcacheError({ code: "BK2005", message, hint: "declare `targets`, or remove the file" });
}

function locateProblem(problem: Problem, source: Source): Diagnostic {
  const { offset, path } = problem;
  const hasPlace = offset !== null && source.text !== null;
  const start = spanInModule(source, path, {}) ?? { file: source.shownFile, line: 1, column: 1 };
  return toDiagnostic(problem, hasPlace ? spanOfOffset(source.text, source.shownFile, offset) : start);
}
