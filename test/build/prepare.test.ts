import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { TargetEntry } from "../../src/cache/entries.ts";
import { prepare } from "../../src/build/prepare.ts";
import { builder, type Fakes, fakeRun } from "./fake-run.ts";

async function ready(fakes: Fakes = {}) {
  const faked = fakeRun(fakes);
  return { ...faked, ready: await prepare(faked.host, faked.request, faked.open()) };
}

test("one step, with all that buildx is told", async () => {
  const { dir, ready: prepared, events } = await ready();
  const metadataFile = join(dir, "metadata.json");
  expect(prepared).toMatchObject({ verb: "bake", targets: ["api"], builder, choice: { targets: {}, leftOut: [] } });
  expect(prepared.steps).toEqual([
    {
      args: ["bake", "--builder", "b", "--metadata-file", metadataFile, "-f", "-", "api"],
      env: { A: "1", BUILDX_METADATA_PROVENANCE: "disabled" },
      input: "run file",
      cwd: dir,
      metadataFile,
    },
  ]);
  // Decided, and nothing done.
  expect(events).toEqual([]);
});

test.each([
  { it: "a metadata file of the user's own", output: { strict: false, metadataFile: "/m.json" }, file: "/m.json" },
  { it: "what the environment says of provenance", env: { BUILDX_METADATA_PROVENANCE: "max" }, file: undefined },
])("provenance is as $it has it", async ({ output, env = {}, file }) => {
  const prepared = await ready({ env, ...(output !== undefined && { request: { output } }) });
  const [step] = prepared.ready.steps;
  expect(step?.env).toEqual({ A: "1" });
  expect(step?.metadataFile).toBe(file ?? join(prepared.dir, "metadata.json"));
});

test("where there is no room for a metadata file, buildx is asked for none", async () => {
  const [step] = (await ready({ hasNoRoom: true })).ready.steps;
  expect(step).toMatchObject({ args: ["bake", "--builder", "b", "-f", "-", "api"], metadataFile: null });
  expect(step?.env).toEqual({ A: "1" });
});

test("the chosen cache reaches the command, and a cache inside of the context is said", async () => {
  const chosen: unknown[] = [];
  const faked = fakeRun();
  const cache = join(faked.dir, "cache");
  mkdirSync(cache);
  const candidate = (direction: "from" | "to", entry: Record<string, string>): TargetEntry => {
    const manifest = { type: "folder" as const, dir: cache, tag: "latest", digest: null };
    return {
      target: "api",
      backend: "disk",
      scope: "main",
      name: "shop.api.main",
      direction,
      entry,
      manifest,
      declared: null,
    };
  };
  const request = {
    ...faked.request,
    plan: { ...faked.request.plan, backends: { disk: { type: "local" as const, path: cache } } },
    cache: {
      ...faked.request.cache,
      use: { ...faked.request.cache.use, layers: { read: true, write: true } },
      drafts: {
        texts: {},
        complete: async () => [
          candidate("from", { type: "local", src: cache }),
          candidate("to", { type: "local", dest: cache }),
        ],
      },
    },
    command: async (choice: unknown) => (chosen.push(choice), { args: [], targets: [], env: {} }),
  };
  const { choice } = await prepare(faked.host, request, faked.open());
  expect(chosen).toEqual([choice]);
  expect(choice.targets["api"]).toMatchObject({ cacheTo: [{ type: "local", dest: cache }] });
  expect(faked.told).toMatchObject([{ code: "BK5014", level: "warning" }]);
});
