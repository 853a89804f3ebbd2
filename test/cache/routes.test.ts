import { expect, test } from "vitest";
import type { BuilderSession } from "../../src/builder/session.ts";
import type { UsedBuckets } from "../../src/cache/access.ts";
import { findRoutes, type RouteRequest } from "../../src/cache/routes.ts";
import type { RunRelay, StartOptions } from "../../src/cache/run-relay.ts";
import { BkcacheError } from "../../src/diagnostics/error.ts";
import type { Reach } from "../../src/relay/reach.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { fakeHost } from "../support/fake-builder.ts";

const loopback: Reach = { way: "loopback", url: "http://127.0.0.1:1" };
const nowhere: Reach = { way: null, reason: "connection refused" };
const hmac = { GCS_HMAC_ACCESS_ID: "GOOG1", GCS_HMAC_SECRET: "hidden" };
const file = { GOOGLE_APPLICATION_CREDENTIALS: "/key.json" };
const s3 = { name: "remote", type: "s3", bucket: "b" };
const gcs = { name: "google", type: "gcs", bucket: "b" };
const tier = { tierPath: "/t", tierMaxSize: "1GB" };
const old = { name: "n0", buildkitVersion: "v0.26.3", endpoint: "e", status: "running", platforms: [], error: null };

interface Given {
  readonly used: UsedBuckets;
  readonly reach?: Reach | Error;
  readonly env?: Readonly<Record<string, string>>;
  readonly more?: Partial<RouteRequest>;
  /** The store cannot be opened. */
  readonly isLocked?: boolean;
  readonly driver?: string;
  readonly buildkit?: string;
}

/** The routes of a run, and what the relay was started with; null where it was not. */
async function route({ used, reach = loopback, env = {}, more, isLocked = false, driver = "remote", buildkit }: Given) {
  let started: StartOptions | null = null;
  const relay: RunRelay = {
    async store() {
      if (isLocked) throw new BkcacheError({ code: "BK5023", message: "no key" });
      return createMemoryStore();
    },
    hasKept: async () => false,
    async start(options) {
      started = options;
      if (reach instanceof Error) throw reach;
      return {
        reach,
        entryOf: (_, entry) => entry,
        keysOf: () => ({ accessKeyId: "", secretAccessKey: "" }),
        counts: () => ({}),
      };
    },
    doubt: async () => {},
    close: async () => {},
  };
  const entries = Object.keys(used).map((backend) => ({
    target: "api",
    backend,
    direction: "to" as const,
    entry: { type: "s3", endpoint_url: "https://minio.test" },
    platforms: 1,
  }));
  const nodes = [{ ...old, buildkitVersion: buildkit ?? "v0.34.2", options: {} }];
  const request: RouteRequest = {
    used,
    access: { credentials: {}, stores: {}, failed: {}, findings: [], env, signal: new AbortController().signal },
    leftOut: {},
    gate: { entries, builder: { name: "b", driver, nodes, canExportCache: true }, buildx: null, features: [], env },
    session: Promise.resolve({} as BuilderSession),
    obstacles: Promise.resolve(new Map<string, string>()),
    relay,
    targets: ["api"],
    mayWrite: true,
    hasOneKey: false,
    ...more,
  };
  const { routes, failed, findings, credentials } = await findRoutes(
    { ...fakeHost().host, env: { HOME: "/nowhere", ...env } },
    request,
  );
  return {
    ways: Object.fromEntries(Object.entries(routes).map(([name, { way }]) => [name, way])),
    failed: Object.fromEntries(Object.entries(failed).map(([name, { code }]) => [name, code])),
    says: Object.values(failed).map(({ message, hint }) => `${message}; ${hint}`),
    findings: findings.map(({ code }) => code),
    started: started as StartOptions | null,
    credentials,
  };
}

test("what is reached directly starts no relay", async () => {
  expect(await route({ used: { remote: s3 } })).toMatchObject({ ways: { remote: "direct" }, started: null });
  const google = await route({ used: { google: gcs }, env: hmac });
  expect(google).toMatchObject({
    ways: { google: "direct" },
    started: null,
    credentials: { google: { accessKeyId: "GOOG1" } },
  });
});

