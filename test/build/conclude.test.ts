import { expect, test } from "vitest";
import type { History } from "../../src/outcome/history.ts";
import { noCache } from "../../src/cache/choice.ts";
import { conclude } from "../../src/build/conclude.ts";
import type { Ready } from "../../src/build/ready.ts";
import { readFixture } from "../outcome/progress-fixture.ts";
import { builder, fakeRun } from "./fake-run.ts";

interface Stand {
  readonly history?: History;
  readonly exitCode?: number;
  readonly strict?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly failures?: readonly { readonly code: "BK5031"; readonly message: string }[];
}

function concluded({
  history = { targets: {}, notes: [] },
  exitCode = 0,
  strict = false,
  env = {},
  failures = [],
}: Stand) {
  const { host, request } = fakeRun({ env });
  const ready: Ready = { ...request, builder, choice: noCache, steps: [], metadataOfAll: null, output: { strict } };
  return conclude(host, ready, { exitCode, metadataFiles: [], history, mounts: { reports: [], failures } });
}

const failing: History = {
  targets: { api: { refs: ["b/b0/1"], digest: null, progress: readFixture("wrong-secret") } },
  notes: [],
};

test("a report says what is known, though the builder remembers nothing", async () => {
  const { report, failures } = await concluded({});
  expect(failures).toEqual([]);
  expect(report).toMatchObject({
    exitCode: 0,
    buildx: "0.38.2",
    builder: { name: "b", driver: "docker-container", buildkit: null },
    targets: { api: { source: null } },
  });
});

test("a cache that was not read or written is a failure, and so is a mount that was not saved", async () => {
  const { failures } = await concluded({ history: failing, failures: [{ code: "BK5031", message: "not saved" }] });
  expect(failures.length).toBeGreaterThan(1);
  expect(failures[0]).toMatchObject({ code: "BK5011", message: expect.stringContaining("the cache of api was not") });
  expect(failures.at(-1)).toEqual({ code: "BK5031", message: "not saved" });
});

test.each([
  { strict: false, exitCode: 0, reported: 0 },
  { strict: true, exitCode: 0, reported: 3 },
  // The build's own failure says more.
  { strict: true, exitCode: 17, reported: 17 },
])("strict $strict after exit code $exitCode: $reported", async ({ reported, ...stand }) => {
  expect((await concluded({ history: failing, ...stand })).report.exitCode).toBe(reported);
  const well = await concluded({ ...stand });
  expect(well.report.exitCode).toBe(stand.exitCode);
});

test("no secret of the environment gets into the report", async () => {
  const env = { AWS_SECRET_ACCESS_KEY: "hush-hush-hush" };
  const notes = [{ code: "BK5012", message: "cannot be read: hush-hush-hush" }] as const;
  const { report } = await concluded({ env, history: { targets: {}, notes } });
  expect(JSON.stringify(report)).not.toContain("hush-hush-hush");
});
