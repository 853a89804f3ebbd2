import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { verifySnapshots } from "../../src/mounts/verify.ts";
import { openStore } from "../../src/store/open.ts";
import type { Buildkit } from "../support/buildkit.ts";
import { cleanEnv } from "../support/env.ts";
import { killAtRandomMoments, untilSettled } from "../support/kill.ts";
import { type FaultyServer, startFaultyServer } from "../support/faulty-server.ts";
import {
  baseStage,
  emptyBuilder,
  mountEnvironment,
  mountRecords,
  runStep,
  runWithMounts,
} from "../support/mount-project.ts";
import { waitFor } from "../support/poll.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import type { S3Server } from "../support/s3-server.ts";
import { bucket, test } from "../support/servers.ts";
import { makeWorkspace, type Workspace } from "../support/workspace.ts";

/*
 * bkcache killed outright in the middle of its work on a real builder. What the core does at fifty moments of each is in
 * mounts-faults; here are the connection to the builder, the records there, and what builds see in between.
 */

/** In each test; each costs three runs. */
const kills = Number(process.env["BKCACHE_SOAK_KILLS"] ?? 8);
let s3: S3Server;
let line: FaultyServer;
let builder: Buildkit;
let workspace: Workspace;

/** Names and contents are told by digests, so that half of it would show. With src/change one file is another after each build. */
const dockerfile = `${baseStage}${runStep(
  "--mount=type=cache,id=shop-data,target=/data",
  `set -e; cd /data; echo "found data: "$(find . -mindepth 1 ! -path './.bkcache*' | sort | sha256sum | cut -c1-16) $(find . -type f ! -path './.bkcache*' | sort | xargs -r cat | sha256sum | cut -c1-16) $(find . -type f ! -path './.bkcache*' | wc -l)
echo "found own: "$(find . -name '.bkcache*' | wc -l)
[ -d a ] || for d in a b c d; do mkdir -p $d && (cd $d && awk 'BEGIN { for (i = 0; i < 400; i++) { for (j = 0; j < i; j++) print i, j > "f" i; print > "f" i; close("f" i) } }' && dd if=/dev/urandom of=large bs=1M count=3 2>/dev/null); done
[ ! -e /src/change ] || dd if=/dev/urandom of=changed bs=1M count=6 2>/dev/null; : "$(cat /src/a.txt)"`,
)}`;
/** What the step says of a mount that is empty. */
const empty = "e3b0c44298fc1c14 e3b0c44298fc1c14 0";

test.beforeAll(async ({ s3: server, sharedBuilder, busybox }) => {
  [s3, builder] = [server, sharedBuilder];
  line = await startFaultyServer(s3.endpoint);
  const config = {
    project: "shop",
    backends: { remote: { type: "s3", bucket, prefix: "kill/", insecure: true, endpointUrl: line.endpoint } },
    cache: { read: [], write: [], mounts: "remote" },
    mounts: { data: { target: "/data" } },
    targets: { app: { contexts: { busybox } } },
  };
  workspace = makeWorkspace({ "bkcache.config.json": JSON.stringify(config), Dockerfile: dockerfile, "src/a.txt": "" });
});
test.afterAll(() => line.stop());

const environment = () => mountEnvironment(builder, { ...s3.env, BKCACHE: "read-write" });

async function bake(args: readonly string[] = []) {
  workspace.write("src/a.txt", crypto.randomUUID());
  const result = await runWithMounts(workspace, ["bake", ...args], environment());
  expect(result.exitCode, result.stderr).toBe(0);
  return result;
}

/** Kills bkcache this many ms after its first request to the store. How long it took from there if it had ended before. */
async function killAfter(args: readonly string[], delay: number): Promise<number | undefined> {
  const before = line.seen.length;
  let kill = (): boolean => false;
  const ended = runBkcache(args, {
    cwd: workspace.dir,
    env: environment(),
    onStart: (child) => (kill = () => child.kill("SIGKILL")),
  });
  let endedAt: number | undefined;
  void ended.then(() => (endedAt = performance.now()));
  await waitFor(() => endedAt !== undefined || line.seen.length > before, { what: "the store is asked", everyMs: 2 });
  const began = performance.now();
  await sleep(delay);
  kill();
  const { exitCode, stderr } = await ended;
  if (exitCode === 128 + constants.signals.SIGKILL) return undefined;
  expect(exitCode, stderr).toBe(0);
  return (endedAt ?? performance.now()) - began;
}

