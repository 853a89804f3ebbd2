import { chmodSync } from "node:fs";
import { expect, onTestFinished } from "vitest";
import { newKeys } from "../../src/relay/relay.ts";
import type { Buildkit } from "../support/buildkit.ts";
import { cleanEnv } from "../support/env.ts";
import { startGcsGate } from "../support/gcs-auth.ts";
import { baseStage, mountEnvironment, runStep } from "../support/mount-project.ts";
import { freePort } from "../support/poll.ts";
import { type Server, startServer, waitForServer } from "../support/process.ts";
import { binFile } from "../support/run-bkcache.ts";
import { bucket, test } from "../support/servers.ts";
import { builderKnows, runWatched, secretsOfGate } from "../support/watched-run.ts";
import { makeWorkspace } from "../support/workspace.ts";

/*
 * A relay that is a service: the builds know it as a store that speaks S3 and have its keys, and the credentials of the
 * bucket, one of Google's, are with the service alone.
 */

const dockerfile = `${baseStage}
FROM base
${runStep("--mount=type=cache,target=/cache", "cat /cache/* 2>/dev/null; cp /src/input.txt /cache/$(cat /src/input.txt); dd if=/dev/urandom of=/large bs=1M count=20 2>/dev/null")}
`;

test("layers and mounts of builds that have keys of the service alone", async ({ gcs, busybox, newBuilder }) => {
  const gate = await startGcsGate(gcs.endpoint);
  onTestFinished(() => gate.stop());
  const [writer, reader] = [newKeys(), newKeys()];
  const service = makeWorkspace({
    "bkcache.config.yaml": `backends:
  remote: { type: gcs, url: "gcs://${bucket}/team/", endpointUrl: "${gate.endpoint}", insecure: true }
targets: {}
`,
    "keys.json": JSON.stringify({
      callers: [
        { name: "ci", ...writer, access: "read-write" },
        { name: "laptops", ...reader },
      ],
    }),
  });
  chmodSync(service.path("keys.json"), 0o600);
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  const start = async (): Promise<Server> => {
    const args = ["relay", "--keys", "keys.json", "--listen", endpoint.slice("http://".length)];
    const server = startServer(process.execPath, [binFile, ...args], {
      cwd: service.dir,
      env: cleanEnv({ GOOGLE_APPLICATION_CREDENTIALS: gate.keyFile }),
    });
    onTestFinished(() => server.stop());
    await waitForServer(
      server,
      "the relay",
      async () => (await fetch(`${endpoint}/healthz`).catch(() => null))?.ok === true,
    );
    return server;
  };
  const project = makeWorkspace({ "app/Dockerfile": dockerfile, "app/src/input.txt": "one" });
  const build = (builder: Buildkit, keys = writer) =>
    runWatched(
      project,
      ["build", "app", "-t", "app", "--build-context", `busybox=${busybox}`],
      mountEnvironment(builder, {
        BUILDKIT_REMOTE_CACHE: "s3://remote/shop/",
        BUILDKIT_INSECURE: "true",
        AWS_ENDPOINT_URL: endpoint,
        AWS_REGION: "us-east-1",
        AWS_ACCESS_KEY_ID: keys.accessKeyId,
        AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      }),
    );
  const first = await start();
  const [one, two, three] = [await newBuilder(), await newBuilder(), await newBuilder()];
  const written = await build(one);
  expect([written.exitCode, written.warnings], written.stderr).toEqual([0, []]);
  expect(written.report.ways).toMatchObject({ remote: { way: "direct" } });
  expect(written.mounts).toMatchObject([{ save: { outcome: "saved" } }]);
  const keys = (await gcs.objects(bucket)).map(({ key }) => key);
  for (const kind of ["blobs/", "manifests/", "v1/"]) {
    expect(keys.some((key) => key.startsWith(`team/shop/${kind}`))).toBe(true);
  }
  await first.stop();
  expect(first.log()).not.toMatch(/warning|error/);

  const second = await start();
  const read = await build(two, reader);
  expect(read.exitCode, read.stderr).toBe(0);
  expect(Object.values(read.report.targets)).toMatchObject([{ source: { backend: "remote" }, steps: { ran: [] } }]);
  expect(read.mounts).toMatchObject([{ restore: { outcome: "restored" } }]);
  const metrics = await (await fetch(`${endpoint}/metrics`)).text();
  expect(metrics).toMatch(/bkcache_relay_hits_total\{caller="laptops"\} [1-9]/);
  expect(metrics).toMatch(/bkcache_relay_bytes_to_store_total\{caller="laptops"\} 0$/m);

  // The relay is gone: builds do without.
  await second.stop();
  const alone = await build(three);
  expect(alone.exitCode, alone.stderr).toBe(0);
  expect(alone.stderr).toMatch(/BK5007/);
  const secrets = secretsOfGate(gate);
  for (const builder of [one, two, three]) expect(builderKnows(builder, secrets)).toBe(false);
  for (const secret of [...secrets, writer.secretAccessKey, reader.secretAccessKey]) {
    expect(first.log() + second.log() + metrics).not.toContain(secret);
  }
});
