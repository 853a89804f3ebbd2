import { setImmediate as nextTick } from "node:timers/promises";
import { expect, test } from "vitest";
import { defaultTouchRefresh, pruneLayers } from "../../src/layers/prune.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { defaultGrace, type Pace } from "../../src/store/sweep.ts";
import { fieldOf, listOf, parseJson } from "../../src/host/json.ts";
import { createActors, createRandom } from "../support/model.ts";
import { openPlainStore } from "../support/plain-store.ts";
import { blobOf, layout, manifestOf } from "./support.ts";

/*
 * Exports as BuildKit makes them (cache/remotecache/s3), builds that read layers long after their manifest, and runs of prune, on
 * many machines whose requests come to the store in any order and at any time, within what docs/layers.md asks for: no build
 * takes longer than the grace, and none touches a blob in the moment between its last reading and its deletion.
 */

const hour = 3_600_000;
const contents = 24;
/** How far clocks of machines are off. */
const skew = 0.25 * hour;

function createWorld(random: () => number) {
  let clock = 1e12;
  let waiting: { readonly go: () => void; readonly from: number }[] = [];
  const store = openPlainStore(() => clock);
  const wait = async (from = clock): Promise<void> => new Promise((go) => waiting.push({ go, from }));

  /** Lets one request through, after some time. */
  const step = (): void => {
    if (waiting.length === 0) return;
    const pause = random();
    clock += Math.floor(pause < 0.9 ? random() * 50 : random() * (pause < 0.97 ? hour / 6 : 3 * hour));
    clock = Math.max(clock, Math.min(...waiting.map(({ from }) => from)));
    const ready = waiting.filter(({ from }) => from <= clock);
    const chosen = ready[Math.floor(random() * ready.length)];
    waiting = waiting.filter((each) => each !== chosen);
    chosen?.go();
  };
  /** The store as one process has it. */
  const connect = (): ObjectStore => ({
    ...store,
    async get(key, options) {
      await wait();
      return store.get(key, options);
    },
    async put(key, body, options) {
      await wait();
      const answer = await store.put(key, body, options);
      await wait();
      return answer;
    },
    async stat(key, options) {
      await wait();
      return store.stat(key, options);
    },
    async *list(prefix, options) {
      for await (const object of store.list(prefix, options)) {
        await wait();
        yield object;
      }
    },
    async touch(key, options) {
      await wait();
      return store.touch(key, options);
    },
  });
  const pace: Pace = { now: () => clock, wait: (ms) => wait(clock + ms) };
  return { store, connect, pace, step, sleep: (ms: number) => wait(clock + ms), now: () => clock };
}

type World = ReturnType<typeof createWorld>;

/** Of a time, so that contents go out of use and come back. */
function chooseContents(world: World, random: () => number): readonly string[] {
  const phase = Math.floor(world.now() / (60 * hour));
  return Array.from({ length: 4 }, () => {
    const near = (phase * 3 + Math.floor(random() * 4)) % contents;
    return `content ${random() < 0.9 ? near : Math.floor(random() * contents)}`;
  });
}

/** A build: an import that may be read late, and the export. False where it took longer than a build may. */
async function build(world: World, random: () => number): Promise<boolean> {
  const store = world.connect();
  const begun = world.now();
  const isLate = () => world.now() - begun > defaultGrace - 2 * skew;
  const ahead = (random() * 2 - 1) * skew;
  const names = [...world.store.objects.keys()].filter((key) => key.startsWith("manifests/"));
  const source = names[Math.floor(random() * names.length)];
  const imported = source === undefined ? null : await store.get(source);
  await world.sleep(random() * random() * defaultGrace);
  for (const layer of listOf(fieldOf(parseJson(imported ?? ""), "layers"))) {
    const blob = String(fieldOf(layer, "blob"));
    const found = await store.get(`blobs/${blob}`);
    if (isLate()) return false;
    if (found === null) throw new Error(`the build loses ${blob} of ${source}`);
  }
  const exported = chooseContents(world, random);
  for (const content of exported) {
    const { key, body } = blobOf(content);
    const found = await store.stat(key);
    if (isLate()) return false;
    if (found === null) await store.put(key, body);
    else if (world.now() + ahead - found.modifiedAt > defaultTouchRefresh && !(await store.touch(key))) return true;
    if (random() < 0.1) await world.sleep(random() * 4 * hour);
    if (isLate()) return false;
  }
  const name = `shop.t${Math.floor(random() * 2)}.s${Math.floor(random() * (random() < 0.7 ? 2 : 50))}`;
  if (isLate()) return false;
  await store.put(`manifests/${name}`, manifestOf(exported));
  return true;
}

function findBroken({ store }: World): readonly string[] {
  return [...store.objects].flatMap(([key, { body }]) => {
    if (!key.startsWith("manifests/")) return [];
    const blobs = listOf(fieldOf(parseJson(body), "layers")).map((layer) => String(fieldOf(layer, "blob")));
    return blobs.filter((blob) => !store.objects.has(`blobs/${blob}`)).map((blob) => `${key} ${blob}`);
  });
}

/** How many worlds are tried. `npm run soak` tries many more. */
const worlds = Number(process.env["BKCACHE_SOAK_WORLDS"] ?? 15);

test(
  "no cache loses a layer, whatever the order of exports, builds and runs of prune",
  async () => {
    const totals = { builds: 0, late: 0, runs: 0, caches: 0, blobs: 0, broken: 0 };
    for (let seed = 1; seed <= worlds; seed += 1) {
      const random = createRandom(seed);
      const world = createWorld(random);
      const { start, run } = createActors();
      const building = new Set<number>();
      for (let builder = 0; builder < 4; builder += 1) {
        building.add(builder);
        start(async () => {
          for (let round = 0; round < 20; round += 1) {
            await world.sleep(random() * 12 * hour);
            totals[(await build(world, random)) ? "builds" : "late"] += 1;
          }
          building.delete(builder);
        });
      }
      for (const hoursAhead of [0, 25 * hour]) {
        start(async () => {
          const store = world.connect();
          while (building.size > 0) {
            await world.sleep(random() * (random() < 0.5 ? 3 : 30) * hour);
            const { pace } = world;
            const keep = random() < 0.5 ? { last: 1 } : { maxAge: 40 * hour };
            const pruned = await pruneLayers({ store, layout, keep, now: world.now() + hoursAhead, pace });
            totals.runs += 1;
            totals.caches += pruned.caches.length;
            totals.broken += pruned.caches.filter(({ why }) => why === "broken").length;
            totals.blobs += pruned.deleted.count;
          }
        });
      }
      const failures = await run(async () => {
        world.step();
        await nextTick();
      });
      expect(failures, `seed ${seed}`).toEqual([]);
      expect(findBroken(world), `seed ${seed}`).toEqual([]);
    }
    if (process.env["BKCACHE_SOAK_WORLDS"] !== undefined) process.stderr.write(`${JSON.stringify(totals)}\n`);
    expect(totals.broken).toBe(0);
    expect(totals.builds).toBeGreaterThan(worlds * 40);
    expect(totals.caches).toBeGreaterThan(worlds * 5);
    expect(totals.blobs).toBeGreaterThan(worlds);
  },
  worlds * 3_000,
);
