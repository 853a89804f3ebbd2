import { expect, test } from "vitest";
import { commitCache } from "../../src/bake/committed.ts";
import { emitRunFile } from "../../src/bake/emit.ts";
import type { CacheDirection, Entry, Plan, PlanBackend, TargetCache } from "../../src/bake/model.ts";
import { createBarePlan } from "../../src/bake/printed.ts";
import { draftEntries } from "../../src/cache/entries.ts";
import { resolveCacheUse } from "../../src/cache/use.ts";
import { partsOf, type Text } from "../../src/config/text.ts";
import { createHost } from "../../src/host/node-host.ts";
import { ejectBakeFile } from "../../src/init/eject.ts";
import { describeRun } from "../../src/run/plan.ts";

const backends: Readonly<Record<string, PlanBackend>> = {
  disk: { type: "local", path: "/var/cache" },
  remote: { type: "s3", bucket: "b", prefix: "p/", region: "eu-central-1" },
  images: { type: "registry", ref: "registry.test/shop" },
  actions: { type: "gha", scope: "shop-" },
  inside: { type: "inline" },
  image: { type: "inline", ref: "registry.test/shop:latest" },
};
const lists: readonly (readonly string[])[] = [
  [],
  ["disk"],
  ["disk", "remote"],
  ["remote", "disk"],
  ["inside", "images", "actions"],
  ["image", "remote"],
  Object.keys(backends),
];
const own: CacheDirection = { kind: "raw", entries: ["type=gha,scope=x", { type: "registry", ref: "r" }] };
const directions: readonly CacheDirection[] = [
  ...lists.map((names): CacheDirection => ({ kind: "policy", backends: names })),
  own,
];
const flags: readonly Readonly<Record<string, string>>[] = [
  {},
  { readScope: "feature" },
  { writeScope: "feature" },
  { readScope: "next", writeScope: "feature" },
  { readScope: "main" },
];

/** A text of the committed file with its variable set to a scope, which is plain here. */
function evaluate(value: Entry | Text, scope: string): Entry | Text {
  const text = (each: Text) =>
    partsOf(each)
      .map((part) => (typeof part === "string" ? part : scope))
      .join("");
  if (typeof value === "string" || Array.isArray(value)) return text(value as Text);
  return Object.fromEntries(Object.entries(value as Entry).map(([key, each]) => [key, text(each)]));
}

test("a run, what plan shows, the committed and the ejected file have the same entries of a target, in one order", async () => {
  const host = createHost({ cwd: "/", env: {}, signal: new AbortController().signal, tell: () => {} });
  let compared = 0;
  for (const from of directions) {
    for (const to of directions) {
      for (const flag of flags) {
        const cache: TargetCache = {
          from,
          to,
          scope: "main",
          mode: "max",
          ignoreError: true,
          committed: "read-write",
          name: ["shop", "api"],
        };
        const plan: Plan = createBarePlan({
          project: "shop",
          backends,
          targets: { api: { attributes: {}, inherits: [], bases: {}, mounts: null, cache } },
          groups: {},
        });
        const use = resolveCacheUse({
          plan,
          flags: { cache: "read-write", ...flag },
          env: {},
          dir: "/",
          hasConfig: true,
        });
        const drafts = draftEntries({ plan, targets: ["api"], use, base: { dir: "/", env: {} } });
        const run = await drafts.complete(host, {});
        const shown = describeRun(plan, { names: ["api"], use, ways: {} }).targets["api"];
        const plain = (list: readonly { backend: string | null; scope: string | null; entry: unknown }[] = []) =>
          list.map(({ backend, scope, entry }) => ({ backend, scope, entry }));
        const ofRun = (direction: "from" | "to") => run.filter((each) => each.direction === direction);
        expect(plain(shown?.sources)).toEqual(plain(ofRun("from")));
        expect(plain(shown?.destinations)).toEqual(plain(ofRun("to")));

        // A file reads one entry of one scope: the last one that the run has of it.
        const { read, write } = use.scopes["api"] as NonNullable<(typeof use.scopes)["api"]>;
        const first = read[0]?.scope ?? "";
        const fields = commitCache(plan).fields.get("api") ?? [];
        const committed = (name: string, scope: string) =>
          (fields.find((field) => field.name === name)?.entries ?? []).map((entry) => evaluate(entry, scope));
        const readable = ofRun("from").filter(({ scope }) => scope === null || scope === first);
        const expectedFrom = from.kind === "raw" ? readable : readable.slice(-1);
        expect(committed("cache-from", first)).toEqual(expectedFrom.map(({ entry }) => entry));
        expect(committed("cache-to", write.scope)).toEqual(ofRun("to").map(({ entry }) => entry));

        if (Object.keys(flag).length === 0) {
          const lines = {
            cacheFrom: expectedFrom.map(({ entry }) => entry),
            cacheTo: ofRun("to").map(({ entry }) => entry),
          };
          const file = emitRunFile(plan, { targets: { api: lines }, groups: [] });
          expect(ejectBakeFile(plan, null)).toBe(file.replace(/^#.*\n\n*/, ""));
        }
        compared += 1;
      }
    }
  }
  expect(compared).toBe(directions.length ** 2 * flags.length);
});
