import { describe, expect, test } from "vitest";
import { checkCacheOverrides, withOverriddenEntries } from "../../src/bake/cache-override.ts";
import type { CacheDirection, Plan } from "../../src/bake/model.ts";
import { type Override, parseOverride } from "../../src/bake/override.ts";
import { createBarePlan } from "../../src/bake/printed.ts";

const policy: CacheDirection = { kind: "policy", backends: ["remote"] };
const none: CacheDirection = { kind: "policy", backends: [] };
const own: CacheDirection = { kind: "raw", entries: ["acme/api:cache"], isOfFile: true };

function planWith(targets: Readonly<Record<string, CacheDirection>>): Plan {
  return createBarePlan({
    project: "shop",
    backends: {},
    groups: {},
    targets: Object.fromEntries(
      Object.entries(targets).map(([name, each]) => [
        name,
        {
          attributes: {},
          inherits: [],
          bases: {},
          mounts: null,
          cache: {
            from: each,
            to: each,
            scope: "main",
            mode: "max",
            ignoreError: true,
            committed: "off",
            name: [name],
          },
        },
      ]),
    ),
  });
}

const sets = (...texts: readonly string[]) => texts.map((text) => parseOverride(text) as Override);
const check = (plan: Plan, ...texts: readonly string[]) =>
  checkCacheOverrides(sets(...texts), plan, Object.keys(plan.targets));

describe("--set of entries that bkcache chooses", () => {
  test.each([
    "*.cache-from=type=gha",
    "api.cache-to=",
    "a?i.cache-to+=type=inline",
    "api.cache-from+=x",
    "api.cache-from",
    "api.cache-to.x=y",
    "[a-b]*.cache-to=",
  ])("%s is an error that says why", (text) => {
    const [finding, ...more] = check(planWith({ api: policy }), text);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ code: "BK1003", message: expect.stringContaining(`--set ${text}: `) });
    expect(finding?.message).toContain("of api is chosen by bkcache");
  });

  test("all of them at once", () => {
    expect(check(planWith({ a: policy, b: policy }), "a.cache-from=x", "b.cache-to=y")).toMatchObject([
      { code: "BK1003" },
      { code: "BK1003" },
    ]);
  });

  test.each([
    ["where the file's own entry stands", own, "*.cache-to="],
    ["where the policy names no backend", none, "*.cache-to="],
    ["of another target", policy, "worker.cache-to="],
    ["of another attribute", policy, "*.output="],
    ["by a pattern that fits nothing", policy, "a?.cache-to="],
    ["by what is no pattern", policy, "[.cache-to="],
  ])("it passes %s", (_, direction, text) => {
    expect(check(planWith({ api: direction }), text)).toEqual([]);
  });

  test("one target of several is enough, and is named", () => {
    const [finding] = check(planWith({ api: own, worker: policy }), "*.cache-to=");
    expect(finding?.message).toContain("of worker is chosen");
  });
});

test("without a config what --set says takes the place of the policy in that direction alone", () => {
  const definition = { groups: {}, targets: { api: { "cache-to": [{ type: "inline" }] }, worker: {} } };
  const plan = planWith({ api: policy, worker: policy });
  const { targets } = withOverriddenEntries(plan, definition, sets("*.cache-to=type=inline"));
  expect(targets["api"]?.cache.to).toEqual({ kind: "raw", entries: [{ type: "inline" }] });
  expect(targets["worker"]?.cache.to).toEqual({ kind: "raw", entries: [] });
  expect(targets["api"]?.cache.from).toEqual(policy);
});
