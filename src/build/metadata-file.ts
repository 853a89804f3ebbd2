import { mkdtempSync, unlinkSync, writeFileSync } from "node:fs";
import { rm, rmdir, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Host } from "../host/host.ts";

/** A file for `--metadata-file`, in a folder of its own. */
export interface MetadataFile {
  /** Absolute. */
  readonly path: string;
  /** Removes it, its folder and what a buildx that was killed has left there. */
  remove(): Promise<void>;
}

/** What buildx may have to say of many targets, in bytes. */
const metadataSize = 65_536;

/**
 * Null where the temporary folder takes none, which is said: buildx fails after the build where it cannot write its
 * metadata, so that is found out before.
 */
export async function makeMetadataFile(host: Pick<Host, "tell">): Promise<MetadataFile | null> {
  let dir: string | null = null;
  try {
    // At once: buildx waits for it, and each turn of the event loop takes longer.
    dir = mkdtempSync(join(tmpdir(), "bkcache-"));
    const folder = dir;
    const path = join(folder, "metadata.json");
    writeFileSync(path, Buffer.alloc(metadataSize));
    unlinkSync(path);
    return { path, remove: () => removeFolder(folder) };
  } catch (error) {
    if (dir !== null) await removeFolder(dir);
    const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
    const message = `${tmpdir()} takes no files (${reason}): building without buildx's metadata, which the report then lacks`;
    host.tell({ level: "warning", message, hint: "free space there, or let TMPDIR name another folder" });
    return null;
  }
}

async function removeFolder(dir: string): Promise<void> {
  await unlink(join(dir, "metadata.json")).catch(() => {});
  // What removes a whole tree takes as long to load as the rest of this.
  await rmdir(dir).catch(() => rm(dir, { recursive: true, force: true }));
}
