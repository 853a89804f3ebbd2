import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough, Readable } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { giveBack } from "../../src/store/chunks.ts";
import { chunksOf, readBody } from "../../src/store/transfer.ts";
import { waitFor } from "../support/poll.ts";

const { signal } = new AbortController();
const options = { length: undefined, maxBytes: Infinity, idleMs: 5_000, signal };
const parts = ["ab", "", "cde"].map((part) => Buffer.from(part));

test.each([undefined, 5])("all parts in order, with length %s", async (length) => {
  expect(String(await readBody(Readable.from(parts), { ...options, length }))).toBe("abcde");
  expect(await readBody(Readable.from([]), { ...options, length: 0 })).toHaveLength(0);
});

test.each([4, 6])("%i bytes are promised, another number comes", async (length) => {
  await expect(readBody(Readable.from(parts), { ...options, length })).rejects.toMatchObject({
    code: "ETRUNCATED",
  });
});

test("a length that nobody could hold is not reserved", async () => {
  const claimed = { ...options, length: 2 ** 50 };
  await expect(readBody(Readable.from(parts), claimed)).rejects.toMatchObject({
    code: "ETRUNCATED",
  });
});

test.each([undefined, 5])("too large, with length %s: the body is let go", async (length) => {
  const body = Readable.from(parts);
  expect(await readBody(body, { ...options, length, maxBytes: 4 })).toBe("too large");
  expect(body.destroyed).toBe(true);
});

test("silence ends it, and so does an abort", async () => {
  const silent = new PassThrough();
  silent.write("x");
  await expect(readBody(silent, { ...options, idleMs: 20 })).rejects.toMatchObject({
    code: "ETIMEDOUT",
  });
  expect(silent.destroyed).toBe(true);
  const reason = new Error("stop");
  const controller = new AbortController();
  const reading = readBody(new PassThrough(), { ...options, signal: controller.signal });
  controller.abort(reason);
  await expect(reading).rejects.toBe(reason);
});

test("a connection that closes without a word is no end", async () => {
  const body = new PassThrough();
  const reading = readBody(body, options);
  body.destroy();
  await expect(reading).rejects.toMatchObject({ code: "ETRUNCATED" });
});

test("the small parts of an answer that came while nobody read it", async () => {
  const server = createServer((_, response) => {
    response.write("ab");
    setTimeout(() => response.end("cde"), 20);
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const body = await new Promise<IncomingMessage>((resolve) => get(url, resolve));
  await waitFor(() => body.readableLength === 5, { what: "all has come" });
  const read: string[] = [];
  for await (const chunk of chunksOf(body, options)) {
    read.push(String(chunk));
    giveBack(chunk);
  }
  expect(read.join("")).toBe("abcde");
});
