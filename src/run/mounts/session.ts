import { setTimeout as sleep } from "node:timers/promises";
import type { Buildx } from "../../builder/buildx.ts";
import type { ReadyBuilder } from "../../builder/ensure.ts";
import type { Gateway } from "../../builder/gateway/gateway.ts";
import type { MountRecord } from "../../builder/gateway/records.ts";
import { BkcacheError, type Diagnostic } from "../../diagnostics/error.ts";
import type { Host } from "../../host/host.ts";
import type { ObjectStore } from "../../store/object-store.ts";
import type { StoreBackend } from "../../store/open.ts";
import type { CarriedMount } from "./find.ts";
import { type MountState, stateOf } from "./records.ts";

export interface BuilderRequest {
  readonly buildx: Buildx;
  readonly builder: ReadyBuilder;
  /** Folder that relative paths count from. Absolute. */
  readonly dir: string;
}

/** The nodes of a builder, each connected to when first used. */
export interface BuilderSession {
  readonly host: Host;
  /** The node that builds for the platform of the mount. */
  gateway(mount: Pick<CarriedMount, "platform">): Promise<Gateway>;
  /** The only node, where it is connected to already or by a mere socket; else null. */
  readyGateway(): Promise<Gateway | null>;
  close(): Promise<void>;
}

/** Builder and store of one run, each opened when first used. */
export interface MountSession extends BuilderSession {
  /** The name of the backend. */
  readonly backend: string;
  store(): Promise<ObjectStore>;
}

export function createBuilderSession(host: Host, { buildx, builder, dir }: BuilderRequest): BuilderSession {
  const only = builder.nodes.length === 1 ? builder.nodes[0] : undefined;
  const endpoint = builder.driver === "remote" ? only?.endpoint : undefined;
  const gateways = new Map<string, Promise<Gateway>>();
  const session: BuilderSession = {
    host,
    async readyGateway() {
      const isReady = gateways.has("") || endpoint?.startsWith("unix://") === true;
      return only !== undefined && isReady ? session.gateway({ platform: "" }) : null;
    },
    gateway({ platform }) {
      // All platforms of a single node are one place, emulated ones included.
      const node = builder.nodes.length > 1 ? platform : "";
      let gateway = gateways.get(node);
      if (gateway === undefined) {
        gateway = import("../../builder/gateway/gateway.ts").then(({ openGateway }) =>
          openGateway({ ...host, cwd: dir }, buildx, builder.name, {
            signal: host.signal,
            ...(node !== "" && { platform: node }),
            ...(endpoint !== undefined && { endpoint }),
          }),
        );
        gateway.catch(() => {});
        gateways.set(node, gateway);
      }
      return gateway;
    },
    async close() {
      for (const opened of await Promise.allSettled(gateways.values())) {
        if (opened.status === "fulfilled") await opened.value.close().catch(() => {});
      }
      gateways.clear();
    },
  };
  return session;
}

/** Adds a store to a session, which is closed with it. @param dir folder that relative paths of a local backend start from, absolute */
export function addStore(
  session: BuilderSession,
  { backend, dir }: { readonly backend: StoreBackend; readonly dir: string },
): MountSession {
  const { host } = session;
  let store: Promise<ObjectStore> | undefined;
  return {
    ...session,
    backend: backend.name,
    store() {
      if (store === undefined) {
        store = openMountStore(host, backend, dir);
        store.catch(() => {});
      }
      return store;
    },
    async close() {
      await session.close();
      await store?.then((opened) => opened.close()).catch(() => {});
    },
  };
}

/** The store of the mounts' contents. @param dir folder that relative paths of a local backend start from, absolute */
export async function openMountStore(host: Host, backend: StoreBackend, dir: string): Promise<ObjectStore> {
  const { openStore } = await import("../../store/open.ts");
  return openStore(backend, {
    env: host.env,
    signal: host.signal,
    dir,
    home: host.env["HOME"] ?? "",
    warn: (finding) => host.tell({ ...finding, level: "warning" }),
  });
}

/** What the builder has of each mount. */
export async function readStates(
  session: BuilderSession,
  mounts: readonly CarriedMount[],
): Promise<ReadonlyMap<CarriedMount, MountState>> {
  const records = new Map<Gateway, Promise<readonly MountRecord[]>>();
  const states = await Promise.all(
    mounts.map(async (mount) => {
      const gateway = await session.gateway(mount);
      const asked = records.get(gateway) ?? gateway.listMountRecords();
      records.set(gateway, asked);
      return [mount, stateOf(mount.identity, await asked)] as const;
    }),
  );
  return new Map(states);
}

/** Time in ms between two questions whether the builder is free. */
const pollEvery = 500;

/**
 * Waits until no other bkcache has one of these mounts open, since a build that wants it meanwhile would get another,
 * empty one. A build that has it open is no reason: builds share it. Also returns where the signal comes first.
 */
export async function waitUntilReleased(
  session: BuilderSession,
  states: ReadonlyMap<CarriedMount, MountState>,
  signal: AbortSignal,
): Promise<void> {
  const mounts = [...states.keys()];
  for (let now = states, isFirst = true; [...now.values()].some(isHeld); isFirst = false) {
    if (signal.aborted || (await countBuilds(session, mounts)) > 0) return;
    if (isFirst) {
      const message = "another bkcache has cache mounts of this build open; waiting for it";
      session.host.tell({ level: "info", message });
    }
    await sleep(pollEvery, undefined, { signal }).catch(() => {});
    now = await readStates(session, mounts);
  }
}

function isHeld(state: MountState): boolean {
  return state.kind === "present" && state.record.isInUse;
}

async function countBuilds(session: BuilderSession, mounts: readonly CarriedMount[]): Promise<number> {
  const gateways = new Set(await Promise.all(mounts.map((mount) => session.gateway(mount))));
  const active = await Promise.all([...gateways].map((gateway) => gateway.listActiveBuilds()));
  return active.flat().length;
}

/**
 * Waits until no build is under way on the nodes of these mounts: a mount that a build wants while it is open elsewhere
 * becomes two. False where the signal comes first.
 */
export async function waitUntilIdle(
  session: BuilderSession,
  mounts: readonly CarriedMount[],
  signal: AbortSignal,
): Promise<boolean> {
  for (let isFirst = true; ; isFirst = false) {
    if ((await countBuilds(session, mounts)) === 0) return true;
    if (signal.aborted) return false;
    if (isFirst) {
      session.host.tell({
        level: "info",
        message: "another build is running on the builder; waiting for it before cache mounts are touched",
      });
    }
    await sleep(pollEvery, undefined, { signal }).catch(() => {});
  }
}

/** The findings of a failure; what is no failure of cache or builder is thrown on. */
export function findingsOf(error: unknown): readonly Diagnostic[] {
  if (error instanceof BkcacheError) return error.findings;
  throw error;
}
