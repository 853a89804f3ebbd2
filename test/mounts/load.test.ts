import { expect, test } from "vitest";
import { manifestKey } from "../../src/mounts/keys.ts";
import { hasSnapshot } from "../../src/mounts/load.ts";
import { createMemoryStore } from "../../src/store/memory.ts";

test("a snapshot of the mount in one of the scopes, whatever its key", async () => {
  const store = createMemoryStore();
  await store.put(manifestKey({ mount: "gomod", scope: "main", key: "k" }), Buffer.from("x"));
  const has = (mount: string, ...scopes: readonly string[]) => hasSnapshot(mount, { store, scopes });
  expect(await has("gomod", "feature", "main")).toBe(true);
  expect(await has("gomod", "feature")).toBe(false);
  expect(await has("gomo", "main")).toBe(false);
});
