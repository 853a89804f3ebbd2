import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packPrefix } from "../../src/mounts/keys.ts";
import { verifySnapshots } from "../../src/mounts/verify.ts";
import { openStore } from "../../src/store/open.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { makeBusyboxContext } from "../support/contexts.ts";
import { type DockerEngine, startDockerEngine } from "../support/docker-engine.ts";
import { canRunEngine } from "../support/docker-packages.ts";
import { dockerEnvironment } from "../support/docker-project.ts";
import { type FaultyServer, startFaultyServer } from "../support/faulty-server.ts";
import { baseStage, runStep } from "../support/mount-project.ts";
import { waitFor } from "../support/poll.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { type S3Server, startVersitygw } from "../support/s3-server.ts";
import { makeWorkspace, type Workspace } from "../support/workspace.ts";

/* What happens to bkcache or to its builder at each stage of a bake on a builder of the docker-container driver. */

const bucket = "cache";
const container = "buildx_buildkit_ci0";
/** Time in ms for which a stage is held up after an interruption, so that it comes in the middle of it. */
const hold = 1500;
const step = `cd /data && echo "found data: "$(ls) && cp /src/a.txt "$(cat /src/a.txt)" && sleep $(cat /src/seconds)`;
/** Time in s that the step takes: one that an interruption has to end takes longer than any engine needs for that. */
const seconds = { usual: "2", untilKilled: "120" } as const;

type Stage = "restore" | "build" | "save";

describe.skipIf(!canRunEngine)("a bake on a docker-container builder", () => {
  let engine: DockerEngine;
  let s3: S3Server;
  let line: FaultyServer;
  let workspace: Workspace;

  beforeAll(async () => {
    [engine, s3] = await Promise.all([startDockerEngine(), startVersitygw()]);
    await s3.createBucket(bucket);
    line = await startFaultyServer(s3.endpoint);
    const config = {
      project: "shop",
      backends: { remote: { type: "s3", bucket, insecure: true, endpointUrl: line.endpoint } },
      cache: { read: [], write: [], mounts: "remote" },
      mounts: { data: { target: "/data" } },
      targets: { app: { contexts: { busybox: makeBusyboxContext(makeTempDir("busybox")) } } },
    };
    workspace = makeWorkspace({
      "bkcache.config.json": JSON.stringify(config),
      Dockerfile: baseStage + runStep("--mount=type=cache,id=shop-data,target=/data", step),
      "src/a.txt": "seed",
      "src/seconds": seconds.usual,
    });
    await create();
    const seed = await bake();
    expect(seed.exitCode, seed.stderr).toBe(0);
  }, 120_000);
  afterAll(async () => {
    line?.stop();
    await Promise.all([engine?.stop(), s3?.stop()]);
  });

  const create = () =>
    engine.docker("buildx", "create", "--name", "ci", "--driver", "docker-container", "--driver-opt", "network=host");
  const removeBuilder = () => engine.docker("buildx", "rm", "--force", "ci").catch(() => "");

  /** Without the way past buildx that only root has: most users come by `buildx dial-stdio`. */
  function bake(onStart: (child: ChildProcess) => void = () => {}) {
    const env = dockerEnvironment(engine, s3, { BUILDX_BUILDER: "ci", BKCACHE_SHORTCUTS: "off" });
    return runBkcache(["bake", "--progress", "plain"], { cwd: workspace.dir, env, onStart });
  }

  /** Interrupts a bake in the middle of a stage. */
  async function interrupt(stage: Stage, how: (child: ChildProcess) => unknown) {
    workspace.write("src/a.txt", crypto.randomUUID());
    // What ends bkcache alone leaves the step on the builder, where the next stage waits for its end.
    const endsStep = stage === "build" && (how === removeBuilder || how === killContainer);
    workspace.write("src/seconds", endsStep ? seconds.untilKilled : seconds.usual);
    const interrupted = Promise.withResolvers<void>();
    const until = interrupted.promise.then(() => sleep(hold));
    let isThere = false;
    line.plan = ({ method, url }) => {
      const isStage =
        stage === "save" ? method === "PUT" : stage === "restore" && method === "GET" && url.includes(packPrefix);
      if (!isStage) return null;
      isThere = true;
      return { kind: "held", until };
    };
    let child: ChildProcess | undefined;
    const running = bake((started) => {
      child = started;
      started.stderr?.on(
        "data",
        (text: string) => (isThere ||= stage === "build" && /^#\d+ [\d.]+ found data/m.test(text)),
      );
    });
    let hasEnded = false;
    void running.then(() => (hasEnded = true));
    await waitFor(() => isThere || hasEnded, { what: `the ${stage} has begun`, everyMs: 5, timeoutMs: 60_000 });
    if (child !== undefined && !hasEnded) await how(child);
    interrupted.resolve();
    const result = await running;
    line.plan = () => null;
    expect(isThere, result.stderr).toBe(true);
    return result;
  }

  /** The next bake on a new builder finds a snapshot that is whole; with the first file, unless a restore has failed before a save. */
  async function expectWhole(hasSeed: boolean): Promise<void> {
    await removeBuilder();
    await create();
    workspace.write("src/a.txt", crypto.randomUUID());
    workspace.write("src/seconds", seconds.usual);
    const { exitCode, stderr } = await bake();
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toMatch(hasSeed ? /^#\d+ [\d.]+ found data: .*\bseed\b/m : /^#\d+ [\d.]+ found data: \S/m);
    const backend = { name: "remote", type: "s3", bucket, insecure: true };
    const context = { env: s3.env, signal: new AbortController().signal };
    const store = await openStore(backend, context);
    const { broken } = await verifySnapshots({ store });
    store.close();
    expect(broken).toEqual([]);
  }

  const signal = (name: NodeJS.Signals) => (child: ChildProcess) => child.kill(name);
  const killContainer = () => engine.docker("kill", container);
  const failed = expect.not.stringMatching(/^0$/);

  test.each([
    ["Ctrl-C", signal("SIGINT"), { restore: "130", build: "130", save: "130" }],
    ["kill -9", signal("SIGKILL"), { restore: "137", build: "137", save: "137" }],
    ["buildx rm", removeBuilder, { restore: failed, build: failed, save: "0" }],
    // buildx starts the container again for the build; what the build is in the middle of is lost with it. Last, since it
    // leaves a snapshot that lacks what was not restored.
    ["the container killed", killContainer, { restore: "0", build: failed, save: "0" }],
  ] as const)("%s", { timeout: 300_000 }, async (_, how, expected) => {
    await removeBuilder();
    await create();
    for (const stage of ["restore", "build", "save"] as const) {
      if (how === removeBuilder) await create().catch(() => "");
      const { exitCode, stderr } = await interrupt(stage, how);
      expect(String(exitCode), `${stage}: ${stderr}`).toEqual(expected[stage]);
      expect(stderr).not.toMatch(/BK9001|^\s+at /m);
      if (how === killContainer && stage === "restore") {
        expect(stderr).toMatch(/^warning BK4021/m);
        expect(stderr, "connected to anew after the build").toMatch(/mount data: saved/);
      }
      if (how === killContainer && stage === "save") expect(stderr).toMatch(/^warning BK4021/m);
    }
    await expectWhole(how !== killContainer);
  });
});
