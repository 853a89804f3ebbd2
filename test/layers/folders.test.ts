import { hash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openLayerFolders } from "../../src/layers/layer-place.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { age, makeFolderCache } from "../support/folder-cache.ts";

const hour = 3_600_000;

function openFolders() {
  const dir = makeTempDir("layers");
  const place = openLayerFolders("disk", dir, new AbortController().signal);
  const prune = (options: Partial<Parameters<typeof place.prune>[0]> = {}) =>
    place.prune({ keep: {}, now: Date.now(), ...options });
  const blob = (name: string, content: string) => join(dir, name, "blobs", "sha256", hash("sha256", content));
  return { dir, place, prune, blob };
}

describe("caches in folders", () => {
  test("are listed, measured and verified; what else lies there is passed over", async () => {
    const { dir, place, blob } = openFolders();
    makeFolderCache(dir, "shop.api.main", ["a", "bb"]);
    mkdirSync(join(dir, "v1", "p"), { recursive: true });
    mkdirSync(join(dir, "shop.api.empty"));
    writeFileSync(blob("shop.api.main", "unused"), "unused");
    const { caches } = await place.list();
    expect(caches).toMatchObject([{ name: "shop.api.main", layers: 2, steps: 2, sharedLayers: 0 }]);
    expect(await place.measure()).toMatchObject({ used: { count: 4 }, unused: { count: 1, bytes: 6 } });
    const isWanted = () => true;
    expect(await place.verify({ isWanted, contents: true })).toMatchObject({ broken: [], read: { count: 4 } });
    writeFileSync(blob("shop.api.main", "a"), "b");
    rmSync(blob("shop.api.main", "bb"));
    expect((await place.verify({ isWanted, contents: true })).broken).toMatchObject([
      { missing: [`sha256:${hash("sha256", "bb")}`], damaged: [`sha256:${hash("sha256", "a")}`] },
    ]);
  });

  test("nothing at all is no failure", async () => {
    const place = openLayerFolders("disk", "/nonexistent/path", new AbortController().signal);
    expect((await place.list()).caches).toEqual([]);
    expect(await place.prune({ keep: {}, now: 0 })).toMatchObject({ keptCaches: 0 });
  });

  test("go by the rules, with their folder, and those of others stay", async () => {
    const { dir, prune } = openFolders();
    for (const name of ["shop.api.main", "shop.api.old", "other.api.old"]) makeFolderCache(dir, name, [name]);
    for (const name of ["shop.api.old", "other.api.old"]) age(join(dir, name), 48);
    age(join(dir, "shop.api.main"), 1);
    const keep = { maxAge: 24 * hour };
    const applies = (name: string) => name.startsWith("shop.");
    expect(await prune({ keep, applies, dryRun: true })).toMatchObject({ caches: [{ name: "shop.api.old" }] });
    expect(await prune({ keep, applies })).toMatchObject({
      caches: [{ name: "shop.api.old", why: "rules" }],
      keptCaches: 2,
      otherCaches: 1,
      deleted: { count: 3 },
    });
    expect(readdirSync(dir).sort()).toEqual(["other.api.old", "shop.api.main"]);
  });

  test("lose what their index does not lead to, once it is old and nothing is written", async () => {
    const { dir, prune, blob } = openFolders();
    makeFolderCache(dir, "shop.api.main", ["a"]);
    writeFileSync(blob("shop.api.main", "unused"), "unused");
    age(dir, 25);
    writeFileSync(join(dir, "shop.api.main", "ingest", "half"), "");
    expect(await prune()).toMatchObject({ deleted: { count: 0 }, waiting: { count: 1 } });
    rmSync(join(dir, "shop.api.main", "ingest", "half"));
    writeFileSync(join(dir, "shop.api.main", "index.json.lock"), "");
    expect(await prune()).toMatchObject({ deleted: { count: 0 }, waiting: { count: 1 } });
    rmSync(join(dir, "shop.api.main", "index.json.lock"));
    expect(await prune({ grace: 26 * hour })).toMatchObject({ deleted: { count: 0 } });
    expect(await prune()).toMatchObject({ deleted: { count: 1, bytes: 6 }, kept: { count: 3 } });
    expect(existsSync(blob("shop.api.main", "unused"))).toBe(false);
    expect(existsSync(blob("shop.api.main", "a"))).toBe(true);
  });

  test("go where a layer is missing; an index that cannot be read keeps all", async () => {
    const { dir, prune, blob } = openFolders();
    makeFolderCache(dir, "shop.api.main", ["a"]);
    rmSync(blob("shop.api.main", "a"));
    makeFolderCache(dir, "shop.web.main", ["b"]);
    writeFileSync(join(dir, "shop.web.main", "index.json"), "{");
    age(dir, 48);
    expect(await prune()).toMatchObject({ caches: [{ name: "shop.api.main", why: "broken" }], kept: { count: 3 } });
    expect(readdirSync(dir)).toEqual(["shop.web.main"]);
  });

  test("are removed by name, and a removal that was cut off is finished", async () => {
    const { dir, place, prune } = openFolders();
    makeFolderCache(dir, "shop.api.main", ["a"]);
    makeFolderCache(dir, "shop.web.main", ["b"]);
    mkdirSync(join(dir, ".removed-123"));
    await place.remove(["shop.api.main", "shop.gone.main"]);
    await prune();
    expect(readdirSync(dir)).toEqual(["shop.web.main"]);
    writeFileSync(join(dir, "shop.web.main", "index.json.lock"), "");
    await expect(place.remove(["shop.web.main"])).rejects.toMatchObject({ code: "BK5022" });
    expect(readdirSync(dir)).toEqual(["shop.web.main"]);
  });
});
