import { type BuilderSession, openBuilderSession } from "../builder/session.ts";
import { createRunRelay, type RunRelay } from "../cache/run-relay.ts";
import { type Carrier, openCarrier } from "../carry/carrier.ts";
import { awaitedLater } from "../host/awaited-later.ts";
import type { Host } from "../host/host.ts";
import { makeMetadataFile, type MetadataFile } from "./metadata-file.ts";
import type { BuildRequest } from "./ready.ts";

/** All that a run has open: the builder's connections, the store of its mounts, files for buildx to write. */
export interface Resources {
  readonly session: Promise<BuilderSession>;
  /** Null where the build has no cache mounts, or they are not carried. */
  readonly carrier: Promise<Carrier | null>;
  /** Started where a backend needs it. */
  readonly relay: RunRelay;
  /** Absolute path of a new file for `--metadata-file`; null where this machine takes none. */
  metadataFile(): Promise<string | null>;
  /** Closes what was opened, and waits for what is being opened. Never throws: what the run came to is known by then. */
  close(): Promise<void>;
}

/**
 * Opens at once what needs no decision, each part as soon as what it needs is known.
 * @param openers for tests
 */
export function openResources(
  host: Host,
  request: BuildRequest,
  openers = { openBuilderSession, openCarrier },
): Resources {
  const { plan, targets, cache, evaluated, dir, readDockerfile, output } = request;
  const { mountBackend, use } = cache;
  const session = awaitedLater(openers.openBuilderSession(host, request.buildx, { ...request.builder, dir }));
  // Bake has not yet said whether there are mounts. Where the builder can be asked at once, its answer is here by then.
  const records =
    mountBackend === null || !use.mounts.read
      ? null
      : awaitedLater(session.then(async (nodes) => (await nodes.readyGateway())?.listMountRecords() ?? null));
  const open = async (): Promise<Carrier | null> => {
    const [nodes, { definition, values }] = await Promise.all([session, evaluated]);
    if (mountBackend === null) return null;
    return openers.openCarrier(host, {
      plan,
      targets,
      definition,
      nodes,
      records,
      readDockerfile,
      dir,
      strict: output.strict,
      rules: cache.rules,
      use,
      backends: mountBackend.fill(values),
    });
  };
  const carrier = awaitedLater(open());
  const relay = createRunRelay(host);
  const files: MetadataFile[] = [];
  return {
    session,
    carrier,
    relay,
    async metadataFile() {
      const file = await makeMetadataFile(host);
      if (file !== null) files.push(file);
      return file?.path ?? null;
    },
    async close() {
      await carrier.then((opened) => opened?.close()).catch(() => {});
      await relay.close().catch(() => {});
      await session.then((opened) => opened.close()).catch(() => {});
      await Promise.all(files.map((file) => file.remove().catch(() => {})));
    },
  };
}
