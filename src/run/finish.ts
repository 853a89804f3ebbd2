import { mkdtemp, rm, rmdir, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Host } from "../host/host.ts";
import { importWhole } from "../host/import-whole.ts";
import type { FinishRequest } from "./request.ts";
import type { Outcome } from "./conclude.ts";
import { awaitedLater } from "../host/awaited-later.ts";

export interface Finish {
  /** For `--metadata-file`: the user's, else one of this run; null where the temporary folder takes none. */
  readonly metadataFile: string | null;
  readonly env: Readonly<Record<string, string>>;
  /** Loads what the end takes, while buildx is at work. */
  prepare(): void;
  /** Reads what happened, writes the report where one was asked for, and clears up. */
  close(exitCode: number): Promise<Outcome>;
}

/** Prepares what is needed to know afterwards what a build did. */
export async function openFinish(host: Host, request: FinishRequest): Promise<Finish> {
  const { args } = request;
  const own = args.metadataFile === undefined ? await makeFolderForMetadata(host) : null;
  const metadataFile = args.metadataFile ?? (own === null ? null : join(own, "metadata.json"));
  const load = () => importWhole(() => import("./conclude.ts"));
  return {
    metadataFile,
    // The user did not ask for a metadata file, so the provenance in it would be worked out for nobody.
    env: own === null || host.env["BUILDX_METADATA_PROVENANCE"] ? {} : { BUILDX_METADATA_PROVENANCE: "disabled" },
    prepare: () => void awaitedLater(load()),
    async close(exitCode) {
      try {
        const { readOutcome } = await load();
        return await readOutcome(host, request, { metadataFile, exitCode });
      } finally {
        await request.carrier?.close();
        await request.nodes.close();
        if (own !== null) await removeFolder(own);
      }
    },
  };
}

/** What buildx may have to say of many targets, in bytes. */
const metadataSize = 65_536;

/** buildx fails after the build where it cannot write its metadata, so that is found out before. */
async function makeFolderForMetadata(host: Host): Promise<string | null> {
  let dir: string | null = null;
  try {
    dir = await mkdtemp(join(tmpdir(), "bkcache-"));
    const file = join(dir, "metadata.json");
    await writeFile(file, Buffer.alloc(metadataSize));
    await unlink(file);
    return dir;
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
  // What removes a whole tree takes as long to load as the rest of this; a buildx that was killed leaves more behind.
  await rmdir(dir).catch(() => rm(dir, { recursive: true, force: true }));
}
