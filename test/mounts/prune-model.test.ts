import { randomBytes } from "node:crypto";
import { setImmediate as nextTick } from "node:timers/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { BkcacheError } from "../../src/diagnostics/error.ts";
import { noteReplaced } from "../../src/mounts/garbage.ts";
import { manifestKey, packKey } from "../../src/mounts/keys.ts";
import { listNewest, loadSnapshot } from "../../src/mounts/load.ts";
import { readManifestHead, writeManifest } from "../../src/mounts/manifest.ts";
import { pruneStore } from "../../src/mounts/prune.ts";
import type { Pack } from "../../src/mounts/pack.ts";
import { createPackUploader } from "../../src/mounts/pack-upload.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { defaultGrace, type Pace, sweepAnswerMs } from "../../src/store/sweep.ts";
import { createActors, createRandom } from "../support/model.ts";
import { openPlainStore } from "../support/plain-store.ts";

/*
 * Saves and runs of prune on many machines, whose requests come to the store in any order and at any time, within what
 * docs/pack-format.md asks for: no save takes longer than the grace, and a request that deletes packs is answered in time.
 * Pruning, uploading and reading are the program's own; what a save does around them is told in few lines here.
 */

const hour = 3_600_000;
/** That Node has for work beside JavaScript. */
const threads = 4;
const randomAsync = promisify(randomBytes);

interface Waiting {
  readonly go: () => void;
  /** By the store's clock: not before, and not after. */
  readonly from: number;
  readonly until: number;
  readonly isAlive: () => boolean;
}

function createWorld(random: () => number) {
  let clock = 1e12;
  let waiting: Waiting[] = [];
  const store = openPlainStore(() => clock);

  const wait = async (options: Partial<Omit<Waiting, "go">>): Promise<void> =>
    new Promise((go) => {
      waiting.push({ go, from: clock, until: Infinity, isAlive: () => true, ...options });
    });

  /** Lets one request through, after some time. */
  const step = (): void => {
    waiting = waiting.filter(({ isAlive }) => isAlive());
    if (waiting.length === 0) return;
    const pause = random();
    const passed = pause < 0.9 ? random() * 50 : random() * (pause < 0.97 ? hour / 6 : 3 * hour);
    const urgent = Math.min(...waiting.map(({ until }) => until));
    clock = Math.floor(Math.max(clock, Math.min(clock + passed, urgent)));
    const soonest = Math.min(...waiting.map(({ from }) => from));
    clock = Math.max(clock, soonest);
    const ready = waiting.filter(({ from, until }) => from <= clock && (urgent > clock || until === urgent));
    const chosen = ready[Math.floor(random() * ready.length)];
    waiting = waiting.filter((each) => each !== chosen);
    chosen?.go();
  };

  /** The store as one process has it. */
  const connect = (isAlive: () => boolean): ObjectStore => ({
    ...store,
    async get(key, options) {
      await wait({ isAlive });
      return store.get(key, options);
    },
    async put(key, body, options) {
      await wait({ isAlive });
      const answer = await store.put(key, body, options);
      await wait({ isAlive });
      return answer;
    },
    async stat(key, options) {
      await wait({ isAlive });
      const answer = await store.stat(key, options);
      await wait({ isAlive, until: clock + 1_000 });
      return answer;
    },
    async *list(prefix, options) {
      for await (const object of store.list(prefix, options)) {
        await wait({ isAlive });
        yield object;
      }
    },
    async delete(keys, options) {
      await wait({ isAlive, until: clock + sweepAnswerMs - 1 });
      await store.delete(keys, options);
    },
    async touch(key, options) {
      await wait({ isAlive });
      return store.touch(key, options);
    },
  });

  const pace = (isAlive: () => boolean): Pace => ({
    now: () => clock,
    wait: (ms) => wait({ isAlive, from: clock + ms }),
  });
  return { store, connect, pace, step, sleep: (ms: number) => wait({ from: clock + ms }), now: () => clock };
}

type World = ReturnType<typeof createWorld>;

/** Few contents, so that packs come back that were unused. */
function contentOf(index: number): Buffer {
  return Buffer.from(`content ${index} `.repeat(4));
}

