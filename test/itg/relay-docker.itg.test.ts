import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeTempDir } from "../support/cleanup.ts";
import { makeBusyboxContext } from "../support/contexts.ts";
import { type DockerEngine, startDockerEngine } from "../support/docker-engine.ts";
import { canRunEngine } from "../support/docker-packages.ts";
import { startGcsGate, type GcsGate } from "../support/gcs-auth.ts";
import { type GcsServer, startFakeGcs } from "../support/gcs-server.ts";
import { addToMount, baseStage } from "../support/mount-project.ts";
import { runWatched, secretsOfGate } from "../support/watched-run.ts";
import { cleanEnv } from "../support/env.ts";
import { makeWorkspace } from "../support/workspace.ts";

/* The relay for builders of the docker-container driver on a real Docker engine: in the machine's network, and in one of their own. */

describe.skipIf(!canRunEngine)("a builder in a container", () => {
  let engine: DockerEngine;
  let gcs: GcsServer;
  let gate: GcsGate;
  let busybox: string;

  beforeAll(async () => {
    [engine, gcs] = await Promise.all([startDockerEngine(), startFakeGcs()]);
    await gcs.createBucket("cache");
    gate = await startGcsGate(gcs.endpoint);
    busybox = makeBusyboxContext(makeTempDir("busybox"));
    await engine.docker("network", "create", "apart");
  });
  afterAll(async () => {
    gate?.stop();
    // Its bridge is one of this machine's, and would stay.
    await engine?.docker("network", "rm", "apart");
    await Promise.all([engine?.stop(), gcs?.stop()]);
  });

  test.for([
    ["host", "loopback"],
    ["apart", "bridge"],
  ] as const)("in the network %s", async ([network, way]) => {
    const config = {
      project: "shop",
      backends: {
        google: { type: "gcs", bucket: "cache", prefix: `${network}/`, insecure: true, endpointUrl: gate.endpoint },
      },
      cache: { read: ["google"], write: ["google"] },
      targets: { app: { contexts: { busybox } } },
    };
    const workspace = makeWorkspace({
      "bkcache.config.json": JSON.stringify(config),
      Dockerfile: baseStage + addToMount("id=shop-data"),
      "src/a.txt": "one",
    });
    const env = cleanEnv({
      ...engine.env,
      BKCACHE: "read-write",
      BKCACHE_HELPER: "/bin/busybox",
      GOOGLE_APPLICATION_CREDENTIALS: gate.keyFile,
      BUILDX_BUILDER: network,
    });
    const bake = async () => {
      await engine.docker(
        "buildx",
        "create",
        "--driver",
        "docker-container",
        "--name",
        network,
        "--driver-opt",
        `network=${network}`,
      );
      try {
        return await runWatched(workspace, ["bake"], env);
      } finally {
        await engine.docker("buildx", "rm", "--force", network);
      }
    };
    const first = await bake();
    expect([first.exitCode, first.warnings], first.stderr).toEqual([0, []]);
    expect(first.report.ways).toMatchObject({ google: { way } });
    expect(first.mounts).toMatchObject([{ save: { outcome: "saved" } }]);
    const second = await bake();
    expect([second.exitCode, second.warnings], second.stderr).toEqual([0, []]);
    expect(second.report.targets["app"]).toMatchObject({ source: { backend: "google" }, steps: { ran: [] } });
    for (const { stdout, stderr, argv } of [first, second]) {
      for (const secret of secretsOfGate(gate)) expect(stdout + stderr + argv).not.toContain(secret);
    }
  });
});
