import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emitBakeFile } from "../../src/bake/emit.ts";
import { planOfLevel } from "../../src/bake/levels.ts";
import { createPlan } from "../../src/bake/plan.ts";
import { createEntryList } from "../../src/bake/possible-entries.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { Config } from "../../src/config/schema.gen.ts";

const plan = (config: Config) =>
  createPlan(resolveConfig(config, { dirName: "shop", fileName: "bkcache.config.yaml" }));

const backends: NonNullable<Config["backends"]> = {
  disk: { type: "local", path: "~/.cache/bkcache/" },
  remote: {
    type: "s3",
    url: "s3://acme/shop",
    region: "r",
    blobsPrefix: "b/",
    manifestsPrefix: "m/",
    tier: { path: "/t", maxSize: "1GB" },
  },
  open: { type: "gcs", bucket: "${BUCKET}", prefix: "${BUCKET}" },
  azure: { type: "azblob", accountUrl: "https://a.test", prefix: "p" },
};
const trust: NonNullable<Config["trust"]> = {
  main: { when: "default-branch" },
  pr: { when: "change-request", reads: ["main"] },
};
const config: Config = {
  variables: { BUCKET: "x" },
  trust,
  backends,
  cache: { read: ["disk", "remote"], write: ["disk", "remote"] },
  targets: { api: {}, own: { cacheTo: ["type=inline"] } },
};

describe("the plan of a level", () => {
  const level = planOfLevel(plan(config), { own: "pr", reads: ["main"] });

  test("has every backend in a place of its own, with all that lies below it", () => {
    expect(level.backends).toMatchObject({
      disk: { path: "~/.cache/bkcache/trust/pr" },
      remote: { prefix: "shop/trust/pr/", blobsPrefix: "b/", manifestsPrefix: "m/", tierPath: "/t/trust/pr" },
      open: { prefix: [{ variable: "BUCKET" }, "/trust/pr/"] },
      azure: { prefix: "p/trust/pr/" },
      "disk@main": { path: "~/.cache/bkcache/trust/main" },
      "remote@main": { prefix: "shop/trust/main/", tierPath: "/t/trust/main" },
      "open@main": { prefix: [{ variable: "BUCKET" }, "/trust/main/"] },
    });
  });

  test("reads what it writes in its own place first, and all else where it is trusted more", () => {
    const list = createEntryList(level, "run");
    const cache = level.targets["api"]?.cache as (typeof level.targets)[string]["cache"];
    const show = (direction: "from" | "to", scopes: readonly string[]) =>
      list(cache, { direction, scopes, written: "request:7" }).map(({ scope, backend }) => `${scope} ${backend}`);
    expect(show("from", ["request:7", "main"])).toEqual([
      "request:7 disk",
      "request:7 remote",
      "request:7 disk@main",
      "request:7 remote@main",
      "main disk@main",
      "main remote@main",
      "main disk",
      "main remote",
    ]);
    expect(show("to", ["request:7"])).toEqual(["request:7 disk", "request:7 remote"]);
  });

  test("keeps contents of mounts apart as well", () => {
    expect(level).toMatchObject({ mountBackend: "remote", mountSources: ["remote@main"] });
    expect(planOfLevel(plan(config), { own: "main", reads: [] }).mountSources).toBeUndefined();
  });

  test("leaves entries of the user's own as they are", () => {
    expect(level.targets["own"]?.cache.to).toEqual({ kind: "raw", entries: ["type=inline"] });
  });

  test("no level's place lies in that of another, whatever they are called", () => {
    const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,31}$/);
    fc.assert(
      fc.property(name, name, (a, b) => {
        fc.pre(a !== b);
        const prefix = (own: string) =>
          String(planOfLevel(plan(config), { own, reads: [] }).backends["remote"]?.["prefix"]);
        expect(prefix(a).startsWith(prefix(b))).toBe(false);
      }),
      { numRuns: 50 },
    );
  });
});

describe("the committed file", () => {
  test("reads the level of the default branch, and writes nothing whatever its variables say", () => {
    const file = emitBakeFile(plan(config));
    expect(file).toMatch(/prefix += "shop\/trust\/main\/"/);
    expect(file).not.toContain("BKCACHE_WRITE_SCOPE");
    expect(file).not.toContain("trust/pr");
    expect(file.match(/cache-to/g)).toHaveLength(1);
  });

  test("has no cache lines where no level is the default branch's", () => {
    const file = emitBakeFile(plan({ ...config, trust: { rel: { when: "tag" } }, targets: { api: {} } }));
    expect(file).not.toMatch(/cache-from|cache-to|BKCACHE/);
  });

  test("is byte by byte the same without levels", () => {
    const { trust: _, ...rest } = config;
    expect(emitBakeFile(plan(rest))).toContain('"shop/"');
    expect(emitBakeFile(plan(rest))).toContain("BKCACHE_WRITE_SCOPE");
  });
});
