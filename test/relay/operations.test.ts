import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  UploadPartCommand,
  UploadPartCopyCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { createMemoryStore } from "../../src/store/memory.ts";
import { createMemoryServedStore } from "./memory-served-store.ts";
import { openTestRelay } from "./open-test-relay.ts";

const Bucket = "cache";
const put = async (client: S3Client, Key: string, Body: string | Buffer) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body }));
const get = async (
  client: S3Client,
  Key: string,
  more: { readonly Range?: string; readonly IfMatch?: string } = {},
) => {
  const answer = await client.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return { ...answer, text: await answer.Body?.transformToString() };
};

test("an object comes back as it was put", async () => {
  const client = (await openTestRelay()).client();
  const { ETag } = await put(client, "blobs/sha256:abc", "hello world");
  const head = await client.send(new HeadObjectCommand({ Bucket, Key: "blobs/sha256:abc" }));
  expect(head).toMatchObject({ ContentLength: 11, ETag, AcceptRanges: "bytes" });
  expect(head.LastModified?.getTime()).toBeGreaterThan(Date.now() - 5000);
  expect(await get(client, "blobs/sha256:abc")).toMatchObject({ text: "hello world", ContentLength: 11, ETag });
  await client.send(new DeleteObjectCommand({ Bucket, Key: "blobs/sha256:abc" }));
  await expect(get(client, "blobs/sha256:abc")).rejects.toMatchObject({ name: "NoSuchKey" });
  await expect(client.send(new HeadObjectCommand({ Bucket, Key: "blobs/sha256:abc" }))).rejects.toMatchObject({
    name: "NotFound",
  });
});

test("names with all that a name may have", async () => {
  const client = (await openTestRelay()).client();
  for (const key of ["a b+c%20d", "ü/☃/😀", "a'(b)*!~$&=;:@,", "..a/b..", "index.html?x=1#y"]) {
    await put(client, key, key);
    expect((await get(client, key)).text).toBe(key);
    await client.send(
      new CopyObjectCommand({
        Bucket,
        Key: key,
        CopySource: `${Bucket}/${encodeURIComponent(key)}`,
        MetadataDirective: "REPLACE",
      }),
    );
  }
});

test.each(["a/../b", "../a", ".", "a//b", "/a", "a/", "a/./b", "x".repeat(256), "a\u0001b"])(
  "a key that no store may have is refused: %j",
  async (key) => {
    const client = (await openTestRelay()).client();
    await expect(put(client, key, "x")).rejects.toMatchObject({ name: "InvalidArgument" });
    await expect(
      client.send(new CopyObjectCommand({ Bucket, Key: "b", CopySource: `${Bucket}/${encodeURIComponent(key)}` })),
    ).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
  },
);

test("ranges, and one beyond the end", async () => {
  const client = (await openTestRelay()).client();
  await put(client, "a", "hello world");
  expect(await get(client, "a", { Range: "bytes=6-" })).toMatchObject({
    text: "world",
    ContentRange: "bytes 6-10/11",
    $metadata: { httpStatusCode: 206 },
  });
  expect(await get(client, "a", { Range: "bytes=0-4" })).toMatchObject({ text: "hello", ContentRange: "bytes 0-4/11" });
  expect(await get(client, "a", { Range: "bytes=6-100" })).toMatchObject({ text: "world" });
  expect(await get(client, "a", { Range: "bytes=-5" })).toMatchObject({ text: "world", ContentRange: "bytes 6-10/11" });
  for (const Range of ["bytes=11-", "bytes=20-30", "bytes=-0"])
    expect(await get(client, "a", { Range })).toMatchObject({
      text: "",
      ContentLength: 0,
      $metadata: { httpStatusCode: 206 },
    });
  for (const Range of ["bytes=5-2", "bytes=0-1,3-4", "lines=1-2"])
    expect(await get(client, "a", { Range })).toMatchObject({
      text: "hello world",
      $metadata: { httpStatusCode: 200 },
    });
});

