import { describe, expect, test } from "vitest";
import { chooseBuilder, createArgs, nameOf, type BuilderSpec } from "../../src/builder/request.ts";
import { isLoopback, parseEndpoint } from "../../src/builder/endpoint.ts";
import type { BuilderDefinition } from "../../src/config/schema.gen.ts";

const dir = "/conf";
const all = { BUILDX_BUILDER: "env", BUILDKIT_HOST: "unix:///run/b.sock" };

test.each([
  [
    "the flag beats all",
    all,
    { flag: "flag", definition: "conf" },
    { kind: "existing", name: "flag", source: "--builder" },
  ],
  ["then BUILDX_BUILDER", all, { definition: "conf" }, { kind: "existing", name: "env", source: "BUILDX_BUILDER" }],
  ["then the config", { ...all, BUILDX_BUILDER: "" }, { definition: "conf" }, { kind: "existing", name: "conf" }],
  [
    "a definition too",
    { BUILDKIT_HOST: all.BUILDKIT_HOST },
    { definition: { driver: "kubernetes" } },
    { kind: "own", spec: { driver: "kubernetes" } },
  ],
  [
    "then BUILDKIT_HOST",
    { BUILDKIT_HOST: all.BUILDKIT_HOST },
    {},
    { kind: "own", source: "BUILDKIT_HOST", spec: { driver: "remote", endpoint: "unix:///run/b.sock" } },
  ],
  ["then buildx's own", { BUILDKIT_HOST: "" }, { flag: "" }, { kind: "current" }],
] as const)("%s", (_, env, request, expected) => {
  expect(chooseBuilder(env, { ...request, dir })).toMatchObject(expected);
});

function specOf(definition: BuilderDefinition): BuilderSpec {
  const choice = chooseBuilder({}, { definition, dir });
  if (choice.kind !== "own") throw new Error(choice.kind);
  return choice.spec;
}

describe("a definition", () => {
  test("remote is the driver of an endpoint, docker-container that of nothing", () => {
    expect(specOf({ endpoint: "tcp://h:1" }).driver).toBe("remote");
    expect(specOf({}).driver).toBe("docker-container");
    expect(specOf({ options: { network: "host" } }).driver).toBe("docker-container");
  });

  test("TLS files count from the config's folder and become options", () => {
    const tls = { ca: "ca.pem", cert: "../cert.pem", key: "/abs/key.pem", serverName: "b" };
    expect(specOf({ endpoint: "tcp://h:1", tls }).options).toEqual({
      cacert: "/conf/ca.pem",
      cert: "/cert.pem",
      key: "/abs/key.pem",
      servername: "b",
    });
    expect(specOf({ endpoint: "tcp://h:1", options: { cacert: "ca.pem" } }).options).toEqual({
      cacert: "/conf/ca.pem",
    });
  });

  test("the docker driver is the builder of a docker context", () => {
    expect(chooseBuilder({}, { definition: { driver: "docker" }, dir })).toMatchObject({
      kind: "existing",
      name: "default",
    });
    expect(chooseBuilder({}, { definition: { driver: "docker", endpoint: "far" }, dir })).toMatchObject({
      name: "far",
    });
  });

  test.each<readonly [string, BuilderDefinition, readonly string[]]>([
    [
      "name and more",
      { name: "ci", driver: "remote", endpoint: "tcp://h:1" },
      ["builder.name is an existing builder, which driver, endpoint cannot change"],
    ],
    ["no endpoint", { driver: "remote" }, ["the remote driver needs an endpoint"]],
    [
      "flags for a remote one",
      { endpoint: "tcp://h:1", buildkitdFlags: "--debug", buildkitdConfig: "b.toml" },
      [
        "the remote driver has no buildkitdFlags: its BuildKit already runs",
        "the remote driver has no buildkitdConfig: its BuildKit already runs",
      ],
    ],
    [
      "TLS elsewhere",
      { driver: "docker-container", tls: { ca: "x" } },
      ["tls is for the remote driver, not for docker-container"],
    ],
    ["kubernetes at an endpoint", { driver: "kubernetes", endpoint: "x" }, ["the kubernetes driver has no endpoint"]],
    ["docker with more", { driver: "docker", platforms: ["linux/amd64"] }, ["the docker driver has no platforms"]],
    [
      "unknown scheme",
      { endpoint: "podman-container://b", driver: "remote" },
      ["builder.endpoint: buildx cannot connect to podman-container://"],
    ],
    [
      "a secret",
      { options: { "env.AWS_SECRET_ACCESS_KEY": "s", "env.AWS_REGION": "r" } },
      ["the option env.AWS_SECRET_ACCESS_KEY would show a secret in the list of processes and in buildx's files"],
    ],
  ])("fault: %s", (_, definition, messages) => {
    const findings = messages.map((message) => expect.objectContaining({ code: "BK4007", message }));
    expect(() => chooseBuilder({}, { definition, dir })).toThrow(expect.objectContaining({ findings }));
  });

  test("a BUILDKIT_HOST that is no address", () => {
    expect(() => chooseBuilder({ BUILDKIT_HOST: "localhost:1234" }, { dir })).toThrow(
      'BUILDKIT_HOST: "localhost:1234" has no scheme',
    );
  });
});

