import { readFile } from "node:fs/promises";
import { writeAtomically } from "../host/files.ts";
import { isRecord, parseJson } from "../host/json.ts";
import type { Ran, Ready, Step } from "./ready.ts";

/**
 * Runs buildx, step by step, until one fails. The terminal is buildx's meanwhile: of steps beside each other that of the
 * first, and what the others write comes after it.
 */
export async function execute(
  { buildx, metadataOfAll }: Pick<Ready, "buildx" | "metadataOfAll">,
  steps: readonly Step[],
): Promise<Ran> {
  const metadataFiles: string[] = [];
  let exitCode = 0;
  for (const group of groupsOf(steps)) {
    let last: Promise<unknown> | undefined;
    const running = group.map(({ args, metadataFile, isBeside: _isBeside, ...options }) => {
      if (metadataFile !== null) metadataFiles.push(metadataFile);
      const output = last === undefined ? { terminal: true } : { terminalAfter: last };
      const result = buildx.exec(args, { ...options, ...output });
      last = Promise.allSettled([last, result]);
      return result;
    });
    // None is left running where one could not be started.
    await last;
    for (const { exitCode: code } of await Promise.all(running)) exitCode ||= code;
    if (exitCode !== 0) break;
  }
  if (metadataOfAll !== null && exitCode === 0) await mergeMetadata(metadataFiles, metadataOfAll);
  return { exitCode, metadataFiles };
}

function groupsOf(steps: readonly Step[]): readonly (readonly Step[])[] {
  const groups: Step[][] = [];
  for (const step of steps) {
    if (step.isBeside === true) groups.at(-1)?.push(step);
    else groups.push([step]);
  }
  return groups;
}

/** Each file has the targets of its step, and what buildx says of the bake as a whole. @throws BkcacheError BK3003 */
async function mergeMetadata(files: readonly string[], path: string): Promise<void> {
  const read = await Promise.all(files.map(async (file) => parseJson(await readFile(file, "utf8").catch(() => "{}"))));
  const merged = Object.assign({}, ...read.filter(isRecord)) as Record<string, unknown>;
  await writeAtomically(path, `${JSON.stringify(merged, null, 2)}\n`);
}
