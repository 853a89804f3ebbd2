import { join } from "node:path";
import { readCi } from "../ci/ci.ts";
import { locateIn } from "../config/locate.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import { readIfThere, writeAtomically } from "../host/files.ts";
import type { Host } from "../host/host.ts";
import { configFileName, type Format, formats } from "./write-config.ts";

/** TypeScript where the folder is a project of that world, which has an editor for it; else YAML. */
export function defaultFormat(dir: string): Format {
  return ["package.json", "tsconfig.json", "deno.json"].some((name) => readIfThere(join(dir, name)) !== null)
    ? "ts"
    : "yaml";
}

/**
 * Refuses to stand a config beside another one, which of two would be read being a matter of their names.
 * @throws BkcacheError BK1010
 */
export async function refuseExisting(host: Host, format: Format, isForced: boolean): Promise<void> {
  const existing = await locateIn(host.cwd, host.cwd);
  if (existing === null) return;
  const name = existing.file.slice(host.cwd.length + 1);
  if (isForced && name === configFileName(format)) return;
  throw new BkcacheError({
    code: "BK1010",
    message:
      name === "package.json" ? "package.json holds a config already, under `bkcache`" : `${name} exists already`,
    hint: `use it as it is, or ${wayOut(name, format)}`,
  });
}

function wayOut(name: string, format: Format): string {
  if (name === "package.json") return "remove that key";
  const own = formats.find((each) => configFileName(each) === name);
  if (own === undefined) return "remove it";
  return `overwrite it with --force${own === format ? "" : ` --format ${own}`}`;
}

/** Whether this is a run of a CI service, whose disk mostly goes with it. */
export function isCi(env: Host["env"]): boolean {
  return readCi(env).sign !== null;
}

/** @throws BkcacheError BK3003 */
export async function writeInit(host: Host, fileName: string, text: string): Promise<void> {
  await writeAtomically(join(host.cwd, fileName), text);
}
