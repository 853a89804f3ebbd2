import { expect, test } from "vitest";
import type { BuilderSession } from "../../src/builder/session.ts";
import { findObstacles } from "../../src/cache/obstacles.ts";
import { findWays } from "../../src/cache/ways.ts";
import { BkcacheError } from "../../src/diagnostics/error.ts";
import { fakeHost } from "../support/fake-builder.ts";

const s3 = { name: "remote", type: "s3", bucket: "b" };
const used = {
  remote: s3,
  off: { ...s3, name: "off", relay: "off" },
  near: { ...s3, name: "near", tierPath: "/t", tierMaxSize: "1GB" },
};
const settings = { HOME: "/nowhere", AWS_REGION: "r", AWS_ENDPOINT_URL: "https://minio.test" };
const own = { ...settings, AWS_CA_BUNDLE: "/ca.pem" };
const distrust =
  'Head "https://minio.test/": tls: failed to verify certificate: x509: certificate signed by unknown authority';

interface Given {
  readonly env?: Readonly<Record<string, string>>;
  readonly driver?: string;
  /** What BuildKit says of its visit to a store; an error where it cannot be asked. */
  readonly visit: string | null | Error;
}

async function find({ env = own, driver = "remote", visit }: Given) {
  const visited: string[] = [];
  const gateway = {
    async visit(url: string) {
      visited.push(url);
      if (visit instanceof Error) throw visit;
      return visit;
    },
  };
  const builder = { driver, nodes: [{ platforms: [] }] };
  const session = Promise.resolve({ builder, gateway: async () => gateway } as unknown as BuilderSession);
  const found = await findObstacles({ ...fakeHost().host, env }, { used, ways: findWays(used, env), session });
  return { found: Object.fromEntries(found), visited };
}

test.for([
  ["distrusts it", distrust, { remote: "the builder does not trust the store's certificate" }],
  ["trusts it", "invalid response status 403", {}],
  ["finds something there", null, {}],
  ["does not reach it", "dial tcp 10.0.0.1:443: i/o timeout", { remote: "the builder does not reach the store" }],
  ["gets no answer", "no answer in time", { remote: "the builder does not reach the store" }],
  ["cannot be asked", new BkcacheError({ code: "BK4021", message: "gone" }), {}],
] as const)(
  "a store that this machine sees by means of its own, and a builder that %s",
  async ([, visit, expected]) => {
    for (const env of [own, { ...settings, HTTPS_PROXY: "proxy.test:3128" }]) {
      const { found, visited } = await find({ visit, env });
      expect(found).toEqual(expected);
      // Not of those whose way is certain.
      expect(visited).toEqual(["https://minio.test/b/doctor/nothing"]);
    }
  },
);

test.for([
  ["nothing of its own", settings],
  ["a proxy of another protocol", { ...settings, HTTP_PROXY: "http://proxy.test:3128" }],
  [
    "a proxy that the store needs not",
    { ...settings, https_proxy: "http://proxy.test:3128", NO_PROXY: "a.test, test" },
  ],
  [
    "a proxy, and a store on this machine",
    { ...settings, HTTPS_PROXY: "http://p.test", AWS_ENDPOINT_URL: "https://127.0.0.1:9000" },
  ],
] as const)("nobody is asked with %s", async ([, env]) => {
  expect(await find({ visit: distrust, env })).toEqual({ found: {}, visited: [] });
});

test("a builder that uses no bucket is not asked", async () => {
  expect(await find({ visit: distrust, driver: "docker" })).toEqual({ found: {}, visited: [] });
});