test("conditions", async () => {
  const client = (await openTestRelay()).client();
  const { ETag = "" } = await put(client, "a", "hello");
  expect((await get(client, "a", { IfMatch: ETag })).text).toBe("hello");
  await expect(get(client, "a", { IfMatch: '"other"' })).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
  await expect(client.send(new GetObjectCommand({ Bucket, Key: "a", IfNoneMatch: ETag }))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 304 },
  });
  const once = new PutObjectCommand({ Bucket, Key: "a", Body: "x", IfNoneMatch: "*" });
  await expect(client.send(once)).rejects.toMatchObject({ name: "PreconditionFailed" });
  const replace = new PutObjectCommand({ Bucket, Key: "a", Body: "x", IfMatch: ETag });
  await expect(client.send(replace)).rejects.toMatchObject({ name: "NotImplemented" });
  expect((await get(client, "a")).text).toBe("hello");
});

test("parts become one object", async () => {
  const client = (await openTestRelay()).client();
  const Key = "big";
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const Parts = await Promise.all(
    [1, 2, 3].map(async (PartNumber) => {
      const command = new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body: `part ${PartNumber};` });
      const { ETag } = await client.send(command);
      return { ETag, PartNumber };
    }),
  );
  await put(client, "source", "0123456789");
  const copied = await client.send(
    new UploadPartCopyCommand({
      Bucket,
      Key,
      UploadId,
      PartNumber: 4,
      CopySource: "cache/source",
      CopySourceRange: "bytes=2-5",
    }),
  );
  Parts.push({ ETag: copied.CopyPartResult?.ETag, PartNumber: 4 });
  const complete = (Parts: { ETag: string | undefined; PartNumber: number }[]) =>
    client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
  await expect(complete(Parts.toReversed())).rejects.toMatchObject({ name: "InvalidPartOrder" });
  await expect(complete([{ ETag: "x", PartNumber: 9 }])).rejects.toMatchObject({ name: "InvalidPart" });
  expect((await complete(Parts)).ETag).toMatch(/^"\w+"$/);
  expect((await get(client, Key)).text).toBe("part 1;part 2;part 3;2345");
  await expect(complete(Parts)).rejects.toMatchObject({ name: "NoSuchUpload" });
  const { UploadId: other } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: other }));
  await expect(
    client.send(new UploadPartCommand({ Bucket, Key, UploadId: other, PartNumber: 1, Body: "x" })),
  ).rejects.toMatchObject({ name: "NoSuchUpload" });
  await expect(
    client.send(new UploadPartCommand({ Bucket, Key, UploadId: "../../etc", PartNumber: 1, Body: "x" })),
  ).rejects.toMatchObject({ name: "NoSuchUpload" });
  for (const PartNumber of [0, 10_001]) {
    const command = new UploadPartCommand({ Bucket, Key, UploadId: "abc", PartNumber, Body: "x" });
    await expect(client.send(command)).rejects.toMatchObject({ name: "InvalidArgument" });
  }
});

test("a stream whose digest comes after it", async () => {
  const client = (await openTestRelay()).client();
  const body = Buffer.alloc(300_000, "abc");
  const parts = [body.subarray(0, 100_001), body.subarray(100_001)];
  for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "SHA1", "SHA256"] as const) {
    const command = new PutObjectCommand({
      Bucket,
      Key: ChecksumAlgorithm,
      Body: Readable.from(parts),
      ContentLength: body.length,
      ChecksumAlgorithm,
    });
    await client.send(command);
    const found = await client.send(new GetObjectCommand({ Bucket, Key: ChecksumAlgorithm }));
    expect(Buffer.from((await found.Body?.transformToByteArray()) ?? []).equals(body)).toBe(true);
  }
});

