import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { makeTempDir } from "./cleanup.ts";
import { cleanEnv } from "./env.ts";
import { findTool } from "./toolchain.ts";
import { makeWorkspace } from "./workspace.ts";

const run = promisify(execFile);

export interface Printed {
  readonly group?: Readonly<Record<string, { readonly targets: readonly string[]; readonly description?: string }>>;
  readonly target?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface Printer {
  /** What `buildx bake --print NAME...` says of a file; `vars` as `--var NAME=VALUE`. */
  print(file: string, names: readonly string[], vars?: Readonly<Record<string, string>>): Promise<Printed>;
  /** The same, unparsed. */
  printText(file: string, names: readonly string[], vars?: Readonly<Record<string, string>>): Promise<string>;
}

/** The real buildx, with nothing of this machine that changes what it prints. */
export function createPrinter(): Printer {
  const buildx = findTool("buildx");
  const home = makeTempDir("print");
  const env = cleanEnv({
    HOME: home,
    DOCKER_CONFIG: join(home, "docker"),
    BUILDX_CONFIG: join(home, "buildx"),
    BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP: "1",
    // buildx asks for credentials even to print; these keep it from asking around.
    AWS_ACCESS_KEY_ID: "none",
    AWS_SECRET_ACCESS_KEY: "none",
  });
  const printText: Printer["printText"] = async (file, names, vars = {}) => {
    const workspace = makeWorkspace({ [file.startsWith("{") ? "bake.json" : "bake.hcl"]: file });
    const args = ["bake", "-f", workspace.list()[0] as string, "--print"];
    for (const [name, value] of Object.entries(vars)) args.push("--var", `${name}=${value}`);
    const { stdout } = await run(buildx, [...args, ...names], { cwd: workspace.dir, env, maxBuffer: 1 << 26 });
    return stdout;
  };
  return { printText, print: async (...args) => JSON.parse(await printText(...args)) as Printed };
}
