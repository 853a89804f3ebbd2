import { randomBytes } from "node:crypto";
import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough, Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import * as fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { giveBack } from "../../src/store/chunks.ts";
import { gather } from "../../src/store/gather.ts";

/** Reads all, and gives each chunk back as soon as it is copied. */
async function readAll(body: Readable, between: () => Promise<void> = async () => {}) {
  const gathered = gather(body);
  const copies: Buffer[] = [];
  for (let chunk = await gathered.next(); chunk !== null; chunk = await gathered.next()) {
    copies.push(Buffer.from(chunk));
    giveBack(chunk);
    await between();
  }
  return copies;
}

const size = fc.oneof(fc.constantFrom(0, 1, 32_767, 32_768, 131_071, 131_072, 131_073), fc.nat(300_000));

test("bytes of parts of all sizes, in their order, for those who read fast and slowly", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(size, { maxLength: 12 }), fc.boolean(), async (sizes, isSlow) => {
      const parts = sizes.map((bytes) => randomBytes(bytes));
      const between = isSlow ? () => turn() : undefined;
      const read = Buffer.concat(await readAll(Readable.from(parts.map((part) => Buffer.from(part))), between));
      expect(read.equals(Buffer.concat(parts))).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test("an answer of a server, whose memory is freed as it is read", async () => {
  const parts = [1, 500_000, 3, 4_096, 4_096, 40_000, 200_000, 7].map((bytes) => randomBytes(bytes));
  const server = createServer((_, response) => {
    void (async () => {
      for (const part of parts) {
        response.write(part);
        await turn();
      }
      response.end();
    })();
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const between of [undefined, () => turn()]) {
    const body = await new Promise<IncomingMessage>((resolve) => get(url, resolve));
    expect(Buffer.concat(await readAll(body, between)).equals(Buffer.concat(parts))).toBe(true);
  }
});

test("small parts that come in one turn are one chunk", async () => {
  const body = new PassThrough();
  const reading = readAll(body);
  await turn();
  for (let part = 0; part < 10; part += 1) body.write(Buffer.alloc(4_096, part));
  body.end();
  const chunks = await reading;
  expect(chunks.reduce((sum, { length }) => sum + length, 0)).toBe(40_960);
  expect(chunks.length).toBeLessThan(4);
});

test("no more than a little is read of what nobody asks for", async () => {
  let given = 0;
  const body = new Readable({
    read() {
      given += 1;
      this.push(Buffer.alloc(65_536));
    },
  });
  const gathered = gather(body);
  await gathered.next();
  for (let i = 0; i < 20; i += 1) await turn();
  expect(given).toBeLessThan(6);
  gathered.stop();
  body.destroy();
});

test("what came before a failure is read, and then the failure", async () => {
  const failure = new Error("broken");
  const body = new PassThrough();
  const gathered = gather(body);
  body.write("abc");
  await turn();
  body.destroy(failure);
  expect(String(await gathered.next())).toBe("abc");
  await expect(gathered.next()).rejects.toBe(failure);
  await expect(gather(body).next()).rejects.toBe(failure);
  const closed = new PassThrough();
  closed.destroy();
  await expect(gather(closed).next()).rejects.toMatchObject({ code: "ETRUNCATED" });
});
