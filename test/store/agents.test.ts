import { expect, test } from "vitest";
import { createAgents } from "../../src/store/agents.ts";
import { makeCerts } from "../support/certs.ts";
import { makeTempDir } from "../support/cleanup.ts";

test("authorities of one's own are read once, and make neither a connection nor a request dearer", () => {
  const own = { AWS_CA_BUNDLE: makeCerts(makeTempDir("certs")).ca };
  const [first, second, plain] = [createAgents(own, 1).https, createAgents(own, 1).https, createAgents({}, 1).https];
  const contextOf = ({ options }: typeof first) => (options as { readonly secureContext?: object }).secureContext;
  expect(contextOf(first)).toBeDefined();
  expect(contextOf(second)).toBe(contextOf(first));
  // Node writes `ca` into the name under which it keeps a connection, for each request anew.
  expect(first.getName({ host: "s3.test" })).toBe(plain.getName({ host: "s3.test" }));
});
