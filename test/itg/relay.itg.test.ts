import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect } from "vitest";
import { newKeys } from "../../src/relay/relay.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { runAws } from "../support/aws-cli.ts";
import type { Buildkit } from "../support/buildkit.ts";
import { makeCerts } from "../support/certs.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { cleanEnv } from "../support/env.ts";
import { serveKind, type ServedStore, serveStore, storeKinds } from "../support/serve-store.ts";
import { bucket, tlsTest as test } from "../support/servers.ts";
import { findTool } from "../support/toolchain.ts";
import { makeWorkspace } from "../support/workspace.ts";

const run = promisify(execFile);

/** One cached layer that BuildKit uploads in parts, and small ones. */
const dockerfile = `FROM scratch AS base
COPY --from=busybox /bin/busybox /bin/busybox
RUN ["/bin/busybox", "dd", "if=/dev/urandom", "of=/large", "bs=1M", "count=40"]
FROM base
COPY input /input
RUN ["/bin/busybox", "sh", "-c", "echo api > /api"]
`;

describe.each(storeKinds)("the relay over %s", (kind) => {
  let served: ServedStore;

  test.beforeAll(async ({ s3, gcs }) => void (served = await serveKind(kind, { s3, gcs, bucket })));
  test.afterAll(() => served?.close());

  test("the AWS CLI copies, lists, synchronizes and removes", async () => {
    const home = makeTempDir("aws");
    const aws = (...args: readonly string[]) => runAws(args, { ...served, home });
    const large = randomBytes(20 * 2 ** 20);
    writeFileSync(join(home, "large"), large);
    mkdirSync(join(home, "tree/b c"), { recursive: true });
    writeFileSync(join(home, "tree/a+ü"), "a");
    writeFileSync(join(home, "tree/b c/d"), "d");

    await aws("s3", "cp", "large", "s3://shop/cli/large");
    await aws("s3", "cp", "s3://shop/cli/large", "back");
    expect(readFileSync(join(home, "back")).equals(large)).toBe(true);
    await aws("s3", "cp", "s3://shop/cli/large", "s3://shop/cli/copy");
    await aws("s3", "sync", "tree", "s3://shop/cli/tree");
    expect(await aws("s3", "ls", "s3://shop/cli/")).toMatch(/PRE tree\/\n.* 20971520 copy\n.* 20971520 large\n$/s);
    await aws("s3", "sync", "s3://shop/cli/tree", "tree2");
    expect(readFileSync(join(home, "tree2/b c/d"), "utf8")).toBe("d");
    await aws("s3", "rm", "--recursive", "s3://shop/cli/");
    await expect(aws("s3", "ls", "s3://shop/cli/")).rejects.toThrow("ended with 1");
    const stranger = runAws(["s3", "ls", "s3://shop"], { ...served, keys: newKeys(), home });
    await expect(stranger).rejects.toThrow("InvalidAccessKeyId");
  });

  test("BuildKit exports to it and imports from it", async ({ builder, busybox, newBuilder }) => {
    const workspace = makeWorkspace({ Dockerfile: dockerfile, input: "1" });
    const entry = [
      "type=s3,bucket=shop,region=us-east-1,use_path_style=true,name=api",
      `endpoint_url=${served.endpoint},access_key_id=${served.keys.accessKeyId},secret_access_key=${served.keys.secretAccessKey}`,
    ].join(",");
    const build = async ({ address }: Buildkit, ...more: readonly string[]) => {
      const locals = [`context=${workspace.dir}`, `dockerfile=${workspace.dir}`, `busybox=${busybox}`];
      const { stderr } = await run(
        findTool("buildctl"),
        [
          "--addr",
          address,
          "build",
          "--frontend",
          "dockerfile.v0",
          "--progress",
          "rawjson",
          ...locals.flatMap((local) => ["--local", local]),
          "--opt",
          "context:busybox=local:busybox",
          ...more,
        ],
        { env: cleanEnv() },
      );
      return stderr;
    };
    await build(builder, "--export-cache", `${entry},mode=max`);
    const other = await newBuilder();
    const imported = await build(
      other,
      "--import-cache",
      entry,
      "--export-cache",
      `${entry},mode=max`,
      "--output",
      "type=tar,dest=/dev/null",
    );
    // A step that is cached is announced again, without a word of that, where its layers are unpacked.
    const steps = new Map<string, boolean>();
    for (const line of imported.split("\n").filter((text) => text.startsWith("{"))) {
      const { vertexes = [] } = JSON.parse(line) as { vertexes?: { name: string; cached?: boolean; error?: string }[] };
      for (const { name, cached = false, error } of vertexes) {
        expect(error ?? "").toBe("");
        if (/\] (?:RUN|COPY) /.test(name)) steps.set(name, cached || steps.get(name) === true);
      }
    }
    expect([...steps].filter(([, isCached]) => !isCached)).toEqual([]);
    expect(steps.size).toBe(4);
    const counts = served.relay.counts().get("client");
    expect(counts?.bytesToStore).toBeGreaterThan(40e6);
    expect(counts?.bytesFromStore).toBeGreaterThan(40e6);
  });
});

test("the AWS CLI sends checksums after its bodies over TLS", async () => {
  const home = makeTempDir("aws");
  const certs = makeCerts(makeTempDir("certs"));
  const served = await serveStore(createMemoryStore(), { cert: certs.serverCert, key: certs.serverKey });
  try {
    const large = randomBytes(20 * 2 ** 20);
    writeFileSync(join(home, "large"), large);
    writeFileSync(join(home, "small"), "small");
    const aws = (...args: readonly string[]) => runAws(args, { ...served, home, ca: certs.ca });
    for (const name of ["small", "large"]) {
      for (const algorithm of ["CRC32", "SHA256"]) {
        await aws("s3", "cp", "--checksum-algorithm", algorithm, name, "s3://shop/a");
        await aws("s3", "cp", "s3://shop/a", "back");
        expect(readFileSync(join(home, "back")).equals(readFileSync(join(home, name)))).toBe(true);
      }
    }
  } finally {
    await served.close();
  }
});
