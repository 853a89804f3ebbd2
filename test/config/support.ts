import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { locateConfig } from "../../src/config/locate.ts";
import { validateConfig, type ValidConfig, type ValidateOptions } from "../../src/config/validate.ts";
import type { Config } from "../../src/config/schema.gen.ts";
import { BkcacheError, type Diagnostic } from "../../src/diagnostics/error.ts";

const made: string[] = [];
afterAll(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
});

/** A temporary folder with the files, and a `.git` that ends the search for a config. */
export function workspace(files: Readonly<Record<string, string | Uint8Array>>): string {
  const dir = mkdtempSync(join(tmpdir(), "bkcache-config-"));
  made.push(dir);
  mkdirSync(join(dir, ".git"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), content);
  }
  return dir;
}

/** What reading a config comes to. An error of any other kind is thrown on: nothing may raise one. */
export interface Outcome {
  readonly valid: ValidConfig | null;
  readonly errors: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
}

export async function read(cwd: string, file?: string, options?: ValidateOptions): Promise<Outcome> {
  try {
    const located = await locateConfig({ cwd, ...(file === undefined ? {} : { file }) });
    if (located === null) throw new Error("no config found");
    const valid = validateConfig(await loadConfig(located), options);
    return { valid, errors: [], warnings: valid.warnings };
  } catch (error) {
    if (!(error instanceof BkcacheError)) throw error;
    return { valid: null, errors: error.findings, warnings: [] };
  }
}

/** Reads the text of one file, `bkcache.config.yaml` unless named otherwise. */
export function readText(text: string, name = "bkcache.config.yaml", options?: ValidateOptions): Promise<Outcome> {
  return read(workspace({ [name]: text }), name, options);
}

export interface ProcessOutcome {
  readonly config?: Config | null;
  readonly errors?: readonly Diagnostic[];
  readonly warnings?: readonly Diagnostic[];
  /** What was thrown that is no BkcacheError. */
  readonly other?: string;
  readonly ms: number;
}

/** Reads configs in a process of their own, as users do. What it says on standard error comes back as well. */
export function readInNode(dirs: readonly string[]): {
  readonly outcomes: readonly ProcessOutcome[];
  readonly stderr: string;
} {
  const script = fileURLToPath(new URL("./read-all.ts", import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], {
    input: JSON.stringify(dirs),
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`reading the configs ended with ${status}: ${stderr}`);
  return { outcomes: JSON.parse(stdout) as ProcessOutcome[], stderr };
}

/** `code line:column`, or `code path` for what has no place. */
export function brief(finding: Diagnostic): string {
  const { span } = finding;
  // Of a module only the file is known.
  const isWhole = span?.line === 1 && span.column === 1 && span.excerpt === undefined;
  const place = span === undefined || (isWhole && finding.path) ? finding.path : `${span.line}:${span.column}`;
  return `${finding.code} ${place ?? ""}`.trim();
}

/** Takes `«` out of a text and says where it stood, as `line:column`. */
export function marked(text: string): { readonly text: string; readonly places: readonly string[] } {
  const places: string[] = [];
  let plain = "";
  for (const [i, part] of text.split("«").entries()) {
    if (i > 0) {
      const lines = plain.split("\n");
      places.push(`${lines.length}:${(lines.at(-1) ?? "").length + 1}`);
    }
    plain += part;
  }
  return { text: plain, places };
}
