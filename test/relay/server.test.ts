import { GetObjectCommand, HeadBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { readFileSync } from "node:fs";
import { get } from "node:https";
import { connect, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { Keys } from "../../src/relay/signature.ts";
import type { IncomingBody, ServedStore } from "../../src/relay/served-store.ts";
import { makeCerts } from "../support/certs.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { createMemoryServedStore } from "./memory-served-store.ts";
import { openTestRelay } from "./open-test-relay.ts";
import { signRequest, type ToSign } from "./sign-request.ts";

const Bucket = "cache";
const unsignedBody = { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };

/** The lines of a request up to its body. */
async function headOf(keys: Keys | null, { headers = {}, ...request }: ToSign): Promise<string> {
  const { method, target, rawHeaders } =
    keys === null
      ? {
          method: request.method ?? "GET",
          target: request.path ?? "/",
          rawHeaders: Object.entries({ host: "x", ...headers }).flat(),
        }
      : await signRequest({ keys, now: Date.now(), headers, ...request });
  const lines = [`${method} ${target} HTTP/1.1`];
  for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** A connection that says nothing by itself. */
function dial(port: number, host = "127.0.0.1") {
  const socket: Socket = connect({ port, host });
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("error", () => {});
  onTestFinished(() => void socket.destroy());
  return {
    socket,
    closed,
    text: () => text,
    until: (part: string) => expect.poll(() => text, { timeout: 5000 }).toContain(part),
  };
}

/** A store whose puts wait at this gate before they read. */
function gated(store: ServedStore = createMemoryServedStore()) {
  let open = () => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  const seen: { error?: unknown; isBegun?: boolean } = {};
  const put: ServedStore["put"] = async (options) => {
    seen.isBegun = true;
    await gate;
    try {
      return await store.put(options);
    } catch (error) {
      seen.error = error;
      throw error;
    }
  };
  return { store: { ...store, put }, open, seen };
}

test("a body is asked for after its request is found to be signed and allowed, never before", async () => {
  const { relay, writer, reader } = await openTestRelay();
  const put = {
    method: "PUT",
    path: "/cache/a",
    headers: { ...unsignedBody, "content-length": "5", expect: "100-continue" },
  };
  for (const keys of [null, reader, { ...writer, secretAccessKey: "x" }]) {
    const line = dial(relay.address.port);
    line.socket.write(await headOf(keys, put));
    await line.closed;
    expect(line.text()).toMatch(/^HTTP\/1.1 403 Forbidden\r\n/);
    expect(line.text()).not.toContain("100 Continue");
  }
  const line = dial(relay.address.port);
  line.socket.write(await headOf(writer, put));
  await line.until("HTTP/1.1 100 Continue\r\n\r\n");
  line.socket.write("hello");
  await line.until("HTTP/1.1 200 OK\r\n");
});

test("a stranger who sends a body all the same gets to read why it is refused", async () => {
  const { relay } = await openTestRelay();
  for (const length of [1000, 100_000_000]) {
    const line = dial(relay.address.port);
    line.socket.write(
      await headOf(null, { method: "PUT", path: "/cache/a", headers: { "content-length": String(length) } }),
    );
    line.socket.write(Buffer.alloc(Math.min(length, 1_000_000)));
    await line.until("<Code>AccessDenied</Code>");
    await line.closed;
    expect(line.text()).toMatch(/^HTTP\/1.1 403 Forbidden\r\n.*connection: close/is);
  }
});

test("a store that takes its time holds the client back", async () => {
  const { store, open, seen } = gated();
  const { relay, writer } = await openTestRelay({ store });
  const size = 64 * 2 ** 20;
  const line = dial(relay.address.port);
  line.socket.write(
    await headOf(writer, {
      method: "PUT",
      path: "/cache/a",
      headers: { ...unsignedBody, "content-length": String(size) },
    }),
  );
  const body = Buffer.alloc(size);
  line.socket.write(body);
  await expect.poll(() => seen.isBegun).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 200));
  // What the system buffers for both ends is some megabytes.
  expect(line.socket.bytesWritten - line.socket.writableLength).toBeLessThan(size / 2);
  open();
  await line.until("HTTP/1.1 200 OK");
});

/** An object without an end that counts what was taken of it. */
function endless(store: ServedStore = createMemoryServedStore()) {
  const seen = { pieces: 0, isClosed: false, signal: new AbortController().signal };
  const size = 2 ** 40;
  const getEndless: ServedStore["get"] = async (_key, { caller }) => {
    seen.signal = caller.signal;
    async function* body() {
      for (;;) {
        seen.pieces += 1;
        yield Buffer.alloc(64 * 1024);
      }
    }
    return {
      size,
      modifiedAt: 0,
      etag: "x",
      version: "x",
      start: 0,
      body: body(),
      close: () => (seen.isClosed = true),
    };
  };
  return { store: { ...store, get: getEndless }, seen };
}

test("a client that takes its time holds the store back, and one that goes ends what was under way", async () => {
  const { store, seen } = endless();
  const { relay, writer, answered } = await openTestRelay({ store });
  const line = dial(relay.address.port);
  line.socket.pause();
  line.socket.write(await headOf(writer, { path: "/cache/a" }));
  await expect.poll(() => seen.pieces).toBeGreaterThan(0);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const { pieces } = seen;
  expect(pieces).toBeLessThan(500);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(seen.pieces).toBe(pieces);
  line.socket.destroy();
  await expect.poll(() => seen.isClosed).toBe(true);
  expect(seen.signal.aborted).toBe(true);
  await expect.poll(() => answered).toMatchObject([{ operation: "GetObject", error: null }]);
});

test("a client that reads nothing at all is left after its time", async () => {
  const { store, seen } = endless();
  const { relay, writer } = await openTestRelay({ store, limits: { idleMs: 200 } });
  const line = dial(relay.address.port);
  line.socket.pause();
  line.socket.write(await headOf(writer, { path: "/cache/a" }));
  await expect.poll(() => seen.isClosed, { timeout: 5000 }).toBe(true);
});

test("a body that breaks off, or of which nothing comes, ends the put", async () => {
  const { store, open, seen } = gated();
  open();
  const { relay, writer } = await openTestRelay({ store, limits: { idleMs: 200 } });
  const head = await headOf(writer, {
    method: "PUT",
    path: "/cache/a",
    headers: { ...unsignedBody, "content-length": "10" },
  });
  for (const isGone of [true, false]) {
    delete seen.error;
    const line = dial(relay.address.port);
    line.socket.write(`${head}hello`);
    if (isGone) line.socket.end();
    await expect.poll(() => seen.error, { timeout: 5000 }).toBeInstanceOf(Error);
    await line.closed;
  }
  expect(await store.head("a", { name: "", signal: new AbortController().signal })).toBeNull();
});

test("half of an object is never taken for all of it", async () => {
  const store = createMemoryServedStore();
  async function* body() {
    yield Buffer.from("hello");
    await Promise.resolve();
    throw new Error("the store breaks");
  }
  const getHalf: ServedStore["get"] = async () => {
    return { size: 10, modifiedAt: 0, etag: "x", version: "x", start: 0, body: body(), close: () => {} };
  };
  const { client, answered } = await openTestRelay({ store: { ...store, get: getHalf } });
  const read = async () => {
    const { Body } = await client().send(new GetObjectCommand({ Bucket, Key: "a" }));
    return Body?.transformToString();
  };
  await expect(read()).rejects.toThrow(/aborted|hang up/);
  expect(answered).toMatchObject([{ operation: "GetObject", error: { code: "InternalError" } }]);
});

test("the head of a request is bounded in time and size", async () => {
  const { relay } = await openTestRelay({ limits: { headMs: 200 } });
  const silent = dial(relay.address.port);
  const slow = dial(relay.address.port);
  slow.socket.write("GET / HTTP/1.1\r\nhost: x\r\n");
  await Promise.all([silent.closed, slow.closed]);
  const large = dial(relay.address.port);
  large.socket.write(`GET / HTTP/1.1\r\nhost: x\r\nx: ${"x".repeat(20_000)}\r\n\r\n`);
  await large.until("HTTP/1.1 431");
  expect(slow.text()).toMatch(/^HTTP\/1.1 408/);
});

test("connections beyond the bound are closed", async () => {
  const { relay } = await openTestRelay({ limits: { connections: 1 } });
  const first = dial(relay.address.port);
  await new Promise<void>((resolve) => void first.socket.once("connect", resolve));
  const second = dial(relay.address.port);
  await second.closed;
  expect(second.text()).toBe("");
  first.socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  await first.until("HTTP/1.1 403");
});

test("what is under way ends before the relay does", async () => {
  const { store, open, seen } = gated();
  const { relay, client, endpoint, answered } = await openTestRelay({ store });
  const putting = client().send(new PutObjectCommand({ Bucket, Key: "a", Body: "hello" }));
  await expect.poll(() => seen.isBegun).toBe(true);
  const closing = relay.close();
  await expect(fetch(endpoint)).rejects.toThrow("fetch failed");
  open();
  await putting;
  await closing;
  expect(answered).toMatchObject([{ operation: "PutObject", error: null }]);
});

test("what does not end in time is aborted", async () => {
  for (const how of ["close", "signal"] as const) {
    let body: IncomingBody | undefined;
    let reason: unknown;
    const store = createMemoryServedStore();
    const put: ServedStore["put"] = async (options) => {
      ({ body } = options);
      const { signal } = options.caller;
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          reason = signal.reason;
          reject(signal.reason as Error);
        });
      });
    };
    const { relay, client, stop } = await openTestRelay({ store: { ...store, put } });
    const putting = client().send(new PutObjectCommand({ Bucket, Key: "a", Body: "hello" }));
    putting.catch(() => {});
    await expect.poll(() => body).toBeDefined();
    if (how === "signal") stop.abort(new Error("interrupted"));
    await relay.close(how === "signal" ? undefined : 50);
    expect(reason).toMatchObject({ message: expect.stringMatching(/stops|gone/) });
    await expect(putting).rejects.toThrow(/aborted|hang up/);
    await expect(relay.listen("127.0.0.1")).rejects.toThrow("stopped");
  }
});

