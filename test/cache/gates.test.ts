import { describe, expect, test } from "vitest";
import type { Entry } from "../../src/bake/model.ts";
import { featuresOf } from "../../src/cache/features.ts";
import { checkGates, type EntryInUse, type GateInput } from "../../src/cache/gates.ts";
import type { BuilderNode } from "../../src/builder/inspect.ts";
import { parseVersion } from "../../src/builder/versions.ts";

const s3 = { type: "s3", bucket: "b", region: "r", name: "n" };
const minio = { ...s3, endpoint_url: "http://minio:9000", use_path_style: "true" };
const gcs = { ...s3, endpoint_url: "https://storage.googleapis.com", disable_accept_encoding: "true" };

function use(entry: Entry, direction: "from" | "to" = "to", more: Partial<EntryInUse> = {}): EntryInUse {
  return { target: "api", backend: "remote", direction, entry, platforms: 0, ...more };
}
function node(version: string | null, name = "n0"): BuilderNode {
  return { name, endpoint: "e", status: "running", buildkitVersion: version, platforms: [], error: null, options: {} };
}
function check(entries: readonly EntryInUse[], input: Partial<GateInput> = {}, version: string | null = "v0.34.2") {
  const result = checkGates({
    entries,
    builder: { name: "b", driver: "remote", nodes: [node(version)], canExportCache: true },
    buildx: parseVersion("v0.38.2"),
    features: featuresOf({ targets: {} }),
    env: {},
    ...input,
  });
  return {
    drop: result.drop.map(({ backend, diagnostic }) => `${backend} ${diagnostic.code}`),
    stop: result.stop.map(({ code }) => code),
    warn: result.warn.map(({ code }) => code),
  };
}
const docker = (canExportCache: boolean | null): Partial<GateInput> => ({
  builder: { name: "default", driver: "docker", nodes: [node("v0.23.2")], canExportCache },
});
const fine = { drop: [], stop: [], warn: [] };

describe("driver", () => {
  test("s3 and azblob are dropped on the docker driver, once for each backend", () => {
    const entries = [
      use(s3),
      use(s3, "from"),
      use(s3, "to", { target: "web" }),
      use({ type: "azblob" }, "to", { backend: "az" }),
    ];
    expect(check(entries, docker(true))).toEqual({ ...fine, drop: ["remote BK4010", "az BK4010"] });
  });

  test("an entry of the user's own is only warned of", () => {
    expect(check([use(s3, "to", { backend: null })], docker(true))).toEqual({ ...fine, warn: ["BK4010"] });
  });

  test.each([
    ["local to", use({ type: "local", dest: "d" }), ["BK4011"]],
    ["registry to", use({ type: "registry", ref: "r" }), ["BK4011"]],
    ["inline to", use({ type: "inline" }), []],
    ["local from", use({ type: "local", src: "d" }, "from"), []],
    ["registry from", use({ type: "registry", ref: "r" }, "from"), []],
  ])("docker driver without the containerd store: %s", (_, entry, stop) => {
    expect(check([entry], docker(false))).toEqual({ ...fine, stop });
    expect(check([entry], docker(true))).toEqual(fine);
    expect(check([entry], docker(null))).toEqual(fine);
  });

  test("other drivers take all", () => {
    expect(check([use(s3), use({ type: "azblob" }), use({ type: "local", dest: "d" })])).toEqual(fine);
  });
});

describe("an endpoint on a loopback address", () => {
  const local = { ...s3, endpoint_url: "http://127.0.0.1:9000" };
  const container = (options: Readonly<Record<string, string>>): Partial<GateInput> => ({
    builder: {
      name: "ci",
      driver: "docker-container",
      nodes: [{ ...node("v0.34.2"), options }],
      canExportCache: true,
    },
  });

  test.each([
    ["127.0.0.1", use(local), ["BK4016"]],
    ["localhost, for reading", use({ ...s3, endpoint_url: "http://localhost:9000" }, "from"), ["BK4016"]],
    ["IPv6", use({ ...s3, endpoint_url: "http://[::1]:9000" }), ["BK4016"]],
    ["another machine", use(minio), []],
    ["AWS", use(s3), []],
  ])("%s", (_, entry, warn) => {
    expect(check([entry], container({}))).toEqual({ ...fine, warn });
    expect(check([entry], container({ network: "host" }))).toEqual(fine);
    expect(check([entry])).toEqual(fine);
  });

  test("can be accepted", () => {
    expect(check([use(local)], { ...container({}), rules: { BK4016: "off" } })).toEqual(fine);
  });
});

describe("gha", () => {
  const gha = { type: "gha", scope: "s" };
  test.each([
    ["nothing set", gha, {}, ["remote BK5001"]],
    ["no address", gha, { ACTIONS_RUNTIME_TOKEN: "t" }, ["remote BK5001"]],
    ["no token", gha, { ACTIONS_RESULTS_URL: "u" }, ["remote BK5001"]],
    ["both", gha, { ACTIONS_RUNTIME_TOKEN: "t", ACTIONS_RESULTS_URL: "u" }, []],
    ["the older address", gha, { ACTIONS_RUNTIME_TOKEN: "t", ACTIONS_CACHE_URL: "u" }, []],
    ["an address of its own", { ...gha, url_v2: "u" }, { ACTIONS_RUNTIME_TOKEN: "t" }, []],
  ])("%s", (_, entry, env, drop) => {
    expect(check([use(entry)], { env })).toEqual({ ...fine, drop });
  });
});

