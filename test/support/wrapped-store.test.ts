import { expect, test } from "vitest";
import { createMemoryStore } from "../../src/store/memory.ts";
import { failingStore, slowStore, wrapStore } from "./wrapped-store.ts";

const body = Buffer.from("x");

test("a wrapped store does what the store does, and tells it", async () => {
  const store = slowStore(createMemoryStore(), 1);
  await store.put("a/b", body, { onlyIfAbsent: true });
  expect(await store.get("a/b")).toEqual(body);
  expect(await store.stat("a/b")).toMatchObject({ size: 1 });
  expect(await store.touch("a/b")).toBe(true);
  const keys: string[] = [];
  for await (const { key } of store.list("a/")) keys.push(key);
  await store.delete(["a/b"]);
  expect(keys).toEqual(["a/b"]);
  expect(store.calls).toEqual(["put a/b", "get a/b", "stat a/b", "touch a/b", "list a/", "delete a/b"]);
});

test("it fails from a call on, or at one alone, and can damage what is read", async () => {
  const error = new Error("gone");
  const inner = createMemoryStore();
  const gone = failingStore(inner, 1, { error });
  await gone.put("a", body);
  await expect(gone.put("b", body)).rejects.toBe(error);
  await expect(gone.get("a")).rejects.toBe(error);
  const once = failingStore(inner, 0, { error, once: true });
  await expect(once.get("a")).rejects.toBe(error);
  expect(await once.get("a")).toEqual(body);
  const lying = wrapStore(inner, { afterGet: () => null });
  expect(await lying.get("a")).toBeNull();
});
