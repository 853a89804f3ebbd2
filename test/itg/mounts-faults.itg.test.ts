import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { verifySnapshots } from "../../src/mounts/verify.ts";
import { createFsStore } from "../../src/store/fs.ts";
import { describeTree, forget, makeMount, restore, save } from "../mounts/support.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { killAtRandomMoments } from "../support/kill.ts";
import { repositoryDir } from "../support/toolchain.ts";

/** Processes that are killed in each test. */
const kills = Number(process.env["BKCACHE_SOAK_KILLS"] ?? 50);

const openStore = (dir: string) => createFsStore({ backend: "disk", dir, signal: new AbortController().signal });

/** Files of all lengths in several packs, in many folders, so that every step takes a while. */
function makeTree(dir: string): void {
  for (let index = 0; index < 40; index++) {
    mkdirSync(join(dir, `top${index}/inner`), { recursive: true });
    for (let file = 0; file < 25; file++)
      writeFileSync(join(dir, `top${index}/inner/f${file}`), randomBytes(600 * file));
  }
  writeFileSync(join(dir, "large"), randomBytes(13_000_000));
}

function start(verb: "save" | "restore", storeDir: string, mountDir: string, key = ""): ChildProcess {
  const script = join(repositoryDir, "test/scripts/mount-process.ts");
  // A group of its own: with the client the builder's processes end too.
  return spawn(process.execPath, [script, verb, storeDir, mountDir, key], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
}

/** What it printed at its end. */
async function finish(child: ChildProcess): Promise<string> {
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await once(child, "close");
  return output.trim().split("\n").at(-1) ?? "";
}

/** Kills a process and its children this many ms after it has begun. How long it took (ms) if it had ended before. */
async function killAfter(child: ChildProcess, delay: number): Promise<number | undefined> {
  if (child.stdout === null || child.pid === undefined) throw new Error("no process");
  const exited = once(child, "exit").then(() => performance.now());
  const closed = once(child, "close");
  await once(child.stdout, "data");
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, delay));
  const isAtWork = child.exitCode === null;
  if (isAtWork) process.kill(-child.pid, "SIGKILL");
  await closed;
  return isAtWork ? undefined : (await exited) - began;
}

/** How long it takes from its beginning, in ms. */
async function measure(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error("no process");
  const closed = once(child, "close");
  await once(child.stdout, "data");
  const began = performance.now();
  await closed;
  return performance.now() - began;
}

describe("a process that is killed at any moment", { timeout: 100_000 + kills * 10_000 }, () => {
  test("of a save leaves no snapshot that cannot be restored", async () => {
    const storeDir = makeTempDir("store");
    const dir = makeMount();
    makeTree(dir);
    const store = openStore(storeDir);
    const whole = await measure(start("save", makeTempDir("store"), dir));
    forget(dir);
    let snapshots = 0;
    await killAtRandomMoments(kills, whole, async (delay, index) => {
      // Something new each time, so that there is something to save.
      writeFileSync(join(dir, `top${index % 40}`, `new${index}`), randomBytes(700_000));
      const took = await killAfter(start("save", storeDir, dir), delay);
      const { sound: restorable, broken } = await verifySnapshots({ store });
      expect(broken).toEqual([]);
      expect(restorable).toBeGreaterThanOrEqual(snapshots);
      snapshots = restorable;
      if (restorable === 0) return took;
      // Whatever was saved last was a state of the mount: it is in it, or was.
      const copy = makeMount();
      expect(await restore(store, copy)).toMatchObject({ kind: "restored", findings: [] });
      const now = new Set(describeTree(dir));
      expect(describeTree(copy).filter((line) => !now.has(line) && !/^top\d+ /.test(line))).toEqual([]);
      rmSync(copy, { recursive: true });
      return took;
    });
    expect(["saved", "unchanged"]).toContain((await save(store, dir)).kind);
    const copy = makeMount();
    await restore(store, copy);
    expect(describeTree(copy)).toEqual(describeTree(dir));
  });

  test("of a restore leaves a mount that is empty, complete, or put right by the next run", async () => {
    const storeDir = makeTempDir("store");
    const from = makeMount();
    makeTree(from);
    const store = openStore(storeDir);
    await save(store, from);
    const expected = describeTree(from);
    const whole = await measure(start("restore", storeDir, makeMount()));
    const states = new Map<string, number>();
    await killAtRandomMoments(kills, whole, async (delay) => {
      const dir = makeMount();
      const took = await killAfter(start("restore", storeDir, dir), delay);
      const names = readdirSync(dir);
      const own = names.filter((name) => name.startsWith(".bkcache-"));
      const others = names.filter((name) => !name.startsWith(".bkcache"));
      // Without a mark of what is under way, it is nothing or all.
      const isMarked = own.includes(".bkcache-swap") || own.includes(".bkcache-wipe");
      if (!isMarked && others.length > 0) expect(describeTree(dir)).toEqual(expected);
      const state = own[0] ?? (others.length > 0 ? "complete" : "empty");
      states.set(state, (states.get(state) ?? 0) + 1);
      expect(["present", "restored"]).toContain((await restore(store, dir)).kind);
      expect(describeTree(dir)).toEqual(expected);
      expect(readdirSync(dir).filter((name) => name.startsWith(".bkcache"))).toEqual([]);
      rmSync(dir, { recursive: true });
      return took;
    });
    // Most of the time goes into unpacking.
    expect(states.get(".bkcache-restore") ?? 0).toBeGreaterThan(0);
  });
});

describe("eight processes that save at once", { timeout: 120_000 }, () => {
  test("one key: one snapshot", async () => {
    const storeDir = makeTempDir("store");
    const dirs = Array.from({ length: 8 }, makeMount);
    const content = randomBytes(9_000_000);
    for (const dir of dirs) writeFileSync(join(dir, "file"), content);
    const ends = await Promise.all(dirs.map((dir) => finish(start("save", storeDir, dir, "k"))));
    expect(ends.sort()).toEqual([...Array.from({ length: 7 }, () => "exists"), "saved"]);
    const { sound, broken, packs } = await verifySnapshots({ store: openStore(storeDir) });
    expect([sound, broken, packs]).toEqual([1, [], 2]);
  });

  test("keys of their own: each can be restored, and what is alike lies there once", async () => {
    const storeDir = makeTempDir("store");
    const dirs = Array.from({ length: 8 }, makeMount);
    const content = randomBytes(9_000_000);
    for (const [index, dir] of dirs.entries()) {
      writeFileSync(join(dir, "file"), content);
      writeFileSync(join(dir, "own"), `of ${index}`);
    }
    const ends = await Promise.all(dirs.map((dir, index) => finish(start("save", storeDir, dir, `k${index}`))));
    expect(new Set(ends)).toEqual(new Set(["saved"]));
    const store = openStore(storeDir);
    const { broken, packs } = await verifySnapshots({ store });
    expect([broken, packs]).toEqual([[], 2 + 8]);
    for (const [index, dir] of dirs.entries()) {
      const copy = makeMount();
      await restore(store, copy, { mount: { id: "gomod", key: `k${index}` } });
      expect(describeTree(copy)).toEqual(describeTree(dir));
    }
  });
});