describe("BuildKit", () => {
  test.each([
    ["v0.34.2", []],
    ["v0.30.0", []],
    ["v0.29.0", ["BK4012"]],
    ["0.29.3-4-gabc", ["BK4012"]],
    ["v0.12.5", ["BK4012"]],
    ["0.0.0+unknown", []],
    ["my-build", []],
    [null, []],
  ])("GCS with %s", (version, stop) => {
    expect(check([use(gcs), use(gcs, "from")], {}, version)).toEqual({ ...fine, stop });
    expect(check([use(gcs, "from")], {}, version)).toEqual({ ...fine, stop });
  });

  test.each<[string | null, Entry, readonly string[]]>([
    ["v0.29.0", { ...s3, retry_mode: "adaptive" }, ["BK4012"]],
    ["v0.29.0", { ...s3, retry_mode: "adaptive", retry_max_attempts: "5" }, ["BK4012", "BK4012"]],
    ["v0.30.0", { ...s3, retry_mode: "adaptive", retry_max_attempts: "5" }, []],
    ["v0.30.0", { type: "local", dest: "d", reset: "true" }, ["BK4012"]],
    ["v0.30.0", { type: "local", dest: "d", reset: "false" }, []],
    ["v0.31.0", { type: "local", dest: "d", reset: "true" }, []],
    [null, { ...s3, retry_mode: "adaptive" }, []],
  ])("an attribute that %s ignores is only warned of: %j", (version, entry, warn) => {
    expect(check([use(entry)], {}, version)).toEqual({ ...fine, warn });
    expect(check([use(entry)], { rules: { BK4012: "off" } }, version)).toEqual(fine);
  });

  test.each([
    ["v0.26.1", minio, ["BK4013"]],
    ["v0.31.0", minio, ["BK4013"]],
    ["v0.31.2", gcs, ["BK4013"]],
    ["v0.27.0", minio, []],
    ["v0.32.0", minio, []],
    ["v0.31.0", s3, []],
    ["v0.31.0", { ...s3, endpoint_url: "https://s3.eu-west-1.amazonaws.com" }, []],
    ["v0.31.0", { ...s3, endpoint_url: "https://s3.cn-north-1.amazonaws.com.cn" }, []],
    ["v0.31.0", { ...s3, endpoint_url: "https://amazonaws.com.example.org" }, ["BK4013"]],
    ["v0.31.0", { ...s3, endpoint_url: [{ variable: "ENDPOINT" }] }, ["BK4013"]],
    ["v0.31.0", { type: "registry", ref: "r" }, []],
  ] as const)("writing with %s to %j", (version, entry, stop) => {
    expect(check([use(entry)], {}, version)).toEqual({ ...fine, stop });
  });

  test("reading from there is only warned of", () => {
    expect(check([use(minio, "from")], {}, "v0.31.0")).toEqual({ ...fine, warn: ["BK4013"] });
  });

  test("rules change the level", () => {
    expect(check([use(minio)], { rules: { BK4013: "warn" } }, "v0.31.0")).toEqual({ ...fine, warn: ["BK4013"] });
    expect(check([use(minio)], { rules: { BK4013: "off" } }, "v0.31.0")).toEqual(fine);
    expect(check([use({ type: "local", dest: "d" })], { ...docker(false), rules: { BK4011: "off" } }).stop).toEqual([
      "BK4011",
    ]);
  });
});

describe("several nodes", () => {
  const builder = {
    name: "b",
    driver: "remote",
    nodes: [node("v0.34.2", "a"), node("v0.34.2", "c")],
    canExportCache: true,
  };
  test.each([
    ["several platforms", use(s3, "to", { platforms: 2 }), ["BK4015"]],
    ["an unknown number", use(s3, "to", { platforms: null }), ["BK4015"]],
    ["one platform", use(s3, "to", { platforms: 1 }), []],
    ["none declared", use(s3, "to", { platforms: 0 }), []],
    ["reading", use(s3, "from", { platforms: 2 }), []],
    ["the user's own", use(s3, "to", { platforms: 2, backend: null }), []],
    ["inline", use({ type: "inline" }, "to", { platforms: 2 }), []],
  ])("%s", (_, entry, stop) => {
    expect(check([entry], { builder })).toEqual({ ...fine, stop });
    expect(check([entry])).toEqual(fine);
  });
});

describe("buildx", () => {
  const features = featuresOf({
    targets: { a: { "extra-hosts": {} }, b: { policy: [], resources: {}, tags: [], constructor: 1 } },
    variables: { V: { type: "string" }, W: {} },
    flags: ["--var", "--push"],
  });

  test("features in use", () => {
    expect(Object.fromEntries(features.map(({ name, since }) => [name, since]))).toEqual({
      "cache entries in object form": "0.20",
      "the attribute extra-hosts": "0.25",
      "the attribute policy": "0.31",
      "the attribute resources": "0.35",
      "the type of a variable": "0.24",
      "the flag --var": "0.31",
    });
  });

  test.each([
    ["v0.38.2", 0],
    ["v0.34.0", 1],
    ["v0.30.1", 3],
    ["v0.19.0", 6],
    ["custom", 0],
  ])("%s lacks %d", (version, count) => {
    expect(check([], { features, buildx: parseVersion(version) }).stop).toEqual(
      Array.from({ length: count }, () => "BK4014"),
    );
  });
});
