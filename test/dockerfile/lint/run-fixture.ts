import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHost } from "../../../src/host/node-host.ts";
import { lint, type LintResult } from "../../../src/run/lint.ts";

const fixtures = join(import.meta.dirname, "fixtures");

/** A Dockerfile that breaks or keeps a rule, and the config that goes with it. */
export interface Fixture {
  readonly dockerfile: string;
  readonly config: string | null;
  /** Others in the same folder, by name. */
  readonly files?: Readonly<Record<string, string>>;
}

export function readFixture(code: string, kind: "fails" | "passes"): Fixture {
  const config = join(fixtures, code, `${kind}.yaml`);
  return {
    dockerfile: readFileSync(join(fixtures, code, `${kind}.Dockerfile`), "utf8"),
    config: existsSync(config) ? readFileSync(config, "utf8") : null,
  };
}

export interface LintedFixture extends LintResult {
  /** The Dockerfile afterwards. */
  readonly after: string;
}

/** Lints a Dockerfile in a folder that holds it and its config alone; the folder's name is `shop`. */
export async function lintFixture(
  { dockerfile, config, files = {} }: Fixture,
  shouldFix = false,
): Promise<LintedFixture> {
  const parent = mkdtempSync(join(tmpdir(), "bkcache-lint-"));
  try {
    const cwd = join(parent, "shop");
    mkdirSync(join(cwd, ".git"), { recursive: true });
    writeFileSync(join(cwd, "Dockerfile"), dockerfile);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
    if (config !== null) writeFileSync(join(cwd, "bkcache.config.yaml"), config);
    const host = createHost({ cwd, env: {}, signal: new AbortController().signal, tell: () => {} });
    const result = await lint(host, { names: [], config: undefined, shouldFix });
    return { ...result, after: readFileSync(join(cwd, "Dockerfile"), "utf8") };
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}