async function saveOnce(world: World, random: () => number): Promise<void> {
  const begun = world.now();
  // One that takes longer has been killed.
  const isAlive = () => world.now() - begun < 0.9 * defaultGrace;
  const store = world.connect(isAlive);
  const attempt = async (hasParent: boolean): Promise<void> => {
    const [newest] = hasParent ? await listNewest(store, { scope: "main", mount: "m" }) : [];
    const parent = newest === undefined ? null : await loadSnapshot(store, newest);
    // A build lies between a restore and the save that builds on the same snapshot.
    if (random() < 0.5) await world.sleep(random() * 0.7 * defaultGrace);
    const inherited = parent?.snapshot.packs.filter(() => random() < 0.8) ?? [];
    const uploader = createPackUploader({ store, today: 20_000, damaged: new Set(), pace: world.pace(isAlive) });
    const added = 1 + Math.floor(random() * 2);
    for (let index = 0; index < added; index += 1) uploader.add(index, contentOf(Math.floor(random() * 8)));
    const uploaded = await uploader.seal();
    await uploader.finish();
    const packs: Pack[] = [...new Map([...inherited, ...uploaded].map((pack) => [pack.id, pack])).values()];
    const key = random() < 0.2 ? "same" : `k${Math.floor(random() * 1e9)}`;
    const snapshot = { mount: "m", scope: "main", key, parent: null, created: 1, writer: { version: "0" }, packs };
    const root = { mode: 0o755, uid: 0, gid: 0 };
    const { bytes, sha256 } = await writeManifest({ ...snapshot, root, blobs: [], entries: [] });
    const objectKey = manifestKey(snapshot);
    if (key === "same") await noteReplaced(store, objectKey, { packs });
    await store.put(objectKey, bytes, { onlyIfAbsent: key !== "same", sha256 });
  };
  await attempt(true).catch(async (error: unknown) => {
    if (!(error instanceof BkcacheError) || error.code !== "BK5031") throw error;
    await attempt(false);
  });
}

async function findBroken({ store }: World): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const [key, { body }] of store.objects) {
    if (!key.startsWith("v1/m/")) continue;
    const { packs } = await readManifestHead(body);
    if (packs.some(({ id }) => !store.objects.has(packKey(id)))) broken.push(key);
  }
  return broken;
}

/**
 * Lets whoever was let through come to its next request. What packs and reads manifests on Node's threads has its turn before
 * what is asked of each of them after it, so that on a busy machine no time passes in the world meanwhile.
 */
async function settle(): Promise<void> {
  await Promise.all(Array.from({ length: threads }, () => randomAsync(1)));
  await nextTick();
  await nextTick();
}

/** How many worlds are tried. `npm run soak` tries many more. */
const worlds = Number(process.env["BKCACHE_SOAK_WORLDS"] ?? 40);

test(
  "no snapshot is ever broken, whatever the order of saves and runs of prune",
  async () => {
    const totals = { saves: 0, runs: 0, deletedPacks: 0, deletedSnapshots: 0 };
    for (let seed = 1; seed <= worlds; seed += 1) {
      const random = createRandom(seed);
      const world = createWorld(random);
      const { start, run } = createActors();
      const saving = new Set<number>();
      for (let saver = 0; saver < 4; saver += 1) {
        saving.add(saver);
        start(async () => {
          for (let round = 0; round < 10; round += 1) {
            await world.sleep(random() * 6 * hour);
            const saved = saveOnce(world, random).then(() => void (totals.saves += 1));
            // Whether it comes to its end or was killed.
            await Promise.race([saved, world.sleep(defaultGrace)]);
          }
          saving.delete(saver);
        });
      }
      for (const skew of [0, 25 * hour]) {
        start(async () => {
          const store = world.connect(() => true);
          while (saving.size > 0) {
            await world.sleep(random() * (random() < 0.5 ? 3 : 30) * hour);
            const keep = { last: 1 };
            const pace = world.pace(() => true);
            const pruned = await pruneStore({ store, keep, now: world.now() + skew, pace });
            totals.runs += 1;
            totals.deletedPacks += pruned.packs.length;
            totals.deletedSnapshots += pruned.snapshots.length;
          }
        });
      }
      const failures = await run(async () => {
        world.step();
        await settle();
      });
      expect(failures, `seed ${seed}`).toEqual([]);
      expect(await findBroken(world), `seed ${seed}`).toEqual([]);
    }
    expect(totals.saves).toBeGreaterThan(worlds * 20);
    expect(totals.deletedSnapshots).toBeGreaterThan(worlds * 5);
    expect(totals.deletedPacks).toBeGreaterThan(worlds);
  },
  worlds * 2_000,
);
