import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Gateway } from "../../src/builder/gateway/gateway.ts";
import type { MountRecord } from "../../src/builder/gateway/records.ts";
import type { MountIdentity } from "../../src/builder/gateway/shell.ts";
import type { BuilderSession } from "../../src/builder/session.ts";
import type { CarriedMount } from "../../src/carry/find.ts";
import type { MountSession } from "../../src/carry/session.ts";
import type { Host, Message } from "../../src/host/host.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { makeTempDir } from "./cleanup.ts";
import { openLocalShell } from "./local-shell.ts";

/** One folder that the builder has for a mount, with what its record says. */
interface FakeFolder {
  readonly id: string;
  readonly dir: string;
  readonly recordId: string;
  usageCount: number;
  isInUse: boolean;
}

/** A builder of one node in this process: its mounts are folders, and the programs that work in them are real. */
export interface FakeBuilder {
  readonly folders: FakeFolder[];
  /** Builds under way. */
  readonly builds: Set<string>;
  /** Who has announced a build. */
  readonly announced: Set<object>;
  /** Who has the turn. */
  turn: object | null;
  /** Thrown wherever a mount is opened. */
  failure: Error | null;
  readonly gcPolicies: Awaited<ReturnType<Gateway["listWorkers"]>>[number]["gcPolicies"][number][];
  /** Mounts that were opened so far, and in which something ran at most at once. */
  readonly opened: { count: number; atOnce: number };
  readonly gateway: Gateway;
  /** A new folder for a mount. */
  add(id: string, options?: { readonly usageCount?: number }): FakeFolder;
}

function makeDir(): string {
  const dir = join(makeTempDir("mount"), "mount");
  mkdirSync(dir);
  return dir;
}

export function createFakeBuilder(): FakeBuilder {
  const folders: FakeFolder[] = [];
  const opened = { count: 0, atOnce: 0 };
  const add: FakeBuilder["add"] = (id, { usageCount = 0 } = {}) => {
    const folder = { id, dir: makeDir(), recordId: `record${folders.length}`, usageCount, isInUse: false };
    folders.push(folder);
    return folder;
  };
  /** A mount is open once: who comes later waits, or gets another folder where there is one. */
  const find = async ({ id }: MountIdentity, signal: AbortSignal | undefined): Promise<FakeFolder> => {
    for (;;) {
      signal?.throwIfAborted();
      const own = folders.filter((folder) => folder.id === id);
      if (own.length === 0) return add(id);
      const free = own.find((folder) => !folder.isInUse);
      if (free !== undefined) return free;
      await sleep(1);
    }
  };
  const recordOf = ({ id, recordId, usageCount, isInUse }: FakeFolder): MountRecord => ({
    recordId,
    mountId: id,
    namespace: "",
    bytes: 0,
    isInUse,
    createdAt: 1,
    lastUsedAt: 1,
    usageCount,
    hasBase: false,
  });
  const inUse = new Set<FakeFolder>();
  const builder: FakeBuilder = {
    folders,
    builds: new Set(),
    announced: new Set(),
    turn: null,
    failure: null,
    gcPolicies: [],
    opened,
    add,
    gateway: {
      async openShell(identity, { signal } = {}) {
        if (builder.failure !== null) throw builder.failure;
        const folder = await find(identity, signal);
        folder.isInUse = true;
        folder.usageCount++;
        opened.count++;
        const shell = openLocalShell(folder.dir);
        return {
          async exec(argv, options) {
            inUse.add(folder);
            opened.atOnce = Math.max(opened.atOnce, inUse.size);
            return shell.exec(argv, options);
          },
          async close() {
            inUse.delete(folder);
            folder.isInUse = false;
          },
        };
      },
      async openShells(identities, options) {
        const opening = identities.map((identity) => builder.gateway.openShell(identity, options));
        try {
          return await Promise.all(opening);
        } catch (error) {
          for (const shell of opening) void shell.then(({ close }) => close()).catch(() => {});
          throw error;
        }
      },
      prepareTurn() {},
      async takeTurn({ signal } = {}) {
        if (builder.failure !== null) throw builder.failure;
        signal?.throwIfAborted();
        while (builder.turn !== null) {
          await sleep(1);
          signal?.throwIfAborted();
        }
        const turn = {};
        builder.turn = turn;
        return {
          async release() {
            if (builder.turn === turn) builder.turn = null;
          },
        };
      },
      async announceBuild() {
        if (builder.failure !== null) throw builder.failure;
        const build = {};
        builder.announced.add(build);
        return { release: async () => void builder.announced.delete(build) };
      },
      isBuildAnnounced: async () => builder.announced.size > 0,
      listMountRecords: async () => folders.map(recordOf),
      listLayers: async () => [],
      listActiveBuilds: async () => [...builder.builds],
      listWorkers: async () => [{ platforms: [], buildkitVersion: null, gcPolicies: builder.gcPolicies }],
      readBuild: async () => [],
      async removeRecords(ids) {
        for (const id of ids) {
          const index = folders.findIndex(({ recordId, isInUse }) => recordId === id && !isInUse);
          if (index !== -1) folders.splice(index, 1);
        }
      },
      requireSupport: async () => {
        if (builder.failure !== null) throw builder.failure;
      },
      visit: async () => null,
      isOpen: () => true,
      close: async () => {},
    },
  };
  return builder;
}

export interface FakeSession extends MountSession {
  readonly messages: readonly Message[];
  /** Stands for Ctrl-C. */
  readonly interrupt: AbortController;
}

export function fakeHost(): { readonly host: Host; readonly messages: Message[]; readonly interrupt: AbortController } {
  const interrupt = new AbortController();
  const messages: Message[] = [];
  const unwanted = () => Promise.reject(new Error("no program is to be run"));
  const host: Host = {
    cwd: "/",
    env: {},
    signal: interrupt.signal,
    exec: unwanted,
    openPipe: unwanted,
    runAfterKill: async () => null,
    now: Date.now,
    tell: (message) => void messages.push(message),
    live: () => {},
  };
  return { host, messages, interrupt };
}

export function fakeNodes(builder: FakeBuilder, host: Host): BuilderSession {
  return {
    host,
    builder: { name: "fake", driver: "remote", nodes: [] } as unknown as BuilderSession["builder"],
    gateway: async () => builder.gateway,
    readyGateway: async () => builder.gateway,
    close: async () => {},
  };
}

/** A session of a run on this builder and this store. */
export function fakeSession(builder: FakeBuilder, store: ObjectStore): FakeSession {
  const { host, messages, interrupt } = fakeHost();
  const closeStore = async () => store.close();
  return {
    ...fakeNodes(builder, host),
    backend: "remote",
    store: async () => store,
    otherStores: async () => [],
    closeStore,
    messages,
    interrupt,
  };
}

export function carriedMount(id: string, more: Partial<CarriedMount> = {}): CarriedMount {
  return {
    name: id,
    identity: { id, namespace: "" },
    platform: "linux/amd64",
    storeId: `shop linux-amd64  ${id}`,
    keyFiles: [],
    maxSize: null,
    targets: ["app"],
    ...more,
  };
}