test("copies and touches", async () => {
  const store = createMemoryStore();
  const client = (await openTestRelay({ store: createMemoryServedStore(store) })).client();
  await put(client, "a", "hello");
  const before = (await store.stat("a"))?.modifiedAt ?? 0;
  await new Promise((resolve) => setTimeout(resolve, 5));
  const { CopyObjectResult } = await client.send(
    new CopyObjectCommand({ Bucket, Key: "a", CopySource: "cache/a", MetadataDirective: "REPLACE" }),
  );
  expect((await store.stat("a"))?.modifiedAt).toBeGreaterThan(before);
  expect(CopyObjectResult?.LastModified?.getTime()).toBeGreaterThan(before - 1000);
  await client.send(new CopyObjectCommand({ Bucket, Key: "b", CopySource: "/cache/a" }));
  expect((await get(client, "b")).text).toBe("hello");
  const copyIf = (CopySourceIfMatch: string | undefined) =>
    client.send(new CopyObjectCommand({ Bucket, Key: "d", CopySource: "cache/a", CopySourceIfMatch }));
  await copyIf((await get(client, "a")).ETag);
  await expect(copyIf('"other"')).rejects.toMatchObject({ name: "PreconditionFailed" });
  for (const CopySource of ["cache/none", "other/a"])
    await expect(client.send(new CopyObjectCommand({ Bucket, Key: "c", CopySource }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 404 },
    });
});

test("lists page by page, with and without folders", async () => {
  const client = (await openTestRelay()).client();
  const keys = ["a b", "blobs/1", "blobs/2", "blobs/2/x", "c+d", "m/x/1", "m/y/1", "z&<>"];
  for (const key of keys) await put(client, key, key);
  const collect = async (options: { Prefix?: string; Delimiter?: string; EncodingType?: "url" }, pageSize: number) => {
    const found: string[] = [];
    for await (const page of paginateListObjectsV2({ client, pageSize }, { Bucket, ...options })) {
      expect(page.KeyCount).toBeLessThanOrEqual(pageSize);
      found.push(
        ...(page.Contents ?? []).map(({ Key = "" }) => Key),
        ...(page.CommonPrefixes ?? []).map(({ Prefix = "" }) => Prefix),
      );
    }
    return found.sort();
  };
  for (const pageSize of [1, 2, 3, 1000]) {
    expect(await collect({}, pageSize)).toEqual(keys);
    expect(await collect({ Prefix: "blobs/" }, pageSize)).toEqual(["blobs/1", "blobs/2", "blobs/2/x"]);
    expect(await collect({ Delimiter: "/" }, pageSize)).toEqual(["a b", "blobs/", "c+d", "m/", "z&<>"]);
    expect(await collect({ Prefix: "m/", Delimiter: "/" }, pageSize)).toEqual(["m/x/", "m/y/"]);
  }
  expect(await collect({ EncodingType: "url" }, 10)).toEqual([
    "a%20b",
    "blobs/1",
    "blobs/2",
    "blobs/2/x",
    "c%2Bd",
    "m/x/1",
    "m/y/1",
    "z%26%3C%3E",
  ]);
  const first = await client.send(new ListObjectsCommand({ Bucket, MaxKeys: 2 }));
  expect(first).toMatchObject({ IsTruncated: true, NextMarker: "blobs/1" });
  const second = await client.send(new ListObjectsCommand({ Bucket, Marker: first.NextMarker }));
  expect(second.Contents?.map(({ Key }) => Key)).toEqual(keys.slice(2));
  const after = await client.send(new ListObjectsV2Command({ Bucket, StartAfter: "c+d" }));
  expect(after.Contents?.map(({ Key }) => Key)).toEqual(keys.slice(5));
  await expect(client.send(new ListObjectsV2Command({ Bucket, ContinuationToken: "%" }))).rejects.toMatchObject({
    name: "InvalidArgument",
  });
});

