import { expect, test } from "vitest";
import { S3Error } from "../../src/relay/errors.ts";
import { createMemoryServedStore } from "./memory-served-store.ts";

test("an error has the status of its code", () => {
  expect(new S3Error("NoSuchKey", "gone")).toMatchObject({ code: "NoSuchKey", status: 404, message: "gone" });
});

test("a store refuses in the words of S3", async () => {
  const caller = { name: "test", signal: new AbortController().signal };
  const missing = createMemoryServedStore().completeUpload({
    id: "none",
    key: "a",
    parts: [],
    onlyIfAbsent: false,
    caller,
  });
  await expect(missing).rejects.toMatchObject({ code: "NoSuchUpload", status: 404 });
});
