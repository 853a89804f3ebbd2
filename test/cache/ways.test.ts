import { expect, test } from "vitest";
import type { PlanBackend } from "../../src/bake/model.ts";
import { describeWay, findWays, planWay } from "../../src/cache/ways.ts";

const s3: PlanBackend = { type: "s3", bucket: "b" };
const gcs: PlanBackend = { type: "gcs", bucket: "b" };
const tier = { tierPath: "/t", tierMaxSize: "1GB" };
const none = { hasHmac: false, hasDefault: false };
const hmac = { hasHmac: true, hasDefault: false };
const file = { hasHmac: false, hasDefault: true };
const both = { hasHmac: true, hasDefault: true };
const old = "BuildKit 0.26 cannot write there";

test.for([
  // S3 is reached directly, unless the relay has something to give.
  ["s3", s3, none, null, "direct", null],
  ["s3 with a tier", { ...s3, ...tier }, none, null, "relay", "direct"],
  ["s3 that this BuildKit cannot write to", s3, none, old, "relay", "direct"],
  ["s3, always", { ...s3, relay: "always" }, none, null, "relay", null],
  ["s3, never", { ...s3, relay: "off" }, none, old, "direct", null],
  // Google's own credentials are nothing to BuildKit.
  ["gcs with a key file", gcs, file, null, "relay", null],
  ["gcs with what the machine may have", gcs, none, null, "relay", null],
  ["gcs with HMAC keys", gcs, hmac, null, "direct", null],
  ["gcs with both", gcs, both, null, "relay", "direct"],
  ["gcs with both by HMAC", { ...gcs, auth: "hmac" }, both, null, "direct", null],
  ["gcs by HMAC that this BuildKit signs wrongly", { ...gcs, auth: "hmac" }, hmac, old, "relay", "direct"],
  ["gcs by HMAC with a tier", { ...gcs, ...tier, auth: "hmac" }, hmac, null, "relay", "direct"],
  ["gcs, always, with HMAC keys", { ...gcs, relay: "always" }, hmac, null, "relay", null],
  ["gcs, never", { ...gcs, relay: "off" }, both, null, "direct", null],
] as const)("%s", ([, backend, google, obstacle, way, otherwise]) => {
  expect(planWay({ backend, google, obstacle })).toMatchObject({ way, otherwise });
});

test("only buckets have a way", () => {
  expect(findWays({ disk: { type: "local", path: "/d" }, remote: s3 }, { HOME: "/nowhere" })).toEqual({
    remote: { way: "direct", otherwise: null, why: "it is the fastest way" },
  });
});

test.for([
  ["nothing of its own", {}, null],
  ["AWS_CA_BUNDLE", { AWS_CA_BUNDLE: "/ca.pem" }, "relay"],
  ["NODE_EXTRA_CA_CERTS", { NODE_EXTRA_CA_CERTS: "/ca.pem" }, "relay"],
  ["those of the system", { NODE_USE_SYSTEM_CA: "1" }, "relay"],
  ["those of the system, by a flag", { NODE_OPTIONS: "--use-system-ca" }, "relay"],
  ["a proxy", { HTTPS_PROXY: "http://proxy.test:3128" }, "relay"],
  ["a proxy that the store needs not", { HTTPS_PROXY: "http://proxy.test:3128", NO_PROXY: ".amazonaws.com" }, null],
  ["a store without certificates", { AWS_CA_BUNDLE: "/ca.pem", AWS_ENDPOINT_URL: "http://minio.test" }, null],
] as const)("a store that the builder may not get to: %s", ([, env, otherwise]) => {
  expect(findWays({ remote: s3 }, { HOME: "/nowhere", ...env })).toMatchObject({
    remote: { way: "direct", otherwise },
  });
});

test("in words", () => {
  const say = (backend: PlanBackend) => describeWay(planWay({ backend, google: both }) as never);
  expect(say(s3)).toBe("directly, since it is the fastest way");
  expect(describeWay(planWay({ backend: s3, google: both, isAsked: true }) as never)).toBe(
    "directly, since it is the fastest way; through the relay where the builder does not reach or trust it",
  );
  expect(say(gcs)).toBe(
    "through the relay, since BuildKit takes no Google credentials but HMAC keys; directly where the builder does not reach it",
  );
});