test("a folder of many keys is passed over", async () => {
  const store = createMemoryStore();
  const keys = Array.from({ length: 5000 }, (_, index) => `blobs/${index}`);
  await Promise.all([...keys, "a", "z", "z/1"].map((key) => store.put(key, Buffer.from("x"))));
  let listed = 0;
  const list: typeof store.list = async function* (prefix, options) {
    for await (const entry of store.list(prefix, options)) {
      listed += 1;
      yield entry;
    }
  };
  const client = (await openTestRelay({ store: createMemoryServedStore({ ...store, list }) })).client();
  const page = await client.send(new ListObjectsV2Command({ Bucket, Delimiter: "/" }));
  expect(page.Contents?.map(({ Key }) => Key)).toEqual(["a", "z"]);
  expect(page.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(["blobs/", "z/"]);
  expect(listed).toBeLessThan(2100);
});

test("a listing of what would lead out of the place is empty, and the store is not asked", async () => {
  const store = createMemoryServedStore();
  const list = () => {
    throw new Error("asked");
  };
  const client = (await openTestRelay({ store: { ...store, list } })).client();
  for (const Prefix of ["../", "a/../b", "/", "a//", "\u0001"]) {
    expect((await client.send(new ListObjectsV2Command({ Bucket, Prefix }))).KeyCount).toBe(0);
  }
});

test("deletes many", async () => {
  const client = (await openTestRelay()).client();
  await put(client, "a & b", "x");
  await put(client, "c", "x");
  const command = (keys: string[], Quiet: boolean) =>
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })), Quiet } });
  expect((await client.send(command(["a & b", "none"], false))).Deleted).toEqual([{ Key: "a & b" }, { Key: "none" }]);
  expect((await client.send(command(["none"], true))).Deleted).toBeUndefined();
  expect((await client.send(new ListObjectsV2Command({ Bucket }))).Contents).toHaveLength(1);
  await expect(client.send(command(["../a"], true))).rejects.toMatchObject({ name: "InvalidArgument" });
});

test("what is asked of buckets", async () => {
  const client = (await openTestRelay()).client();
  await client.send(new HeadBucketCommand({ Bucket }));
  expect((await client.send(new ListBucketsCommand())).Buckets).toMatchObject([{ Name: "cache" }]);
  expect((await client.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint ?? "").toBe("");
  await expect(client.send(new HeadBucketCommand({ Bucket: "other" }))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 404 },
  });
  for (const command of [
    new PutBucketPolicyCommand({ Bucket, Policy: "{}" }),
    new GetObjectTaggingCommand({ Bucket, Key: "a" }),
    new ListPartsCommand({ Bucket, Key: "a", UploadId: "b" }),
  ]) {
    await expect(client.send(command as PutBucketPolicyCommand)).rejects.toMatchObject({
      name: /NotImplemented|MethodNotAllowed/,
    });
  }
});

test("a caller does what its key is for", async () => {
  const { client, reader, answered } = await openTestRelay();
  await put(client(), "a", "hello");
  expect((await get(client(reader), "a")).text).toBe("hello");
  await expect(put(client(reader), "a", "other")).rejects.toMatchObject({ name: "AccessDenied" });
  await expect(
    client({ ...reader, secretAccessKey: "x" }).send(new HeadBucketCommand({ Bucket })),
  ).rejects.toMatchObject({
    $metadata: { httpStatusCode: 403 },
  });
  expect(answered.map(({ caller, operation, error }) => [caller, operation, error?.code])).toEqual([
    ["writer", "PutObject", undefined],
    ["reader", "GetObject", undefined],
    ["reader", "PutObject", "AccessDenied"],
    [null, null, "SignatureDoesNotMatch"],
  ]);
});

test("a failure of the relay's own tells the client nothing of it", async () => {
  const store = createMemoryServedStore();
  const head = async () => {
    throw new Error("a path of this machine");
  };
  const { client, answered } = await openTestRelay({ store: { ...store, head, get: head } });
  const failure = await client()
    .send(new GetObjectCommand({ Bucket, Key: "a" }))
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({
    name: "InternalError",
    message: "the relay failed",
    $metadata: { httpStatusCode: 500 },
  });
  expect(answered[0]?.error?.cause).toMatchObject({ message: "a path of this machine" });
});
