import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeTempDir } from "../support/cleanup.ts";
import { makeBusyboxContext } from "../support/contexts.ts";
import { type DockerEngine, startDockerEngine } from "../support/docker-engine.ts";
import { canRunEngine } from "../support/docker-packages.ts";
import { startGcsGate, type GcsGate } from "../support/gcs-auth.ts";
import { type GcsServer, startFakeGcs } from "../support/gcs-server.ts";
import { addToMount, baseStage } from "../support/mount-project.ts";
import { type S3Server, startVersitygw } from "../support/s3-server.ts";
import { runWatched, secretsOfGate } from "../support/watched-run.ts";
import { cleanEnv } from "../support/env.ts";
import { makeWorkspace } from "../support/workspace.ts";

/* The relay for builders of the docker-container driver on a real Docker engine: in the machine's network, and in one of their own. */

describe.skipIf(!canRunEngine)("a builder in a container", () => {
  let engine: DockerEngine;
  let gcs: GcsServer;
  let s3: S3Server;
  let gate: GcsGate;
  let busybox: string;

  beforeAll(async () => {
    [engine, gcs, s3] = await Promise.all([startDockerEngine(), startFakeGcs(), startVersitygw()]);
    await Promise.all([gcs, s3].map((server) => server.createBucket("cache")));
    gate = await startGcsGate(gcs.endpoint);
    busybox = makeBusyboxContext(makeTempDir("busybox"));
    await engine.docker("network", "create", "apart");
  });
  afterAll(async () => {
    gate?.stop();
    // Its bridge is one of this machine's, and would stay.
    await engine?.docker("network", "rm", "apart");
    await Promise.all([engine?.stop(), gcs?.stop(), s3?.stop()]);
  });

  test.for([
    ["gcs", "host", "loopback"],
    ["gcs", "apart", "bridge"],
    // BuildKit itself does not reach the server on this machine's loopback, which was all that could be said of it.
    ["s3", "apart", "bridge"],
  ] as const)("%s, in the network %s", async ([type, network, way]) => {
    const endpointUrl = type === "gcs" ? gate.endpoint : s3.endpoint;
    const config = {
      project: "shop",
      backends: { remote: { type, bucket: "cache", prefix: `${network}/`, insecure: true, endpointUrl } },
      cache: { read: ["remote"], write: ["remote"] },
      targets: { app: { contexts: { busybox } } },
    };
    const workspace = makeWorkspace({
      "bkcache.config.json": JSON.stringify(config),
      Dockerfile: baseStage + addToMount("id=shop-data"),
      "src/a.txt": "one",
    });
    const env = cleanEnv({
      ...engine.env,
      ...s3.env,
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
    expect(first.report.ways).toMatchObject({ remote: { way } });
    expect(first.mounts).toMatchObject([{ save: { outcome: "saved" } }]);
    const second = await bake();
    expect([second.exitCode, second.warnings], second.stderr).toEqual([0, []]);
    expect(second.report.targets["app"]).toMatchObject({ source: { backend: "remote" }, steps: { ran: [] } });
    for (const { stdout, stderr, argv } of [first, second]) {
      for (const secret of [s3.secretKey, ...secretsOfGate(gate)]) expect(stdout + stderr + argv).not.toContain(secret);
    }
  });

  test("a builder with a proxy of its own: the gateway's address has to stand in its NO_PROXY, which is said", async () => {
    const workspace = makeWorkspace({
      "bkcache.config.json": JSON.stringify({
        project: "shop",
        backends: { remote: { type: "s3", bucket: "cache", prefix: "proxied/", insecure: true, relay: "always" } },
        cache: { read: ["remote"], write: ["remote"] },
        targets: { app: { contexts: { busybox } } },
      }),
      Dockerfile: baseStage,
      "src/a.txt": "one",
    });
    const env = cleanEnv({ ...engine.env, ...s3.env, BKCACHE: "read-write", BUILDX_BUILDER: "proxied" });
    const bake = async (...more: readonly string[]) => {
      const options = ["network=apart", "env.HTTP_PROXY=http://127.0.0.1:9", ...more];
      const flags = options.flatMap((option) => ["--driver-opt", option]);
      await engine.docker("buildx", "create", "--driver", "docker-container", "--name", "proxied", ...flags);
      try {
        return await runWatched(workspace, ["bake"], env);
      } finally {
        await engine.docker("buildx", "rm", "--force", "proxied");
      }
    };
    const without = await bake();
    expect([without.exitCode, without.warnings], without.stderr).toEqual([
      0,
      [
        expect.stringMatching(
          /^warning BK4017: .* a proxy of the builder's is asked for [\d.]+, which its NO_PROXY has to name \(proxyconnect tcp/,
        ) as string,
      ],
    ]);
    const named = await bake("env.NO_PROXY=0.0.0.0/0");
    expect([named.exitCode, named.warnings], named.stderr).toEqual([0, []]);
    expect(named.report.ways).toMatchObject({ remote: { way: "bridge" } });
  });
});
