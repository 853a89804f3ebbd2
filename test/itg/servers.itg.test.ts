import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { describe, expect, onTestFinished } from "vitest";
import { startBuildkit } from "../support/buildkit.ts";
import { makeCerts } from "../support/certs.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { cleanEnv } from "../support/env.ts";
import { startVersitygw } from "../support/s3-server.ts";
import { test } from "../support/servers.ts";
import { findTool } from "../support/toolchain.ts";

/** The ground that the other integration tests stand on. */
describe("test servers", () => {
  test("a builder is empty, says its version, and leaves nothing behind", async () => {
    const builder = await startBuildkit();
    try {
      expect(await builder.buildctl("du")).toMatch(/^Total:\s+0B$/m);
      expect(await builder.buildctl("debug", "info")).toMatch(/v\d+\.\d+\.\d+/);
    } finally {
      await builder.stop();
    }
    expect(existsSync(builder.root)).toBe(false);
    expect(existsSync(`/proc/${builder.server.pid}`)).toBe(false);
    expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(builder.root);
  });

  test("a builder on TCP takes its own clients only", async ({ newBuilder }) => {
    const own = makeCerts(makeTempDir("own"));
    const foreign = makeCerts(makeTempDir("foreign"));
    const builder = await newBuilder({ tls: own });
    expect(builder.address).toMatch(/^tcp:/);
    const ask = (...args: readonly string[]): string =>
      execFileSync(findTool("buildctl"), ["--addr", builder.address, ...args, "debug", "workers"], {
        env: cleanEnv(),
        encoding: "utf8",
        stdio: "pipe",
        timeout: 10_000,
      });
    const ca = ["--tlscacert", own.ca];
    expect(ask(...ca, "--tlscert", own.clientCert, "--tlskey", own.clientKey)).toContain("PLATFORMS");
    expect(() => ask(...ca, "--tlscert", foreign.clientCert, "--tlskey", foreign.clientKey)).toThrow("Command failed");
    expect(() => ask(...ca)).toThrow("Command failed");
  });

  test("the S3 server keeps objects and refuses a wrong secret", async () => {
    const s3 = await startVersitygw({ region: "eu-west-3" });
    onTestFinished(() => s3.stop());
    await s3.createBucket("one");
    await s3.client.send(new PutObjectCommand({ Bucket: "one", Key: "a/b", Body: "body" }));
    expect(await s3.objects("one")).toEqual([{ key: "a/b", bytes: 4 }]);
    expect(await s3.objects("one", "x/")).toEqual([]);
    const stranger = new S3Client({
      endpoint: s3.endpoint,
      region: s3.region,
      forcePathStyle: true,
      credentials: { accessKeyId: s3.accessKey, secretAccessKey: "wrong" },
    });
    await expect(stranger.send(new GetObjectCommand({ Bucket: "one", Key: "a/b" }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
  });

  test("the GCS server keeps objects", async ({ gcs }) => {
    await gcs.createBucket("one");
    const url = `${gcs.endpoint}/upload/storage/v1/b/one/o?uploadType=media&name=a%2Fb`;
    expect((await fetch(url, { method: "POST", body: "body" })).status).toBe(200);
    expect(await gcs.objects("one")).toEqual([{ key: "a/b", bytes: 4 }]);
  });
});
