import { createMemoryStore } from "../../src/store/memory.ts";
import { describeObjectStore } from "../contract/object-store.ts";

describeObjectStore("memory", async () => {
  const store = createMemoryStore();
  return { open: async () => store, clockStep: 1 };
});
