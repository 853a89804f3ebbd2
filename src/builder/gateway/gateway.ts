import { BkcacheError } from "../../diagnostics/error.ts";
import type { Host } from "../../host/host.ts";
import type { Buildx } from "../buildx.ts";
import type { EngineContainer } from "../engine.ts";
import { GrpcError, GrpcStatus } from "./channel.ts";
import { createContainers } from "./container.ts";
import { type Connection, dial } from "./connection.ts";
import { createEngineWay } from "./engine-stdio.ts";
import { type HelperOptions, findHelper } from "./helper.ts";
import { helperRoot, type LlbDefinition } from "./llb.ts";
import { type BuildStatus, Control } from "./messages.ts";
import { createHolds, type Hold } from "./presence.ts";
import { isBuildsRecord, isOwnRecord, type MountRecord, mountRecordType, readRecord, recordFilter } from "./records.ts";
import type { MountIdentity, MountShell } from "./shell.ts";
import { visit } from "./visit.ts";
import { listWorkers, type Worker } from "./workers.ts";

export interface GatewayOptions extends HelperOptions {
  /** Where a builder has several nodes: the node that builds for this platform. Mounts are each node's own. */
  readonly platform?: string;
  /** The address of a builder whose driver is remote. A socket of this machine is then opened without buildx. */
  readonly endpoint?: string;
  /** The container that the builder is, where its engine may be asked for what BuildKit is not needed for. */
  readonly container?: EngineContainer;
  /** The node, where it is connected to already. */
  readonly opened?: OpenNode;
  readonly signal?: AbortSignal;
}

/** A connection to a node, and what the node has said of itself. */
export interface OpenNode {
  readonly connection: Connection;
  readonly workers: readonly Worker[];
}

