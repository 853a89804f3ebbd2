import { setTimeout as sleep } from "node:timers/promises";
import type { Gateway } from "../builder/gateway/gateway.ts";
import type { MountRecord } from "../builder/gateway/records.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { StoreBackend } from "../store/open.ts";
import type { BuilderSession } from "../builder/session.ts";
import type { CarriedMount } from "./find.ts";
import { type MountState, stateOf } from "./records.ts";

/** Builder and store of one run, each opened when first used. */
export interface MountSession extends BuilderSession {
  /** The name of the backend. */
  readonly backend: string;
  store(): Promise<ObjectStore>;
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
  const { openStore } = await import("../store/open.ts");
  return openStore(backend, {
    env: host.env,
    signal: host.signal,
    dir,
    home: host.env["HOME"] ?? "",
    warn: (finding) => host.tell({ ...finding, level: "warning" }),
  });
}

/** What the builder has of each mount. @param told the records of its only node, where they were asked for already */
export async function readStates(
  session: BuilderSession,
  mounts: readonly CarriedMount[],
  told: Promise<readonly MountRecord[] | null> | null = null,
): Promise<ReadonlyMap<CarriedMount, MountState>> {
  const known = await told;
  if (known !== null) return new Map(mounts.map((mount) => [mount, stateOf(mount.identity, known)]));
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
