import { expect, test } from "vitest";
import type { Gateway } from "../../src/builder/gateway/gateway.ts";
import type { BuilderSession } from "../../src/builder/session.ts";
import { BkcacheError } from "../../src/diagnostics/error.ts";
import { findReach, type Reachable } from "../../src/relay/reach.ts";
import { fakeHost } from "../support/fake-builder.ts";

/** What one node does with an address: it comes there, or says why not. */
type Node = { readonly platforms: readonly string[]; readonly visit: (host: string) => string | null | Error };

function stand(nodes: readonly Node[], driver = "kubernetes") {
  const expected = new Map<string, () => void>();
  const visited: string[] = [];
  const relay: Reachable = {
    address: { host: "127.0.0.1", port: 4711 },
    listen: () => Promise.reject(new Error("EADDRNOTAVAIL")),
    expectProbe() {
      const path = `/${crypto.randomUUID()}`;
      const asked = new Promise<void>((resolve) => expected.set(path, resolve));
      return { path, asked, close: () => void expected.delete(path) };
    },
  };
  const gatewayOf = ({ visit }: Node): Pick<Gateway, "visit"> => ({
    async visit(url) {
      const answer = visit(new URL(url).hostname);
      if (answer instanceof Error) throw answer;
      if (answer === null) expected.get(new URL(url).pathname)?.();
      return answer ?? "404 Not Found";
    },
  });
  const session = {
    host: fakeHost().host,
    builder: {
      name: "b",
      driver,
      nodes: nodes.map((node) => ({ ...node, endpoint: "kubernetes:///b" })),
    },
    async gateway({ platform }: { readonly platform: string }) {
      visited.push(platform);
      const node = nodes.length === 1 ? nodes[0] : nodes.find(({ platforms }) => platforms.includes(platform));
      return gatewayOf(node as Node);
    },
  } as unknown as BuilderSession;
  return { session, relay, visited, open: expected };
}

const comes: Node["visit"] = () => null;

test("one node, whatever its platforms", async () => {
  const { session, relay, visited, open } = stand([{ platforms: ["linux/amd64", "linux/386"], visit: comes }]);
  expect(await findReach(session, relay)).toEqual({ way: "loopback", url: "http://127.0.0.1:4711" });
  expect(visited).toEqual([""]);
  // No path stays open.
  expect(open.size).toBe(0);
});

test("every node is asked, by a platform of its own; one that does not come is enough", async () => {
  const two = (visit: Node["visit"]) => [
    { platforms: ["linux/amd64", "linux/386"], visit: comes },
    { platforms: ["linux/amd64", "linux/arm64"], visit },
  ];
  const both = stand(two(comes));
  expect(await findReach(both.session, both.relay)).toMatchObject({ way: "loopback" });
  expect(both.visited).toEqual(["linux/amd64", "linux/arm64"]);
  const one = stand(two(() => 'Get "http://127.0.0.1:4711/x": dial tcp 127.0.0.1:4711: connect: connection refused'));
  expect(await findReach(one.session, one.relay)).toEqual({
    way: null,
    reason: "dial tcp 127.0.0.1:4711: connect: connection refused",
  });
});

test("a container of Docker Desktop reaches the loopback by another name", async () => {
  const visit: Node["visit"] = (host) => (host === "host.docker.internal" ? null : "connection refused");
  const desktop = stand([{ platforms: [], visit }], "docker-container");
  expect(await findReach(desktop.session, desktop.relay)).toEqual({
    way: "bridge",
    url: "http://host.docker.internal:4711",
  });
  const pod = stand([{ platforms: [], visit }]);
  expect(await findReach(pod.session, pod.relay)).toEqual({ way: null, reason: "connection refused" });
});

const cases: readonly (readonly [string, Node["visit"], string])[] = [
  ["something else at the address", () => "404 Not Found", "404 Not Found"],
  [
    "a builder that cannot be asked",
    () => new BkcacheError({ code: "BK4024", message: "BuildKit is too old" }),
    "BuildKit is too old",
  ],
];

test.for(cases)("%s", async ([, visit, reason]) => {
  const { session, relay } = stand([{ platforms: [], visit }]);
  expect(await findReach(session, relay)).toEqual({ way: null, reason });
});