test("one more address serves the same", async () => {
  const { relay, writer, client } = await openTestRelay();
  const port = await relay.listen("127.0.0.2");
  const other = client(writer, { endpoint: `http://127.0.0.2:${port}` });
  await other.send(new PutObjectCommand({ Bucket, Key: "a", Body: "hello" }));
  const found = await client().send(new GetObjectCommand({ Bucket, Key: "a" }));
  expect(await found.Body?.transformToString()).toBe("hello");
  await relay.close();
  await dial(port, "127.0.0.2").closed;
});

test("an address that is taken is an error", async () => {
  const { relay } = await openTestRelay();
  await expect(openTestRelay({ listen: relay.address })).rejects.toMatchObject({ code: "EADDRINUSE" });
});

test("speaks TLS with a certificate", async () => {
  const certs = makeCerts(makeTempDir("certs"));
  const tls = { cert: readFileSync(certs.serverCert), key: readFileSync(certs.serverKey) };
  const { client, relay } = await openTestRelay({ listen: { host: "127.0.0.1", port: 0, tls } });
  const status = await new Promise((resolve, reject) => {
    const options = { port: relay.address.port, ca: readFileSync(certs.ca), agent: false };
    get(options, (answer) => resolve(answer.resume().statusCode)).once("error", reject);
  });
  expect(status).toBe(403);
  await expect(client().send(new HeadBucketCommand({ Bucket }))).rejects.toThrow(/certificate/);
});

test("a probe tells when it is asked for, once it is expected", async () => {
  const { relay, endpoint } = await openTestRelay();
  const probe = relay.expectProbe();
  expect((await fetch(`${endpoint}${probe.path.slice(0, -1)}`)).status).toBe(403);
  expect((await fetch(endpoint + probe.path, { method: "HEAD" })).status).toBe(404);
  await probe.asked;
  expect((await fetch(endpoint + probe.path)).status).toBe(404);
  probe.close();
  expect((await fetch(endpoint + probe.path)).status).toBe(403);
});

test("requests that are none do not end the relay", async () => {
  const { relay, client } = await openTestRelay();
  for (const text of [
    "\r\n\r\n",
    "GET",
    "GET http://other/ HTTP/1.1\r\nhost: x\r\n\r\n",
    "CONNECT a:1 HTTP/1.1\r\nhost: x\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nhost: x\r\nexpect: tea\r\n\r\n",
    "GET /%zz HTTP/1.1\r\nhost: x\r\n\r\n",
  ]) {
    const line = dial(relay.address.port);
    line.socket.end(text);
    await line.closed;
  }
  const alive = await client().send(new HeadBucketCommand({ Bucket }));
  expect(alive.$metadata.httpStatusCode).toBe(200);
});
