import { expect, test } from "vitest";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { writeStream } from "../../src/store/write-stream.ts";
import { bytes, heldBytes, sha256 } from "./bytes.ts";
import { collect } from "./reads.ts";

const partBytes = 8 * 2 ** 20;

/** The part of the contract about uploads in parts. */
export function describeUploads(open: () => ObjectStore, unfinished: () => Promise<readonly string[]>): void {
  const keys = async (prefix: string): Promise<string[]> => {
    const found: string[] = [];
    for await (const { key } of open().list(prefix)) found.push(key);
    return found;
  };

  test("parts in any order, several at once, one twice: the object is all of them in their order", async () => {
    const store = open();
    const parts = [bytes(partBytes), bytes(partBytes), bytes(1_000)] as const;
    const upload = await store.upload("parts/many");
    await upload.part(3, parts[2]);
    await Promise.all([upload.part(2, bytes(partBytes)), upload.part(1, parts[0])]);
    await upload.part(2, parts[1]);
    expect(await store.stat("parts/many")).toBeNull();
    expect(await keys("")).not.toContain("parts/many");
    expect(await upload.complete()).toBe("stored");
    expect((await store.get("parts/many"))?.equals(Buffer.concat(parts))).toBe(true);
    expect(await store.stat("parts/many")).toMatchObject({ size: 2 * partBytes + 1_000 });
    await upload.abort();
    expect(await store.stat("parts/many")).not.toBeNull();
    await expect(upload.part(4, bytes(1))).rejects.toThrow("has ended");
    await expect(upload.complete()).rejects.toThrow("has ended");
    expect(await unfinished()).toEqual([]);
    const single = await store.upload("parts/one");
    await single.part(1, Buffer.from("x"));
    expect(await single.complete()).toBe("stored");
    expect(String(await store.get("parts/one"))).toBe("x");
    await store.delete(["parts/many", "parts/one"]);
  });

  test("a part that is missing, numbers that are none", async () => {
    const store = open();
    const upload = await store.upload("parts/gap");
    await expect(upload.complete()).rejects.toThrow("no part");
    await expect(upload.part(0, bytes(1))).rejects.toThrow("no number");
    await expect(upload.part(1.5, bytes(1))).rejects.toThrow("no number");
    await upload.part(2, bytes(1_000));
    await expect(upload.complete()).rejects.toThrow("lacks part 1");
    expect(await store.stat("parts/gap")).toBeNull();
    await upload.abort();
    expect(await unfinished()).toEqual([]);
    await expect(store.upload("a//b")).rejects.toThrow("no key");
  });

  test("a part that is not what its digest says is refused, and can be sent again", async () => {
    const store = open();
    const [first, last] = [bytes(partBytes), bytes(1_000)];
    const upload = await store.upload("parts/digest");
    await upload.part(1, first, { sha256: sha256(first) });
    await expect(upload.part(2, last, { sha256: sha256(first) })).rejects.toMatchObject({ code: "BK5021" });
    await upload.part(2, last, { sha256: sha256(last) });
    await upload.part(2, last, { sha256: sha256(last), isChecked: true });
    expect(await upload.complete()).toBe("stored");
    expect((await store.get("parts/digest"))?.equals(Buffer.concat([first, last]))).toBe(true);
    await store.delete(["parts/digest"]);
  });

  test("an abort in the middle leaves nothing", async () => {
    const store = open();
    const upload = await store.upload("parts/aborted");
    await upload.part(1, bytes(partBytes));
    const sending = [2, 3, 4].map((number) => upload.part(number, bytes(partBytes)));
    const settled = Promise.allSettled(sending);
    await upload.abort();
    await settled;
    expect(await store.get("parts/aborted")).toBeNull();
    await expect(upload.complete()).rejects.toThrow("has ended");
    await upload.abort();
    // The same by the signal of the call.
    const controller = new AbortController();
    const other = await store.upload("parts/aborted", { signal: controller.signal });
    await other.part(1, bytes(1_000));
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(other.part(2, bytes(1_000))).rejects.toBe(reason);
    await expect(other.complete()).rejects.toBe(reason);
    await other.abort();
    expect(await store.get("parts/aborted")).toBeNull();
    expect(await unfinished()).toEqual([]);
    expect(await keys("parts/")).toEqual([]);
  });

  test("of uploads that race for a key where none may be, one stores", async () => {
    const store = open();
    const bodies = [1, 2, 3, 4].map((writer) => Buffer.from(`writer ${writer}`));
    const uploads = await Promise.all(bodies.map(() => store.upload("parts/race", { onlyIfAbsent: true })));
    await Promise.all(uploads.map((upload, index) => upload.part(1, bodies[index] as Buffer)));
    const answers = await Promise.all(uploads.map((upload) => upload.complete()));
    expect(answers.toSorted()).toEqual(["exists", "exists", "exists", "stored"]);
    expect(await store.get("parts/race")).toEqual(bodies[answers.indexOf("stored")]);
    const late = await store.upload("parts/race", { onlyIfAbsent: true });
    await late.part(1, bytes(10));
    expect(await late.complete()).toBe("exists");
    const over = await store.upload("parts/race");
    await over.part(1, Buffer.from("over"));
    expect(await over.complete()).toBe("stored");
    expect(String(await store.get("parts/race"))).toBe("over");
    expect(await unfinished()).toEqual([]);
    await store.delete(["parts/race"]);
  });

  test("a stream of unknown length is stored with few of its bytes in memory", async () => {
    const store = open();
    const total = 64 * 2 ** 20 + 12_345;
    const piece = bytes(2 ** 20);
    const before = await heldBytes();
    let [sent, most] = [0, 0];
    async function* source() {
      while (sent < total) {
        const chunk = piece.subarray(0, Math.min(piece.length, total - sent));
        sent += chunk.length;
        if (sent % partBytes === 0) most = Math.max(most, (await heldBytes()) - before);
        yield chunk;
      }
    }
    expect(await writeStream(store, "parts/stream", source(), { onlyIfAbsent: true, partBytes, atOnce: 2 })).toBe(
      "stored",
    );
    // A store in memory holds them all.
    if (!store.place.startsWith("memory:")) expect(most).toBeLessThan(48 * 2 ** 20);
    const content = await store.read("parts/stream", { range: { start: 64 * 2 ** 20 - 5 } });
    const end = Buffer.concat([piece.subarray(-5), piece.subarray(0, 12_345)]);
    expect(content && sha256(await collect(content))).toBe(sha256(end));
    expect(content?.size).toBe(total);
    // One that fits into a part is put at once.
    expect(await writeStream(store, "parts/small", [Buffer.from("a"), Buffer.from("b")])).toBe("stored");
    expect(String(await store.get("parts/small"))).toBe("ab");
    expect(await writeStream(store, "parts/small", [Buffer.from("c")], { onlyIfAbsent: true })).toBe("exists");
    await store.delete(["parts/stream", "parts/small"]);
  }, 60_000);

  test("a stream that breaks leaves nothing", async () => {
    const store = open();
    const reason = new Error("the source broke");
    async function* source() {
      for (let part = 0; part < 3; part += 1) yield bytes(partBytes);
      throw reason;
    }
    await expect(writeStream(store, "parts/broken", source())).rejects.toBe(reason);
    expect(await store.stat("parts/broken")).toBeNull();
    expect(await unfinished()).toEqual([]);
  });
}
