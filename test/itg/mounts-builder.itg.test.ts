import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import type { MountIdentity } from "../../src/builder/gateway/shell.ts";
import { type Listing, listMount } from "../../src/mounts/list.ts";
import { restoreMount } from "../../src/mounts/restore.ts";
import { saveMount } from "../../src/mounts/save.ts";
import { describeTree, makeMount, restore, save } from "../mounts/support.ts";
import { fillStrangely } from "../mounts/strange-tree.ts";
import { inMount, makeGatewayBuilder } from "../support/gateway-builder.ts";
import { openPlainStore } from "../support/plain-store.ts";
import { test as serverTest } from "../support/servers.ts";

/** All that a listing knows of an entry but when and where on its disk it was made. */
function essence({ entries }: Listing): string[] {
  return entries.map(({ path, kind, mode, uid, gid, size, mtime, links }) =>
    [path, kind, mode.toString(8), uid, gid, kind === "dir" ? "" : size, mtime, kind === "dir" ? "" : links].join(" "),
  );
}

const place = (id: string): MountIdentity => ({ id, namespace: "" });
const mount = { id: "gomod", key: null };

const test = serverTest
  .extend("gateway", { scope: "file" }, async ({ sharedBuilder }, { onCleanup }) => {
    const { open } = await makeGatewayBuilder(sharedBuilder);
    const gateway = await open();
    onCleanup(() => gateway.close());
    return gateway;
  })
  .extend(
    "saveFrom",
    ({ gateway }) =>
      async (store: ReturnType<typeof openPlainStore>, id: string) =>
        inMount(gateway, place(id), async (shell) =>
          saveMount({ store, shell, mount: { ...mount, scope: "main" }, writer: { version: "0" }, now: Date.now() }),
        ),
  )
  .extend(
    "restoreTo",
    ({ gateway }) =>
      async (store: ReturnType<typeof openPlainStore>, id: string, signal?: AbortSignal) =>
        inMount(gateway, place(id), async (shell) =>
          restoreMount({ store, shell, mount, scopes: ["main"], ...(signal && { signal }) }),
        ),
  )
  .extend(
    "listOf",
    ({ gateway }) =>
      async (id: string) =>
        inMount(gateway, place(id), async (shell) => listMount(shell)),
  );

describe("mounts of a real builder", () => {
  test("strange entries, from one mount to another", async ({ saveFrom, restoreTo, listOf }) => {
    const [local, last] = [makeMount(), makeMount()];
    fillStrangely(local);
    const [first, second] = [openPlainStore(), openPlainStore()];
    await save(first, local);
    expect(await restoreTo(first, "one")).toMatchObject({ kind: "restored", findings: [] });
    expect(await saveFrom(second, "one")).toMatchObject({ kind: "saved", findings: [] });
    expect(await restoreTo(second, "two")).toMatchObject({ kind: "restored", findings: [] });
    expect(essence(await listOf("two"))).toEqual(essence(await listOf("one")));
    expect(await restoreTo(second, "two")).toMatchObject({ kind: "present", snapshot: { scope: "main" } });
    expect(await saveFrom(second, "two")).toMatchObject({ kind: "unchanged" });
    // And contents, seen from outside.
    await restore(second, last);
    expect(describeTree(last)).toEqual(describeTree(local));
  });

  test("a pack that is missing in the middle: the shell lives, and the snapshot before is taken", async ({
    restoreTo,
    listOf,
  }) => {
    const clock = { now: 1e12 };
    const store = openPlainStore(() => clock.now);
    const local = makeMount();
    for (let file = 0; file < 5; file++) writeFileSync(join(local, `f${file}`), Buffer.alloc(3_000_000, `${file}`));
    await save(store, local);
    const before = new Set(store.objects.keys());
    clock.now += 60_000;
    writeFileSync(join(local, "z"), "new");
    await save(store, local);
    for (const key of store.objects.keys()) if (key.startsWith("v1/p/") && !before.has(key)) store.objects.delete(key);
    expect(await restoreTo(store, "three")).toMatchObject({ kind: "restored", findings: [{ code: "BK5031" }] });
    const listing = await listOf("three");
    expect(listing.entries.map((entry) => entry.path)).toEqual(["f0", "f1", "f2", "f3", "f4"]);
  });

  test("an abort in the middle leaves an empty mount", async ({ restoreTo, listOf }) => {
    const store = openPlainStore();
    const local = makeMount();
    for (let file = 0; file < 9; file++) writeFileSync(join(local, `f${file}`), Buffer.alloc(3_000_000, `${file}`));
    await save(store, local);
    const aborter = new AbortController();
    let packs = 0;
    const stopping: typeof store = {
      ...store,
      get: async (key, options) => {
        if (key.startsWith("v1/p/") && ++packs === 3) setTimeout(() => aborter.abort(), 20);
        if (packs >= 3) await new Promise((resolve) => setTimeout(resolve, 100));
        return store.get(key, options);
      },
    };
    await expect(restoreTo(stopping, "four", aborter.signal)).rejects.toMatchObject({ name: "AbortError" });
    expect(await restoreTo(store, "four")).toMatchObject({ kind: "restored" });
    expect((await listOf("four")).entries).toHaveLength(9);
  });
});
