import { join } from "node:path";
import { locateIn } from "../config/locate.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import { readIfThere, writeAtomically } from "../host/files.ts";
import type { Host } from "../host/host.ts";
import { configFileName, type Format } from "./write-config.ts";

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
  const isSame = name === configFileName(format);
  if (isForced && isSame) return;
  throw new BkcacheError({
    code: "BK1010",
    message: `${name} exists already`,
    hint: isForced
      ? `--force overwrites ${configFileName(format)} alone: remove ${name}, or pass the --format that it has`
      : "use it as it is, or overwrite it with --force",
  });
}

/** @throws BkcacheError BK3003 */
export async function writeInit(host: Host, fileName: string, text: string): Promise<void> {
  await writeAtomically(join(host.cwd, fileName), text);
}
