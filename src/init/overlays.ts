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
  let opening: Promise<string> | undefined;
  /** Text -> its file; questions that are under way at once each have their own. */
  const written = new Map<string, Promise<string>>();
  const writeNew = async (json: string, index: number): Promise<string> => {
    opening ??= mkdtemp(join(tmpdir(), "bkcache-"));
    const path = join(await opening, `overlay-${index}.json`);
    await writeFile(path, json);
    return path;
  };
  return {
    write(json) {
      const known = written.get(json);
      if (known !== undefined) return known;
      const writing = writeNew(json, written.size);
      written.set(json, writing);
      return writing;
    },
    async close() {
      if (opening !== undefined) await rm(await opening, { recursive: true, force: true });
    },
  };
}