/** What bkcache asks of one node of a builder, beyond what buildx can ask. */
export interface Gateway {
  /**
   * Opens a mount, once no other build has it open. A process that is broken off takes its shell with it.
   * @throws BkcacheError BK4021 to BK4023.
   */
  openShell(mount: MountIdentity, options?: { readonly signal?: AbortSignal }): Promise<MountShell>;
  /**
   * The same for several, in one container, which takes hardly longer than one. All of them are open as long as one is; a
   * process that is broken off ends with the last of them at the latest.
   */
  openShells(
    mounts: readonly MountIdentity[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly MountShell[]>;
  /** For a turn that is taken soon: it takes a question less then. */
  prepareTurn(): void;
  /** Waits until no other bkcache has its turn on this node, on whatever machine it runs. */
  takeTurn(options?: { readonly signal?: AbortSignal }): Promise<Hold>;
  /** Shows every other bkcache that a build is about to run. Waits for nobody. */
  announceBuild(): Promise<Hold>;
  isBuildAnnounced(): Promise<boolean>;
  /** The records of every cache mount but bkcache's own. */
  listMountRecords(): Promise<readonly MountRecord[]>;
  /** What the layers that the node has call themselves: the step that made each, as progress shows it. */
  listLayers(): Promise<readonly string[]>;
  /** Refs of the builds under way; what this or another bkcache does with mounts is none. */
  listActiveBuilds(): Promise<readonly string[]>;
  listWorkers(): Promise<readonly Worker[]>;
  /**
   * Has BuildKit itself ask for an http address, from the network in which its cache clients are. Nothing is kept of the
   * answer. Returns why there was none that it takes; null where it took one.
   */
  visit(url: string, options: { readonly signal: AbortSignal }): Promise<string | null>;
  /** What a build did that has ended, as `docker buildx history logs` tells it. */
  readBuild(ref: string): Promise<readonly BuildStatus[]>;
  /** Removes records of mounts, but for those in use. */
  removeRecords(recordIds: readonly string[]): Promise<void>;
  /** @throws BkcacheError BK4024 where the builder is too old for all that is above, which throws it too. */
  requireSupport(): Promise<void>;
  /** False where the connection has broken. */
  isOpen(): boolean;
  close(): Promise<void>;
}

/** For what a builder answers at once; buildx itself gives a remote builder 20 s for the first word. */
const promptly = { timeoutMs: 30_000 };
/** How often, in ms, a builder is asked for a sign of life, and how long it may take: it stands behind other data. */
const heartbeat = 15_000;
const patience = 60_000;

/**
 * Connects to a builder.
 * @throws BkcacheError BK4001, BK4021.
 */
export async function openGateway(
  host: Host,
  buildx: Buildx,
  builder: string,
  options: GatewayOptions = {},
): Promise<Gateway> {
  const { signal } = options;
  const { connection, workers } = options.opened ?? (await openNode(host, buildx, builder, options));
  const { channel } = connection;
  const ask = explained(connection);
  // Processes may be silent for as long as they work: another question tells a slow builder from one that is gone.
  const beat = setInterval(() => {
    channel.call(Control.ListWorkers, {}, { timeoutMs: patience }).catch(() => channel.close());
  }, heartbeat);
  beat.unref();

  const listActive = () => channel.collect(Control.ListenBuildHistory, { ActiveOnly: true, EarlyExit: true }, promptly);
  let support: Promise<void> | undefined;
  /** Builds of Debian and others give no version of their BuildKit: what it answers is the measure. */
  const requireSupport = (): Promise<void> => {
    support ??= listActive().then(
      () => {},
      (error: unknown) => {
        throw error instanceof GrpcError && error.status === GrpcStatus.UNIMPLEMENTED ? tooOld(builder, error) : error;
      },
    );
    return support;
  };
  const listRecords = async (): Promise<readonly MountRecord[]> => {
    const usage = channel.call(Control.DiskUsage, { filter: [`type==${mountRecordType}`] }, promptly);
    const [{ record }] = await Promise.all([usage, requireSupport()]);
    return record.filter(({ RecordType }) => RecordType === mountRecordType).map(readRecord);
  };
  let root: Promise<LlbDefinition> | undefined;
  const containers = createContainers(channel, {
    root() {
      const platform = workers[0]?.platforms[0] ?? "";
      return (root ??= findHelper({ host, buildx, builder, platform }, options).then(helperRoot));
    },
    explain: connection.explain,
    engine: options.container === undefined ? null : createEngineWay(options.container),
  });
  const holds = createHolds(channel);
  const openShells: Gateway["openShells"] = (mounts, shellOptions = {}) =>
    ask(async () => {
      await requireSupport();
      return containers.open(mounts, shellOptions.signal);
    });
  return {
    async openShell(mount, shellOptions) {
      const [shell] = await openShells([mount], shellOptions);
      if (shell === undefined) throw new Error("a container without its mount");
      return shell;
    },
    openShells,
    prepareTurn: () => holds.prepareTurn(),
    takeTurn: ({ signal: waiting } = {}) =>
      ask(async () => {
        await requireSupport();
        return holds.takeTurn(waiting);
      }),
    announceBuild: () =>
      ask(async () => {
        await requireSupport();
        return holds.announceBuild(AbortSignal.timeout(promptly.timeoutMs));
      }),
    isBuildAnnounced: () =>
      ask(async () => (await listRecords()).some((record) => isBuildsRecord(record) && record.isInUse)),
    listMountRecords: () => ask(async () => (await listRecords()).filter((record) => !isOwnRecord(record))),
    listLayers: () =>
      ask(async () => {
        const { record } = await channel.call(Control.DiskUsage, { filter: ["type==regular"] }, promptly);
        return record.map(({ Description }) => Description);
      }),
    listActiveBuilds: () =>
      ask(async () => {
        await requireSupport();
        const events = await listActive();
        return events.flatMap(({ record }) => (record === undefined ? [] : [record.Ref]));
      }),
    listWorkers: () => ask(() => listWorkers(channel, { ...promptly, signal })),
    visit: (url, { signal: within }) =>
      ask(async () => {
        await requireSupport();
        return visit(channel, url, within);
      }),
    readBuild: (Ref) =>
      ask(async () => {
        // A BuildKit without a history never answers this.
        const [, statuses] = await Promise.all([requireSupport(), channel.collect(Control.Status, { Ref }, promptly)]);
        return statuses;
      }),
    removeRecords: (recordIds) =>
      ask(async () => {
        // No filter at all would be every record.
        if (recordIds.length === 0) return;
        await channel.collect(Control.Prune, { filter: recordIds.map(recordFilter), all: true });
      }),
    requireSupport: () => ask(requireSupport),
    isOpen: () => channel.isOpen(),
    async close() {
      clearInterval(beat);
      await containers.close();
      await connection.close();
    },
  };
}

function tooOld(builder: string, cause: GrpcError): BkcacheError {
  return new BkcacheError({
    code: "BK4024",
    message: `builder ${builder}: cache mounts need BuildKit 0.11 or later`,
    hint: "make a builder that has it: docker buildx create --driver docker-container --name ci, then --builder ci",
    cause,
  });
}

async function openNode(host: Host, buildx: Buildx, builder: string, options: GatewayOptions): Promise<OpenNode> {
  const { platform, endpoint, signal } = options;
  const connection = await dial(host, buildx, { builder, platform, endpoint });
  try {
    const workers = await explained(connection)(() => listWorkers(connection.channel, { ...promptly, signal }));
    return { connection, workers };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function explained(connection: Connection): <T>(work: () => Promise<T>) => Promise<T> {
  return async (work) => {
    try {
      return await work();
    } catch (error) {
      throw await connection.explain(error);
    }
  };
}
