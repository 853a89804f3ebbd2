import { expect, test } from "vitest";
import { createAgents } from "../../src/store/agents.ts";
import { hasOwnAuthorities } from "../../src/store/authorities.ts";
import { makeCerts } from "../support/certs.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { makeWorkspace } from "../support/workspace.ts";

test("authorities of one's own are read once, and make neither a connection nor a request dearer", () => {
  const own = { AWS_CA_BUNDLE: makeCerts(makeTempDir("certs")).ca };
  const [first, second, plain] = [createAgents(own, 1).https, createAgents(own, 1).https, createAgents({}, 1).https];
  const contextOf = ({ options }: typeof first) => (options as { readonly secureContext?: object }).secureContext;
  expect(contextOf(first)).toBeDefined();
  expect(contextOf(second)).toBe(contextOf(first));
  // Node writes `ca` into the name under which it keeps a connection, for each request anew.
  expect(first.getName({ host: "s3.test" })).toBe(plain.getName({ host: "s3.test" }));
});

test("the authorities of the AWS profile, below those of the variable", () => {
  const { ca } = makeCerts(makeTempDir("certs"));
  const home = makeWorkspace({
    ".aws/config": `[default]\nca_bundle = ${ca}\n[profile old]\nca_bundle = /nowhere.pem\n`,
  });
  const trusts = (env: Readonly<Record<string, string>>) => "secureContext" in createAgents(env, 1).https.options;
  expect(trusts({ HOME: home.dir })).toBe(true);
  expect(hasOwnAuthorities({ HOME: home.dir })).toBe(true);
  expect(trusts({ HOME: makeTempDir() })).toBe(false);
  const old = { HOME: home.dir, AWS_PROFILE: "old" };
  expect(() => createAgents(old, 1)).toThrow("ca_bundle of the AWS profile names /nowhere.pem, which cannot be read");
  expect(trusts({ ...old, AWS_CA_BUNDLE: ca })).toBe(true);
});