test("one relay for all that need it, by the address that the builder reaches", async () => {
  const used = { remote: s3, google: gcs, near: { ...s3, name: "near", ...tier } };
  const both = await route({ used, env: file });
  expect(both).toMatchObject({
    ways: { remote: "direct", google: "loopback", near: "loopback" },
    failed: {},
    findings: [],
  });
  expect(both.started?.backends.map(({ name }) => name)).toEqual(["google", "near"]);
  const bridge = await route({ used, env: file, reach: { way: "bridge", url: "http://172.17.0.1:1" } });
  expect(bridge.ways).toMatchObject({ google: "bridge" });
});

test.for([
  ["a builder that does not reach it", nowhere],
  ["no port that is free", new Error("EADDRINUSE")],
] as const)("%s: directly where that is possible, else not at all", async ([, reach]) => {
  const used = {
    google: gcs,
    near: { ...s3, name: "near", ...tier },
    always: { ...s3, name: "always", relay: "always" },
  };
  expect(await route({ used, reach, env: file })).toMatchObject({
    ways: { near: "direct" },
    failed: { google: "BK4017", always: "BK4017" },
    findings: ["BK4017"],
  });
  const withKeys = await route({ used: { google: gcs }, reach, env: { ...file, ...hmac } });
  expect(withKeys).toMatchObject({
    ways: { google: "direct" },
    failed: {},
    credentials: { google: { accessKeyId: "GOOG1" } },
  });
});

test("a store that cannot be opened is its own failure, and starts nothing", async () => {
  const { failed, started } = await route({ used: { google: gcs }, isLocked: true, env: file });
  expect([failed, started]).toEqual([{ google: "BK5023" }, null]);
});

test("a BuildKit that cannot write to the store itself has the relay do it, unless the config says never", async () => {
  const used = { remote: s3, off: { ...s3, name: "off", relay: "off" } };
  expect((await route({ used, buildkit: "v0.26.3" })).ways).toEqual({ remote: "loopback", off: "direct" });
  expect((await route({ used, buildkit: "v0.34.2" })).ways).toEqual({ remote: "direct", off: "direct" });
});

test("a store that the builder does not get to: the relay, and without it nothing, unless the config says never", async () => {
  const used = { remote: s3, off: { ...s3, name: "off", relay: "off" } };
  const why = "the builder does not reach the store";
  const more = {
    obstacles: Promise.resolve(
      new Map([
        ["remote", why],
        ["off", why],
      ]),
    ),
  };
  expect((await route({ used, more })).ways).toEqual({ remote: "loopback", off: "direct" });
  // Directly it would try for seconds, and fail.
  expect(await route({ used, more, reach: nowhere })).toMatchObject({
    ways: { off: "direct" },
    failed: { remote: "BK4017" },
    says: [
      expect.stringMatching(/b reaches neither the store nor bkcache's relay .*; give the builder the proxy/) as string,
    ],
  });
});

test("the docker driver and what is left out already need no relay", async () => {
  expect(await route({ used: { google: gcs }, driver: "docker", env: file })).toMatchObject({
    started: null,
    failed: {},
  });
  const leftOut = { google: { code: "BK5004" as const, message: "no bucket" } };
  expect(await route({ used: { google: gcs }, more: { leftOut }, env: file })).toMatchObject({
    started: null,
    ways: {},
  });
});

test("a build has one pair of keys: the relay serves all, once it serves any", async () => {
  const used = { remote: s3, google: gcs, off: { ...s3, name: "off", relay: "off" } };
  const { ways, failed, started } = await route({ used, env: file, more: { hasOneKey: true } });
  expect(ways).toMatchObject({ remote: "loopback", google: "loopback" });
  expect([failed, started?.hasOneKey]).toEqual([{ off: "BK5002" }, true]);
  expect((await route({ used: { remote: s3 }, more: { hasOneKey: true } })).started).toBeNull();
});
