import { setTimeout as sleep } from "node:timers/promises";
import { createMemoryStore } from "../../src/store/memory.ts";
import { describeObjectStore } from "../contract/object-store.ts";

describeObjectStore("memory", async () => {
  const store = createMemoryStore();
  return { open: async () => store, age: () => sleep(5) };
});
