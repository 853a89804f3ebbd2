import { expect, test } from "vitest";
import type { BuilderSession } from "../../src/builder/session.ts";
import { findDistrusted } from "../../src/cache/distrust.ts";
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
  const found = await findDistrusted({ ...fakeHost().host, env }, { used, ways: findWays(used, env), session });
  return { found: [...found], visited };
}

test.for([
  ["distrusts it", distrust, ["remote"]],
  ["trusts it", "invalid response status 403", []],
  ["finds something there", null, []],
  ["does not reach it", "dial tcp 10.0.0.1:443: i/o timeout", []],
  ["cannot be asked", new BkcacheError({ code: "BK4021", message: "gone" }), []],
] as const)("a store of an authority of this machine's own, and a builder that %s", async ([, visit, expected]) => {
  const { found, visited } = await find({ visit });
  expect(found).toEqual(expected);
  // Not of those whose way is certain.
  expect(visited).toEqual(["https://minio.test/b/doctor/nothing"]);
});

test("nobody is asked without an authority of this machine's own, nor a builder that uses no bucket", async () => {
  expect(await find({ visit: distrust, env: settings })).toEqual({ found: [], visited: [] });
  expect(await find({ visit: distrust, driver: "docker" })).toEqual({ found: [], visited: [] });
});