describe("name and arguments", () => {
  const base: BuilderSpec = {
    driver: "docker-container",
    endpoint: null,
    options: { network: "host", "env.X": 'a,b "c"' },
    platforms: ["linux/amd64", "linux/arm64"],
    buildkitdFlags: "--debug",
    buildkitdConfig: "/conf/b.toml",
  };

  test("the name follows from what the builder is", () => {
    const name = nameOf(base, ["toml"]);
    expect(name).toMatch(/^bkcache-[0-9a-f]{12}$/);
    expect(nameOf({ ...base, options: { "env.X": 'a,b "c"', network: "host" } }, ["toml"])).toBe(name);
    const others = [
      nameOf(base, ["other toml"]),
      nameOf({ ...base, driver: "kubernetes" }, ["toml"]),
      nameOf({ ...base, endpoint: "x" }, ["toml"]),
      nameOf({ ...base, options: {} }, ["toml"]),
      nameOf({ ...base, platforms: [] }, ["toml"]),
      nameOf({ ...base, buildkitdFlags: null }, ["toml"]),
      nameOf({ ...base, buildkitdConfig: null }, ["toml"]),
    ];
    expect(new Set([name, ...others]).size).toBe(8);
  });

  test("never current, never started here", () => {
    const args = createArgs("bkcache-1", { ...base, endpoint: "ctx" });
    expect(args.join(" ")).toBe(
      'create --name bkcache-1 --driver docker-container --driver-opt network=host --driver-opt "env.X=a,b ""c""" ' +
        "--platform linux/amd64 --platform linux/arm64 --buildkitd-flags --debug --buildkitd-config /conf/b.toml ctx",
    );
    expect(args).toHaveLength(18);
  });
});

test.each([
  ["unix:///run/b.sock", { scheme: "unix", path: "/run/b.sock", host: "", port: null }],
  ["tcp://h:1234", { scheme: "tcp", host: "h", port: 1234 }],
  ["tcp://[::1]:1234", { scheme: "tcp", host: "::1", port: 1234 }],
  ["ssh://me@h:22", { scheme: "ssh", host: "h", port: 22 }],
  ["docker-container://buildkitd", { scheme: "docker-container", host: "buildkitd" }],
  ["kube-pod://pod?namespace=n", { scheme: "kube-pod", host: "pod" }],
  ["npipe:////./pipe/buildkitd", { scheme: "npipe", path: "//./pipe/buildkitd" }],
])("parseEndpoint %s", (address, expected) => {
  expect(parseEndpoint(address)).toMatchObject(expected);
});

test.each([
  ["tcp://h", '"tcp://h" has no port'],
  ["tcp://", '"tcp://" names nothing after tcp://'],
  ["http://h:1", "buildx cannot connect to http://"],
  ["/run/b.sock", '"/run/b.sock" has no scheme'],
  ["tcp://h:port", '"tcp://h:port" is not an address'],
])("no endpoint: %s", (address, reason) => {
  expect(parseEndpoint(address)).toBe(reason);
});

test("isLoopback", () => {
  expect(["localhost", "127.0.0.1", "127.8.0.1", "::1"].every(isLoopback)).toBe(true);
  expect(["0.0.0.0", "10.0.0.1", "127.example.com", "h", "::"].some(isLoopback)).toBe(false);
});
