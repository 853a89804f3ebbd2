import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect } from "vitest";
import type { ObjectContent, ObjectStore } from "../../src/store/object-store.ts";
import { openStore } from "../../src/store/open.ts";
import { defaultPolicy } from "../../src/store/requests.ts";
import { bytes, sha256 } from "../contract/bytes.ts";
import { collect } from "../contract/reads.ts";
import { cleanEnv } from "../support/env.ts";
import { type Fault, type FaultyServer, type SeenRequest, startFaultyServer } from "../support/faulty-server.ts";
import { type GcsGate, startGcsGate } from "../support/gcs-auth.ts";
import { freePort, waitFor } from "../support/poll.ts";
import { bucket, tlsTest as test } from "../support/servers.ts";

const policy = { ...defaultPolicy, waits: [5, 10, 20, 40], idleMs: 500 };

describe("stores behind a line that fails", () => {
  const ending = new AbortController();
  let gate: GcsGate;
  const lines: Record<string, FaultyServer> = {};
  const stores: Record<string, ObjectStore> = {};

  test.beforeAll(async ({ s3, gcs, certs }) => {
    gate = await startGcsGate(gcs.endpoint);
    lines["s3"] = await startFaultyServer(s3.endpoint, certs);
    lines["gcs"] = await startFaultyServer(gate.endpoint);
    process.env["GOOGLE_APPLICATION_CREDENTIALS"] = gate.keyFile;
    for (const type of ["s3", "gcs"]) {
      const env = cleanEnv({ ...s3.env, GOOGLE_APPLICATION_CREDENTIALS: gate.keyFile });
      stores[type] = await openStore(
        {
          name: "remote",
          type,
          bucket,
          prefix: "f/",
          insecure: true,
          endpointUrl: lines[type]?.endpoint,
        },
        { env, signal: ending.signal, policy },
      );
      // The token is fetched before the faults begin.
      await stores[type].stat("nothing");
    }
  });
  test.afterEach(() => {
    for (const line of Object.values(lines)) line.plan = () => null;
  });
  test.afterAll(() => {
    delete process.env["GOOGLE_APPLICATION_CREDENTIALS"];
    for (const store of Object.values(stores)) store.close();
    for (const line of Object.values(lines)) line.stop();
    gate?.stop();
  });

  describe.each(["s3", "gcs"])("%s", (type) => {
    const store = () => stores[type] as ObjectStore;
    const line = () => lines[type] as FaultyServer;
    /** Looking whether a put that was cut off has arrived is no request of its own. */
    const isLook = ({ method, headers }: SeenRequest) => method === "HEAD" || headers.range !== undefined;
    /** The next requests meet these faults, those after them none. Returns how many were sent since. */
    const plan = (...faults: readonly (Fault | null)[]): (() => number) => {
      let sent = 0;
      line().plan = (request) => (isLook(request) ? null : (faults[sent++] ?? null));
      return () => sent;
    };
    const always = (fault: Fault): (() => number) => {
      let sent = 0;
      line().plan = () => {
        sent += 1;
        return fault;
      };
      return () => sent;
    };
    const once = (fault: Fault): void => {
      line().plan = () => {
        line().plan = () => null;
        return fault;
      };
    };
    const put = (key: string, body: Uint8Array, onlyIfAbsent = true) =>
      store().put(key, body, { onlyIfAbsent, sha256: sha256(body) });

    test.each([503, 500, 502, 429, 504])("status %i passes", async (status) => {
      const body = bytes(10_000);
      const key = `status/${status}`;
      const sent = plan({ kind: "status", status }, { kind: "status", status });
      expect(await put(key, body)).toBe("stored");
      expect(sent()).toBe(3);
      plan({ kind: "status", status });
      expect(await store().get(key)).toEqual(body);
      once({ kind: "status", status });
      expect(await store().stat(key)).toMatchObject({ size: 10_000 });
      plan({ kind: "status", status });
      expect(await store().touch(key)).toBe(true);
      plan({ kind: "status", status });
      await store().delete([key]);
      expect(await store().get(key)).toBeNull();
    });

    test("a store that never can: five tries, then one error that names the backend", async () => {
      const sent = always({ kind: "status", status: 503 });
      await expect(put("never", bytes(100))).rejects.toMatchObject({
        code: "BK5007",
        message: expect.stringMatching(/^backend "remote": .* cannot serve now/) as string,
      });
      expect(sent()).toBe(5);
    });

    test("what is denied is not asked again", async () => {
      const sent = always({ kind: "status", status: 403 });
      await expect(store().get("x")).rejects.toMatchObject({ code: "BK5005" });
      expect(sent()).toBe(1);
    });

    test("412 is an answer; 409 is a race that is run again", async () => {
      const sent = plan({ kind: "status", status: 412 });
      expect(await put("exists", bytes(10))).toBe("exists");
      expect(sent()).toBe(1);
      const xml = "<Error><Code>ConditionalRequestConflict</Code></Error>";
      const again = plan({ kind: "status", status: 409, body: xml });
      expect(await put("conflict", bytes(10))).toBe("stored");
      expect(again()).toBe(2);
    });

    test("a line that is cut before the answer", async () => {
      const body = bytes(3 * 2 ** 20);
      const sent = plan({ kind: "cut" }, { kind: "cut" });
      expect(await put("cut/before", body)).toBe("stored");
      expect(sent()).toBe(3);
      // The store has the object, but its word of it is lost: it is ours all the same.
      plan({ kind: "cut", after: true });
      expect(await put("cut/after", body)).toBe("stored");
      plan(null, { kind: "cut" });
      await put("cut/theirs", bytes(body.length));
      expect(await put("cut/theirs", body)).toBe("exists");
      for (const key of ["cut/before", "cut/after"]) expect((await store().get(key))?.equals(body)).toBe(true);
    });

    test.each<Fault["kind"] & ("cut body" | "stall body" | "short body")>(["cut body", "stall body", "short body"])(
      "%s: read again, never half",
      async (kind) => {
        const body = bytes(2 * 2 ** 20);
        await put(`body/${kind}`, body);
        const sent = plan({ kind, bytes: 1_000_000 }, { kind, bytes: 0 });
        expect((await store().get(`body/${kind}`))?.equals(body)).toBe(true);
        expect(sent()).toBe(3);
        always({ kind, bytes: 1_000_000 });
        await expect(store().get(`body/${kind}`)).rejects.toMatchObject({ code: "BK5007" });
      },
    );

    test.each(["cut body", "stall body"] as const)("the text of a refusal with %s is asked for again", async (kind) => {
      let asked = 0;
      line().plan = () => (asked++ === 0 ? { kind, bytes: 10 } : null);
      expect(await store().stat("refusal/none")).toBeNull();
      expect(asked).toBeGreaterThan(1);
    });

    test("a streamed read goes on where its line broke; what comes is right or an error", async () => {
      const body = bytes(3 * 2 ** 20);
      const key = "stream/broken";
      await put(key, body);
      const read = async () => {
        const content = await store().read(key, { range: { start: 10 } });
        return content && collect(content);
      };
      for (const kind of ["cut body", "short body", "stall body"] as const) {
        let asked = 0;
        line().plan = () => (asked++ < 2 ? { kind, bytes: 700_000 } : null);
        expect((await read())?.equals(body.subarray(10))).toBe(true);
        expect(asked).toBe(3);
      }
      let asked = 0;
      line().plan = () => (asked++ === 0 ? { kind: "cut body", bytes: 700_000 } : { kind: "cut body", bytes: 0 });
      await expect(read()).rejects.toMatchObject({ code: "BK5007" });
      expect(asked).toBe(1 + policy.tries - 1);
      // Somebody puts another object in its place in the middle.
      asked = 0;
      line().plan = () => (asked++ === 0 ? { kind: "cut body", bytes: 700_000 } : null);
      const content = await store().read(key);
      await store().put(key, bytes(3 * 2 ** 20));
      await expect(content && collect(content)).rejects.toMatchObject({ code: "BK5021" });
    });

    test("who reads slowly is waited for, however long", async () => {
      const body = bytes(8 * 2 ** 20);
      await put("stream/slow", body);
      let asked = 0;
      line().plan = () => (asked++, null);
      const content = await store().read("stream/slow");
      await sleep(policy.idleMs * 2.5);
      expect((await collect(content as ObjectContent)).equals(body)).toBe(true);
      expect(asked).toBe(1);
    });

    test("an upload whose parts and whose end fail for a while is whole; for good, it leaves nothing", async () => {
      const parts = [bytes(5 * 2 ** 20), bytes(5 * 2 ** 20), bytes(100)];
      const begin = async (key: string) => {
        const upload = await store().upload(key, { onlyIfAbsent: true });
        let sent = 0;
        line().plan = (request) => (isLook(request) || sent++ % 2 === 1 ? null : { kind: "cut" });
        await Promise.all(parts.map((part, index) => upload.part(index + 1, part)));
        return upload;
      };
      const upload = await begin("upload/cut");
      expect(await upload.complete()).toBe("stored");
      expect((await store().get("upload/cut"))?.equals(Buffer.concat(parts))).toBe(true);
      // The end was heard, and its answer was not.
      const heard = await begin("upload/heard");
      once({ kind: "cut", after: true });
      expect(await heard.complete()).toBe("stored");
      const broken = await begin("upload/broken");
      always({ kind: "status", status: 403 });
      await expect(broken.complete()).rejects.toMatchObject({ code: "BK5005" });
      line().plan = () => null;
      await broken.abort();
      expect(await store().stat("upload/broken")).toBeNull();
    });

    test("parts that the caller checks go to a bucket whose policy wants their digests, too", async () => {
      const parts = [bytes(5 * 2 ** 20), bytes(100)];
      const unsigned: boolean[] = [];
      line().plan = ({ method, headers }) => {
        if (method !== "PUT") return null;
        unsigned.push(headers["x-amz-content-sha256"] === "UNSIGNED-PAYLOAD");
        return unsigned.at(-1) === true ? { kind: "status", status: 403 } : null;
      };
      const upload = await store().upload("upload/signed");
      for (const [index, part] of parts.entries()) {
        await upload.part(index + 1, part, { sha256: sha256(part), isChecked: true });
      }
      expect(await upload.complete()).toBe("stored");
      expect((await store().get("upload/signed"))?.equals(Buffer.concat(parts))).toBe(true);
      if (type === "s3") expect(unsigned).toEqual([true, false, false]);
    });

    test("a page with 200 for everything, as a network's login shows it: nothing is read, nothing counts as stored", async () => {
      always({ kind: "status", status: 200, body: "<html>Welcome</html>" });
      const refused = { code: "BK5010" };
      await expect(put("portal/a", bytes(10))).rejects.toMatchObject(refused);
      await expect(put("portal/a", bytes(10), false)).rejects.toMatchObject(refused);
      await expect(store().get("portal/a")).rejects.toMatchObject(refused);
      await expect(store().read("portal/a")).rejects.toMatchObject(refused);
      await expect(store().stat("portal/a")).rejects.toMatchObject(refused);
      const upload = store().upload("portal/a");
      await expect(upload.then((opened) => opened.part(1, bytes(10)))).rejects.toMatchObject(refused);
      const listed = store().list("portal/")[Symbol.asyncIterator]().next();
      await expect(listed).rejects.toMatchObject(refused);
      await expect(store().touch("portal/a")).rejects.toMatchObject(refused);
    });

    test("silence is not waited for", async () => {
      const sent = plan({ kind: "silence" });
      expect(await put("silent", bytes(5 * 2 ** 20))).toBe("stored");
      expect(sent()).toBe(2);
      always({ kind: "silence" });
      await expect(store().stat("silent")).rejects.toMatchObject({ code: "BK5007" });
    });

    test("slow is not silent", async () => {
      const body = bytes(2 ** 20);
      await put("slow", body);
      const sent = plan({ kind: "slow body", ms: 1_500 });
      expect((await store().get("slow"))?.equals(body)).toBe(true);
      expect(sent()).toBe(1);
    });

    test("a store that has too much to do gets less at once", async () => {
      const body = bytes(1_000);
      await put("busy", body);
      const { seen } = line();
      const from = seen.length;
      line().plan = (_, index) => (index - from < 16 ? { kind: "status", status: 503 } : null);
      const got = await Promise.all(Array.from({ length: 64 }, () => store().get("busy")));
      expect(got.every((each) => each?.equals(body))).toBe(true);
      // More where a crowded machine lets one of them wait for longer than the idle time.
      expect(seen.length - from).toBeGreaterThanOrEqual(64 + 16);
      for (const { open } of seen.slice(from + 16, from + 24)) expect(open).toBeLessThanOrEqual(8);
    });

    test("an aborted transfer rejects at once and leaves no connection", async () => {
      const body = bytes(4 * 2 ** 20);
      await put("abort", body);
      always({ kind: "stall body", bytes: 1_000_000 });
      const controller = new AbortController();
      const reads = [1, 2, 3].map(() => store().get("abort", { signal: controller.signal }));
      const settled = Promise.allSettled(reads);
      await sleep(100);
      const open = await line().connections();
      const reason = new Error("stop");
      const began = performance.now();
      controller.abort(reason);
      expect((await settled).map((each) => each.status === "rejected" && each.reason === reason)).toEqual([
        true,
        true,
        true,
      ]);
      expect(performance.now() - began).toBeLessThan(policy.idleMs);
      await waitFor(async () => (await line().connections()) <= open - 3, {
        what: "the connections end",
      });
      line().plan = () => null;
      expect((await store().get("abort"))?.equals(body)).toBe(true);
    });

    test("a waiting retry is given up when aborted", async () => {
      always({ kind: "status", status: 503 });
      const controller = new AbortController();
      const work = Promise.allSettled(
        Array.from({ length: 40 }, () => store().get("x", { signal: controller.signal })),
      );
      await sleep(20);
      controller.abort(new Error("stop"));
      for (const each of await work) expect(each).toMatchObject({ status: "rejected" });
      line().plan = () => null;
      expect(await store().get("x")).toBeNull();
    });
  });

  test("s3: a store without conditional writes is found out once", async ({ s3, certs }) => {
    const line = await startFaultyServer(s3.endpoint, certs);
    line.plan = ({ headers }) => (headers["if-none-match"] === "*" ? { kind: "status", status: 501 } : null);
    const backend = {
      name: "old",
      type: "s3",
      bucket,
      prefix: "old/",
      insecure: true,
      endpointUrl: line.endpoint,
    };
    const context = { env: cleanEnv(s3.env), signal: ending.signal, policy };
    const store = await openStore(backend, context);
    const body = bytes(1_000);
    expect(await store.put("a", body, { onlyIfAbsent: true })).toBe("stored");
    expect(await store.put("a", bytes(10), { onlyIfAbsent: true })).toBe("exists");
    expect(await store.put("b", body, { onlyIfAbsent: true, sha256: sha256(body) })).toBe("stored");
    expect(await store.get("a")).toEqual(body);
    expect(line.seen.filter(({ headers }) => headers["if-none-match"] !== undefined)).toHaveLength(1);
    const wrong = store.put("c", body, { onlyIfAbsent: true, sha256: sha256(bytes(1)) });
    await expect(wrong).rejects.toMatchObject({ code: "BK5021" });
    expect(await store.get("c")).toBeNull();
    store.close();
    line.stop();
  });

  test("s3: a store that deletes one by one", async ({ s3, certs }) => {
    const line = await startFaultyServer(s3.endpoint, certs);
    const body = "<Error><Code>MissingContentMD5</Code></Error>";
    line.plan = ({ method }) => (method === "POST" ? { kind: "status", status: 400, body } : null);
    const backend = {
      name: "old",
      type: "s3",
      bucket,
      prefix: "del/",
      insecure: true,
      endpointUrl: line.endpoint,
    };
    const context = { env: cleanEnv(s3.env), signal: ending.signal, policy };
    const store = await openStore(backend, context);
    for (const key of ["a", "b", "c"]) await store.put(key, bytes(1));
    await store.delete(["a", "b", "nothing"]);
    await store.delete(["c", "nothing"]);
    expect(await s3.objects(bucket, "del/")).toEqual([]);
    expect(line.seen.filter(({ method }) => method === "POST")).toHaveLength(1);
    store.close();
    line.stop();
  });

  test("s3: half of a listing is not taken for the whole", async ({ s3, certs }) => {
    const line = await startFaultyServer(s3.endpoint, certs);
    const body = `<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>f/a</Key><Size>1</Size></Contents></ListBucketResult>`;
    line.plan = () => ({ kind: "status", status: 200, body });
    const backend = {
      name: "bad",
      type: "s3",
      bucket,
      prefix: "f/",
      insecure: true,
      endpointUrl: line.endpoint,
    };
    const context = { env: cleanEnv(s3.env), signal: ending.signal, policy };
    const store = await openStore(backend, context);
    const read = async () => {
      const keys: string[] = [];
      for await (const { key } of store.list("")) keys.push(key);
      return keys;
    };
    await expect(read()).rejects.toMatchObject({ code: "BK5010" });
    store.close();
    line.stop();
  });

  test("an endpoint that never answered is given up at the first try", async ({ s3 }) => {
    const endpointUrl = `http://127.0.0.1:${await freePort()}`;
    const backend = { name: "gone", type: "s3", bucket, insecure: true, endpointUrl };
    const slow = { ...policy, waits: [60_000] };
    const store = await openStore(backend, {
      env: cleanEnv(s3.env),
      signal: ending.signal,
      policy: slow,
    });
    await expect(store.get("x")).rejects.toMatchObject({
      code: "BK5007",
      message: expect.stringContaining("nothing listens there") as string,
    });
    store.close();
  });
});
