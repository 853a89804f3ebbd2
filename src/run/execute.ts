import type { Ran, Ready, Step } from "./ready.ts";

/** Runs buildx, step by step, until one fails. The terminal is buildx's meanwhile. */
export async function execute({ buildx }: Pick<Ready, "buildx">, steps: readonly Step[]): Promise<Ran> {
  const metadataFiles: string[] = [];
  let exitCode = 0;
  for (const { args, metadataFile, ...options } of steps) {
    if (metadataFile !== null) metadataFiles.push(metadataFile);
    ({ exitCode } = await buildx.exec(args, { ...options, terminal: true }));
    if (exitCode !== 0) break;
  }
  return { exitCode, metadataFiles };
}
