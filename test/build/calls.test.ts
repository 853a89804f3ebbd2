import { expect, test } from "vitest";
import type { Gateway } from "../../src/builder/gateway/gateway.ts";
import type { CacheChoice } from "../../src/cache/choice.ts";
import { noCache } from "../../src/cache/choice.ts";
import { planCalls } from "../../src/build/calls.ts";
import type { BuildRequest } from "../../src/build/ready.ts";
import { builder, fakeRun } from "./fake-run.ts";

const siblings = "FROM i\nCOPY  x \\\n  y\nRUN 1";
const child = { "dockerfile-inline": "FROM deps\nRUN 1", contexts: { deps: "target:a" } };

interface Stand {
  readonly buildkit?: string | null;
  readonly buildx?: readonly [number, number];
  readonly hasJobs?: boolean;
  readonly imports?: readonly string[];
  readonly layers?: readonly string[] | Error;
  readonly asked?: readonly string[];
  readonly verb?: BuildRequest["verb"];
  readonly reads?: boolean;
  readonly rules?: BuildRequest["cache"]["rules"];
  readonly isLinked?: boolean;
}

async function plan(stand: Stand = {}) {
  const { buildkit = "v0.34.2", buildx: [major, minor] = [0, 38], imports = ["a"], layers = [], reads = true } = stand;
  const { asked = ["a", "b"], verb = "bake", rules = {}, isLinked = false } = stand;
  const { host, request, session, told } = fakeRun();
  const targets = {
    a: { "dockerfile-inline": siblings },
    b: isLinked ? child : { "dockerfile-inline": siblings },
    c: { "dockerfile-inline": "FROM j" },
  };
  const use = { ...request.cache.use, layers: { read: reads, write: false } };
  const chosen = imports.map((name) => [name, { cacheFrom: [{ type: "s3" }], cacheTo: [], source: null }] as const);
  const gateway = {
    async listLayers() {
      if (layers instanceof Error) throw layers;
      return layers;
    },
  } as unknown as Gateway;
  const calls = await planCalls(
    host,
    {
      ...request,
      verb,
      buildx: { ...request.buildx, version: { major, minor, patch: 0 } },
      cache: { ...request.cache, use, rules },
    },
    {
      choice: { ...noCache, targets: Object.fromEntries(chosen) as unknown as CacheChoice["targets"] },
      known: { definition: { groups: { default: { targets: asked } }, targets }, values: {} },
      command: { args: [], env: {}, targets: asked, hasJobs: stand.hasJobs === true },
      session: {
        ...session,
        builder: { ...builder, nodes: [{ buildkitVersion: buildkit }] as unknown as (typeof builder)["nodes"] },
        gateway: async () => gateway,
      },
    },
  );
  return { calls: calls.map(({ flags, targets: names }) => [...flags, ...names].join(" ")), told };
}

test.each<readonly [string, Stand, readonly string[]]>([
  ["one after the other", {}, ["--jobs parallel=1 a b"]],
  ["beside the rest", { asked: ["a", "b", "c"] }, ["c", "--jobs parallel=1 a b"]],
  ["not what was not asked for", { asked: ["a", "c"] }, ["a c"]],
  ["where only one of them imports, too", { imports: ["b"] }, ["--jobs parallel=1 a b"]],
  ["as it is where nothing is cached", { imports: [] }, ["a b"]],
  ["as it is where another target alone is cached", { imports: ["c"] }, ["a b"]],
  ["as it is where nothing is read", { reads: false }, ["a b"]],
  ["as it is on a builder that has the step", { layers: ["[base 2/3] COPY x   y"] }, ["a b"]],
  [
    "but not on one that has others",
    { layers: ["[base 2/3] COPY x y z", "imported sha256:1"] },
    ["--jobs parallel=1 a b"],
  ],
  ["as it is on a builder that cannot be asked", { layers: new Error("gone") }, ["a b"]],
  ["as the user says", { hasJobs: true }, ["a b"]],
  ["as it is with a buildx that has no --jobs", { buildx: [0, 37] }, ["a b"]],
  ["as it is with BuildKit 0.35", { buildkit: "v0.35.0" }, ["a b"]],
  ["as it is with one that is not known", { buildkit: null }, ["a b"]],
  ["as it is for a single build", { verb: "build" }, ["a b"]],
  ["as it is for linked ones", { isLinked: true }, ["a b"]],
])("siblings with a plain COPY: %s", async (_, stand, expected) => {
  expect((await plan(stand)).calls).toEqual(expected);
});

test("linked ones are said, unless the rules say otherwise", async () => {
  const { told } = await plan({ isLinked: true });
  expect(told).toMatchObject([{ code: "BK4018", level: "warning", message: expect.stringContaining("b (on a)") }]);
  expect((await plan({ isLinked: true, rules: { BK4018: "off" } })).told).toEqual([]);
  expect((await plan({ isLinked: true, layers: ["[2/3] COPY x y"] })).told).toEqual([]);
  await expect(plan({ isLinked: true, rules: { BK4018: "error" } })).rejects.toMatchObject({ code: "BK4018" });
});
