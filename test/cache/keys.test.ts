import { expect, test } from "vitest";
import type { BackendEntry } from "../../src/cache/entries.ts";
import { createKeys } from "../../src/cache/keys.ts";
import type { Routes } from "../../src/cache/routes.ts";
import type { StartedRelay } from "../../src/cache/run-relay.ts";

const relay: StartedRelay = {
  reach: { way: "loopback", url: "http://127.0.0.1:1" },
  entryOf: (backend) => ({ type: "s3", endpoint_url: `http://127.0.0.1:1/${backend}` }),
  keysOf: (target, direction) => ({ accessKeyId: `id of ${target} ${direction}`, secretAccessKey: "of the run" }),
  counts: () => ({}),
};
const google = { accessKeyId: "GOOG1", secretAccessKey: "hidden", source: "environment" };
const aws = { accessKeyId: "AKIA", secretAccessKey: "hidden", source: "environment" };
const plan = { backends: { remote: { type: "s3" }, near: { type: "s3" }, google: { type: "gcs" } } } as const;
const routes: Routes = {
  routes: {
    remote: { way: "direct", why: "" },
    near: { way: "loopback", why: "" },
    google: { way: "direct", why: "" },
  },
  relay,
  credentials: { remote: aws, near: aws, google },
  failed: {},
  findings: [],
};

function entry(backend: string, direction: "from" | "to" = "from"): BackendEntry {
  const own = { type: "s3", prefix: "p/" };
  return { target: "api", backend, scope: "main", name: "n", direction, entry: own, manifest: null, declared: null };
}

test("a run file has the keys of Google, and those of the run for what the relay serves, but none of AWS", () => {
  const keys = createKeys({ plan, keys: "run file", targets: ["api"] }, routes);
  expect(keys.passed(entry("remote"))).toEqual({ type: "s3", prefix: "p/" });
  expect(keys.passed(entry("google"))).toEqual({
    type: "s3",
    prefix: "p/",
    access_key_id: "GOOG1",
    secret_access_key: "hidden",
  });
  for (const direction of ["from", "to"] as const) {
    expect(keys.passed(entry("near", direction))).toEqual({
      type: "s3",
      endpoint_url: "http://127.0.0.1:1/near",
      access_key_id: `id of api ${direction}`,
      secret_access_key: "of the run",
    });
  }
  // What a report sees has none.
  expect(JSON.stringify(keys.placed(entry("near")))).not.toContain("key");
});

test("arguments have none: the environment has those of the relay, else of Google, else what it had", () => {
  const create = (more: Partial<Routes>) =>
    createKeys({ plan, keys: "environment", targets: ["api"] }, { ...routes, ...more });
  const all = create({});
  expect(JSON.stringify([all.passed(entry("near")), all.passed(entry("google"))])).not.toContain("key");
  expect(all.environment(new Set())).toEqual({
    AWS_ACCESS_KEY_ID: "id of api to",
    AWS_SECRET_ACCESS_KEY: "of the run",
    AWS_SESSION_TOKEN: "",
  });
  expect(all.environment(new Set(["near"]))).toMatchObject({ AWS_ACCESS_KEY_ID: "GOOG1" });
  expect(all.environment(new Set(["near", "google"]))).toEqual({});
});

test.each(["run file", "environment"] as const)("what a profile gives goes along in the environment: %s", (kind) => {
  const ofProfile = { ...aws, sessionToken: "t", source: "profile" };
  const create = (credentials: Routes["credentials"], way: "direct" | "loopback" = "direct") =>
    createKeys(
      { plan, keys: kind, targets: ["api"] },
      { ...routes, routes: { remote: { way, why: "" } }, credentials },
    );
  const given = create({ remote: ofProfile });
  expect(given.environment(new Set())).toEqual({
    AWS_ACCESS_KEY_ID: "AKIA",
    AWS_SECRET_ACCESS_KEY: "hidden",
    AWS_SESSION_TOKEN: "t",
  });
  expect(given.environment(new Set(["remote"]))).toEqual({});
  expect(JSON.stringify(given.passed(entry("remote")))).not.toContain("key");
  expect(create({ remote: aws }).environment(new Set())).toEqual({});
  expect(JSON.stringify(create({ remote: ofProfile }, "loopback").environment(new Set()))).not.toContain("AKIA");
});
