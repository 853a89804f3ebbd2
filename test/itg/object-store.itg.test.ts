import { randomUUID } from "node:crypto";
import { utimesSync } from "node:fs";
import { join } from "node:path";
import { ListMultipartUploadsCommand } from "@aws-sdk/client-s3";
import { describe, expect } from "vitest";
import { openStore } from "../../src/store/open.ts";
import type { StoreBackend } from "../../src/store/place.ts";
import { bytes, describeObjectStore, sha256 } from "../contract/object-store.ts";
import { cleanEnv } from "../support/env.ts";
import type { S3Server } from "../support/s3-server.ts";
import { tlsTest as test } from "../support/servers.ts";

describe("object stores in real servers", () => {
  const { signal } = new AbortController();
  let s3: S3Server;
  // The contract's suite takes no fixtures.
  test.beforeAll(({ s3: server }) => void (s3 = server));

  const s3Backend = (more: Partial<StoreBackend> = {}): StoreBackend => ({
    name: "remote",
    type: "s3",
    bucket: "cache",
    prefix: "shop/mounts/",
    ...more,
  });
  const context = (env: Readonly<Record<string, string | undefined>> = s3.env) => ({
    env: cleanEnv(env),
    signal,
  });

  describeObjectStore("S3", async () => {
    return {
      open: (more = {}) => openStore(s3Backend(), { ...context(), ...more }),
      age: async (key) => utimesSync(join(s3.dir, "cache/shop/mounts", key), 1_700_000_000, 1_700_000_000),
      unfinished: async () => {
        const { Uploads = [] } = await s3.client.send(new ListMultipartUploadsCommand({ Bucket: "cache" }));
        return Uploads.map(({ Key }) => String(Key));
      },
    };
  });

  test("S3: objects lie under the prefix, and nothing else is touched", async () => {
    const store = await openStore(s3Backend({ prefix: "one" }), context());
    expect(store.place).toBe("s3://cache/one/");
    const neighbour = await openStore(s3Backend({ prefix: "one-more/" }), context());
    await store.put("p/k", Buffer.from("1"));
    await neighbour.put("p/k", Buffer.from("22"));
    expect(await s3.objects("cache", "one")).toEqual([
      { key: "one-more/p/k", bytes: 2 },
      { key: "one/p/k", bytes: 1 },
    ]);
    const keys: string[] = [];
    for await (const { key } of store.list("")) keys.push(key);
    expect(keys).toEqual(["p/k"]);
    await store.delete(["p/k"]);
    expect(await s3.objects("cache", "one")).toEqual([{ key: "one-more/p/k", bytes: 2 }]);
    store.close();
    neighbour.close();
  });

  describe("S3: failures name the backend", () => {
    const fail = async (more: Partial<StoreBackend>, env: Readonly<Record<string, string>> = {}) => {
      const store = await openStore(s3Backend(more), context({ ...s3.env, ...env }));
      try {
        const calls = [
          store.get("x"),
          store.put("x", bytes(10), { onlyIfAbsent: true }),
          store.stat("x"),
          store.delete(["x", "y"]),
          store.list("")[Symbol.asyncIterator]().next(),
        ];
        const found = await Promise.allSettled(calls);
        return found.map((each) => (each.status === "rejected" ? (each.reason as { code: string }).code : "none"));
      } finally {
        store.close();
      }
    };

    test("a missing bucket", async () => {
      expect(new Set(await fail({ bucket: "nowhere" }))).toEqual(new Set(["BK5004"]));
    });

    test("a wrong secret", async () => {
      expect(new Set(await fail({}, { AWS_SECRET_ACCESS_KEY: randomUUID() }))).toEqual(new Set(["BK5006"]));
    });

    test("a wrong region", async () => {
      expect(new Set(await fail({ region: "us-west-2" }))).toEqual(new Set(["BK5008"]));
    });

    test("no credentials, no region, plain http without consent", async () => {
      const open = (more: Partial<StoreBackend>, env: Readonly<Record<string, string | undefined>>) =>
        openStore(s3Backend(more), context({ ...s3.env, ...env }));
      const none = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, HOME: "/nowhere" };
      await expect(open({}, none)).rejects.toMatchObject({ code: "BK5001" });
      await expect(open({}, { AWS_REGION: undefined, HOME: "/nowhere" })).rejects.toMatchObject({ code: "BK2046" });
      await expect(open({ endpointUrl: "http://127.0.0.1:9" }, {})).rejects.toMatchObject({ code: "BK2043" });
      await expect(open({ bucket: undefined }, {})).rejects.toMatchObject({ code: "BK2044" });
      await expect(open({ type: "registry" }, {})).rejects.toMatchObject({ code: "BK2050" });
    });
  });

  test("a gcs backend with an HMAC key alone takes the S3 protocol", async () => {
    const env = {
      ...cleanEnv({ HOME: "/nowhere", AWS_CA_BUNDLE: s3.env["AWS_CA_BUNDLE"] }),
      GCS_HMAC_ACCESS_ID: s3.accessKey,
      GCS_HMAC_SECRET: s3.secretKey,
    };
    const backend = s3Backend({ type: "gcs", prefix: "hmac/", endpointUrl: s3.endpoint, region: s3.region });
    const store = await openStore(backend, { ...context(), env });
    expect(store.place).toBe("gcs://cache/hmac/");
    const body = bytes(1_000);
    expect(await store.put("k", body, { onlyIfAbsent: true, sha256: sha256(body) })).toBe("stored");
    expect(await store.put("k", body, { onlyIfAbsent: true, sha256: sha256(body) })).toBe("exists");
    expect(await store.get("k")).toEqual(body);
    store.close();
  });
});
