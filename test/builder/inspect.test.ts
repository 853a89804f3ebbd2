import { expect, test } from "vitest";
import type { Buildx } from "../../src/builder/buildx.ts";
import { inspectBuilder, lastError, parseInspect } from "../../src/builder/inspect.ts";
import type { ExecResult } from "../../src/host/host.ts";

/** As buildx 0.38.2 printed it for two remote nodes, one of which was not there; shortened. */
const twoNodes = `Name:          multi
Driver:        remote
Last Activity: 2026-11-24 00:12:07 +0000 UTC

Nodes:
Name:             n1
Endpoint:         unix:///run/buildkit/buildkitd.sock
Driver Options:   cacert="/etc/a,b \\"c\\".pem" servername="x"
Status:           running
BuildKit version: v0.34.2
Platforms:        linux/amd64*, linux/amd64/v2, linux/386
Features:
 Automatically load images to the Docker Engine image store: false
 Cache export:                                               true
 Direct push:                                                true
Labels:
 org.mobyproject.buildkit.worker.executor:         oci
 Name:                                             no field
GC Policy rule#0:
 All:            false
 Filters:        type==source.local type==exec.cachemount type==source.git.checkout
 Keep Duration:  48h0m0s
File#buildkitd.toml:
 > [worker.oci]
 > Name: x

Name:      n2
Endpoint:  tcp://127.0.0.1:1
Status:    inactive
Platforms: linux/arm64*
`;

test("two nodes", () => {
  expect(parseInspect(twoNodes)).toEqual({
    name: "multi",
    driver: "remote",
    error: null,
    canExportCache: true,
    nodes: [
      {
        name: "n1",
        endpoint: "unix:///run/buildkit/buildkitd.sock",
        status: "running",
        buildkitVersion: "v0.34.2",
        platforms: ["linux/amd64", "linux/amd64/v2", "linux/386"],
        pinned: ["linux/amd64"],
        error: null,
        options: { cacert: '/etc/a,b "c".pem', servername: "x" },
      },
      {
        name: "n2",
        endpoint: "tcp://127.0.0.1:1",
        status: "inactive",
        buildkitVersion: null,
        platforms: ["linux/arm64"],
        pinned: ["linux/arm64"],
        error: null,
        options: {},
      },
    ],
  });
});

test("no docker daemon, as buildx 0.38.2 printed it", () => {
  const text = `Name:   default
Driver: 
Error:  failed to connect to the docker API at unix:///var/run/docker.sock; check if the path is correct
and if the daemon is running
`;
  expect(parseInspect(text)).toMatchObject({
    name: "default",
    driver: "",
    error:
      "failed to connect to the docker API at unix:///var/run/docker.sock; check if the path is correct and if the daemon is running",
    nodes: [],
    canExportCache: null,
  });
});

test("a node's error, an older label of the version, and a docker driver without cache export", () => {
  const text = `Name:   default
Driver: docker

Nodes:
Name:      default
Endpoint:  default
Status:    running
Buildkit:  v0.11.7+d3e6c1360f6e
Platforms: linux/amd64
Features:
 Cache export: false

Name:     other
Endpoint: ssh://host
Error:    context deadline exceeded
`;
  const builder = parseInspect(text);
  expect(builder.canExportCache).toBe(false);
  expect(builder.nodes[0]?.buildkitVersion).toBe("v0.11.7+d3e6c1360f6e");
  expect(builder.nodes[1]).toMatchObject({ name: "other", status: null, error: "context deadline exceeded" });
});

function buildxThat(result: Partial<ExecResult>, calls: unknown[] = []): Buildx {
  const exec: Buildx["exec"] = async (args, options) => {
    calls.push([args, options]);
    return { exitCode: 0, stdout: "", stderr: "", ...result };
  };
  return { command: "buildx", prefix: [], version: null, exec };
}

/** With -D a stack follows the error. */
const unknown = `ERROR: no builder "x" found
1 v0.38.2 buildx inspect -D x
github.com/docker/buildx/store/storeutil.GetNodeGroup
	storeutil.go:109
`;

test("what inspectBuilder asks for", async () => {
  const calls: unknown[] = [];
  await inspectBuilder(buildxThat({ stdout: twoNodes }, calls), { name: "multi" });
  await inspectBuilder(buildxThat({ stdout: twoNodes }, calls));
  await inspectBuilder(buildxThat({ stdout: twoNodes }, calls), { name: "multi", bootstrap: true, timeoutMs: 1 });
  expect(calls).toEqual([
    [["inspect", "-D", "multi"], { timeoutMs: 10_000 }],
    [["inspect", "-D"], { timeoutMs: 10_000 }],
    [["inspect", "-D", "--bootstrap", "multi"], { timeoutMs: 1 }],
  ]);
});

test("null for a builder that does not exist, an error otherwise", async () => {
  await expect(inspectBuilder(buildxThat({ exitCode: 1, stderr: unknown }), { name: "x" })).resolves.toBeNull();
  await expect(
    inspectBuilder(buildxThat({ exitCode: 1, stderr: "ERROR: broken\n" }), { name: "x" }),
  ).rejects.toMatchObject({
    code: "BK4003",
    message: 'builder "x" does not answer: broken',
  });
  await expect(inspectBuilder(buildxThat({ exitCode: 124 }))).rejects.toMatchObject({
    message: "buildx's current builder does not answer: nothing within 10 s",
  });
});

test("lastError", () => {
  expect(lastError(unknown)).toBe('no builder "x" found');
  expect(lastError("one\ntwo\n\n")).toBe("two");
  expect(lastError("")).toBe("buildx gave no reason");
});

test("pods of one node in Kubernetes, which buildx lists as nodes of one name", () => {
  const pod = (name: string, platforms: string) => `Name:             ${name}
Endpoint:         kubernetes:///ci?deployment=&kubeconfig=
Driver Options:   namespace="ci" replicas="2"
Status:           running
BuildKit version: v0.34.2
Platforms:        ${platforms}
`;
  const pods = [pod("ci0", "linux/amd64, linux/386"), pod("ci0", "linux/amd64, linux/386"), pod("ci1", "linux/arm64*")];
  const { nodes } = parseInspect(`Name:   ci\nDriver: kubernetes\nNodes:\n${pods.join("\n")}`);
  expect(nodes.map(({ name, pods: count, platforms, pinned }) => [name, count, platforms, pinned])).toEqual([
    ["ci0", 2, ["linux/amd64", "linux/386"], undefined],
    ["ci1", undefined, ["linux/arm64"], ["linux/arm64"]],
  ]);
});
