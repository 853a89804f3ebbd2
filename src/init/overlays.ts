import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Bake files for single questions, which lie outside of the project. */
export interface Overlays {
  /** Path of a file with this text. */
  write(json: string): Promise<string>;
  close(): Promise<void>;
}

export function createOverlays(): Overlays {
  let dir: string | undefined;
  const written = new Map<string, string>();
  return {
    async write(json) {
      dir ??= await mkdtemp(join(tmpdir(), "bkcache-"));
      const known = written.get(json);
      if (known !== undefined) return known;
      const path = join(dir, `overlay-${written.size}.json`);
      await writeFile(path, json);
      written.set(json, path);
      return path;
    },
    async close() {
      if (dir !== undefined) await rm(dir, { recursive: true, force: true });
    },
  };
}
