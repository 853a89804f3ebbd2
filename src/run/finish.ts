import { mkdtemp, rm, rmdir, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Host } from "../host/host.ts";
import { importWhole } from "../host/import-whole.ts";
import type { FinishRequest } from "./request.ts";
import type { Outcome } from "./conclude.ts";
import { awaitedLater } from "../host/awaited-later.ts";

export interface Finish {
  /** For `--metadata-file`: the user's, else one of this run. */
  readonly metadataFile: string;
  readonly env: Readonly<Record<string, string>>;
  /** Loads what the end takes, while buildx is at work. */
  prepare(): void;
  /** Reads what happened, writes the report where one was asked for, and clears up. */
  close(exitCode: number): Promise<Outcome>;
}

/** Prepares what is needed to know afterwards what a build did. */
export async function openFinish(host: Host, request: FinishRequest): Promise<Finish> {
  const { args } = request;
  const own = args.metadataFile === undefined ? await mkdtemp(join(tmpdir(), "bkcache-")) : null;
  const metadataFile = args.metadataFile ?? join(own ?? "", "metadata.json");
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
        if (own !== null) {
          await unlink(metadataFile).catch(() => {});
          // What removes a whole tree takes as long to load as the rest of this; a buildx that was killed leaves more behind.
          await rmdir(own).catch(() => rm(own, { recursive: true, force: true }));
        }
      }
    },
  };
}
