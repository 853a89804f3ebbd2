import { createHash, randomUUID } from "node:crypto";
import { S3Error } from "../../src/relay/errors.ts";
import type { IncomingBody, ServedStore, StoredObject } from "../../src/relay/served-store.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";

/** The plainest thing that the protocol can be tested with: a store in memory, uploads in a map. */
export function createMemoryServedStore(store: ObjectStore = createMemoryStore()): ServedStore {
  const uploads = new Map<string, { readonly key: string; readonly parts: Map<number, Buffer> }>();
  const find = async (key: string): Promise<StoredObject | null> => {
    const found = await store.stat(key);
    return found === null ? null : { ...found, etag: etagOf(found) };
  };
  const write = async (key: string, body: Buffer, onlyIfAbsent: boolean): Promise<StoredObject> => {
    const done = await store.put(key, body, { onlyIfAbsent });
    if (done === "exists") throw new S3Error("PreconditionFailed", `${key} exists`);
    const found = await find(key);
    if (found === null) throw new Error(`${key} is gone`);
    return found;
  };
  const uploadOf = (id: string, key: string) => {
    const found = uploads.get(id);
    if (found?.key !== key) throw new S3Error("NoSuchUpload", `no upload ${id} of ${key}`);
    return found;
  };
  return {
    head: find,
    async get(key, { range }) {
      const content = await store.read(key, range === null ? {} : { range });
      return content === null ? null : { ...content, etag: etagOf(content) };
    },
    put: async ({ key, body, onlyIfAbsent }) => write(key, await bytesOf(body), onlyIfAbsent),
    async touch(key) {
      await store.touch(key);
      return find(key);
    },
    async *list(prefix, { startAfter }) {
      for await (const each of store.list(prefix, startAfter === null ? {} : { startAfter })) {
        yield { ...each, etag: etagOf(each) };
      }
    },
    delete: (keys) => store.delete(keys),
    async createUpload(key) {
      const id = randomUUID();
      uploads.set(id, { key, parts: new Map() });
      return id;
    },
    async uploadPart({ id, key, number, body }) {
      const { parts } = uploadOf(id, key);
      const bytes = await bytesOf(body);
      parts.set(number, bytes);
      return { etag: createHash("md5").update(bytes).digest("hex") };
    },
    async completeUpload({ id, key, parts, onlyIfAbsent }) {
      const found = uploadOf(id, key);
      const bodies = parts.map(({ number }) => {
        const body = found.parts.get(number);
        if (body === undefined) throw new S3Error("InvalidPart", `no part ${number}`);
        return body;
      });
      const stored = await write(key, Buffer.concat(bodies), onlyIfAbsent);
      uploads.delete(id);
      return stored;
    },
    abortUpload: async ({ id }) => void uploads.delete(id),
  };
}

function etagOf({ size, modifiedAt }: { readonly size: number; readonly modifiedAt: number }): string {
  return createHash("md5").update(`${size} ${modifiedAt}`).digest("hex");
}

async function bytesOf({ bytes, size, sha256 }: IncomingBody): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of bytes) parts.push(part);
  const body = Buffer.concat(parts);
  if (body.length !== size) throw new Error(`${body.length} bytes came of ${size}`);
  if (sha256 !== null && createHash("sha256").update(body).digest("hex") !== sha256)
    throw new S3Error("XAmzContentSHA256Mismatch", "the body is another than was signed");
  return body;
}