/** How long bkcache goes on after its first request, in ms. */
async function measure(args: readonly string[]): Promise<number> {
  const before = line.seen.length;
  let began = 0;
  const ended = runBkcache(args, { cwd: workspace.dir, env: environment() });
  await waitFor(() => line.seen.length > before, { what: "the store is asked", everyMs: 2 });
  began = performance.now();
  const { exitCode, stderr } = await ended;
  expect(exitCode, stderr).toBe(0);
  return performance.now() - began;
}

/** BuildKit ends what a client that is gone has left; until then a build would be given another mount. */
async function untilReleased(): Promise<void> {
  await waitFor(async () => /Reclaimable:\s+true/.test((await mountBlock()) ?? "Reclaimable: true"), {
    what: "the builder has released the mount",
  });
}

async function mountBlock(): Promise<string | undefined> {
  const usage = await builder.buildctl("du", "--verbose");
  return usage.split(/\n\n+/).find((block) => block.includes("cached mount"));
}

async function countSnapshots(): Promise<number> {
  const backend = { name: "remote", type: "s3", bucket, prefix: "kill/", insecure: true };
  const context = { env: cleanEnv(s3.env), signal: new AbortController().signal };
  const store = await openStore(backend, context);
  const { sound, broken } = await verifySnapshots({ store });
  store.close();
  expect(broken).toEqual([]);
  return sound;
}

test(
  "of a restore: builds see nothing or all, and the next run completes it",
  { timeout: 120_000 + kills * 60_000 },
  async () => {
    await bake();
    const full = (await bake()).found["data"];
    expect(full).toMatch(/ 1604$/);
    await emptyBuilder(builder);
    const whole = await measure(["mounts", "restore"]);
    await killAtRandomMoments(kills, whole, async (delay, index) => {
      await emptyBuilder(builder);
      const took = await killAfter(["mounts", "restore"], delay);
      await untilSettled(workspace.dir);
      await untilReleased();
      // By a build that asks nobody: BuildKit alone.
      if (index % 2 === 0) {
        const { found } = await bake(["--cache", "off"]);
        expect([empty, full]).toContain(found["data"]);
        expect(found["own"], "nothing of bkcache's in the mount").toBe("0");
      } else {
        const { found, mounts } = await bake(["--cache", "read"]);
        expect([found["data"], mounts[0]?.restore?.outcome]).toEqual([full, expect.stringMatching(/restored|present/)]);
        expect(found["own"]).toBe("0");
      }
      expect(await mountRecords(builder)).toEqual(["/shop-data"]);
      return took;
    });
  },
);

test(
  "of a save: every snapshot can be read, and the next save completes",
  { timeout: 120_000 + kills * 60_000 },
  async () => {
    await emptyBuilder(builder);
    workspace.write("src/change", "");
    await bake();
    const saveSomething = async () => {
      // A save leaves nothing in the mount, whenever it was killed.
      expect((await bake(["--cache", "off"])).found["own"]).toBe("0");
      return ["mounts", "save"];
    };
    const whole = await measure(await saveSomething());
    let snapshots = await countSnapshots();
    await killAtRandomMoments(kills, whole, async (delay) => {
      const took = await killAfter(await saveSomething(), delay);
      const now = await countSnapshots();
      expect(now).toBeGreaterThanOrEqual(snapshots);
      snapshots = now;
      await untilReleased();
      return took;
    });
    const last = await bake();
    expect(last.mounts).toMatchObject([{ restore: { outcome: "present" }, save: { outcome: "saved" } }]);
    const content = (await bake(["--cache", "off"])).found["data"];
    await emptyBuilder(builder);
    expect((await bake()).found["data"]).toBe(content);
    expect(await mountRecords(builder)).toEqual(["/shop-data"]);
  },
);

test.each(["SIGINT", "SIGTERM"] as const)("%s while a bake saves ends it with 130", async (signal) => {
  workspace.write("src/change", "");
  workspace.write("src/a.txt", crypto.randomUUID());
  const before = line.seen.length;
  const isSaving = () => line.seen.slice(before).some(({ method }) => method === "PUT");
  let end = (): boolean => false;
  const running = runBkcache(["bake"], {
    cwd: workspace.dir,
    env: environment(),
    onStart: (child) => (end = () => child.kill(signal)),
  });
  await waitFor(isSaving, { what: "a pack goes up", everyMs: 2 });
  end();
  const { exitCode, stderr } = await running;
  expect(exitCode, stderr).toBe(130);
  expect(stderr).not.toContain("error");
});
