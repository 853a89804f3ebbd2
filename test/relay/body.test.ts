import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { openBody, readDocument } from "../../src/relay/body.ts";
import { collect } from "../../src/relay/receive.ts";
import { sha256 } from "../../src/relay/sha256.ts";
import { verifySignature } from "../../src/relay/signature.ts";
import { createChunks } from "../../src/store/chunks.ts";

// The examples of Amazon's own documentation, with their keys, times and signatures:
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and sigv4-streaming-trailers.html
const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const id = "AKIAIOSFODNN7EXAMPLE";
const now = Date.parse("2013-05-24T00:00:00Z");
const shared = {
  host: "s3.amazonaws.com",
  "content-encoding": "aws-chunked",
  "x-amz-date": "20130524T000000Z",
  "x-amz-decoded-content-length": "66560",
  "x-amz-storage-class": "REDUCED_REDUNDANCY",
};
const open = (
  payload: string,
  {
    signature,
    names,
    extra = {},
    body,
  }: { signature: string; names: string; extra?: Record<string, string>; body: readonly Buffer[] },
) => {
  const headers: IncomingHttpHeaders = { ...shared, "x-amz-content-sha256": payload, ...extra };
  const authorization = `AWS4-HMAC-SHA256 Credential=${id}/20130524/us-east-1/s3/aws4_request,SignedHeaders=${names},Signature=${signature}`;
  const signed = verifySignature(
    {
      method: "PUT",
      target: "/examplebucket/chunkObject.txt",
      rawHeaders: Object.entries({ ...headers, authorization }).flat() as string[],
    },
    { secretOf: (given) => (given === id ? secret : undefined), now },
  );
  return openBody({ headers, signed, bytes: streamOf(body), hasChecksums: true });
};

async function* streamOf(parts: readonly Buffer[]) {
  yield* parts;
}

async function read(body: { readonly bytes: AsyncIterable<Buffer> }): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of body.bytes) parts.push(part);
  return Buffer.concat(parts);
}

const content = Buffer.alloc(66_560, "a");
const frame = (size: number, signature: string) =>
  Buffer.concat([
    Buffer.from(`${size.toString(16)};chunk-signature=${signature}\r\n`),
    content.subarray(0, size),
    Buffer.from("\r\n"),
  ]);
const plainNames =
  "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class";
const signedForm = {
  signature: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
  names: plainNames,
  extra: { "content-length": "66824" },
  body: [
    frame(65_536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"),
    frame(1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"),
    frame(0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"),
  ],
};
const streaming = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";

test("Amazon's example of signed chunks", async () => {
  const body = open(streaming, signedForm);
  expect(body).toMatchObject({ size: 66_560, sha256: null });
  expect((await read(body)).equals(content)).toBe(true);
});

test("chunks that lie in one piece of the line are all there: the memory of the first is not given back before the next is read", async () => {
  const whole = Buffer.concat(signedForm.body);
  const chunks = createChunks(whole.length);
  const piece = chunks.take();
  whole.copy(piece);
  const collected = Buffer.alloc(content.length);
  await collect(open(streaming, { ...signedForm, body: [piece] }), collected);
  expect(collected.equals(content)).toBe(true);
  expect(chunks.take().buffer).not.toBe(piece.buffer);
});

test("Amazon's example of signed chunks with a trailer", async () => {
  const trailer =
    "x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n";
  const form = {
    signature: "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
    names:
      "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer",
    extra: { "x-amz-trailer": "x-amz-checksum-crc32c" },
    body: [
      frame(65_536, "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2"),
      frame(1024, "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7"),
      Buffer.from("0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n"),
      Buffer.from(trailer),
    ],
  };
  expect((await read(open(`${streaming}-TRAILER`, form))).equals(content)).toBe(true);
  const other = Buffer.from(trailer.replace("sOO8", "tOO8"));
  await expect(
    read(open(`${streaming}-TRAILER`, { ...form, body: [...form.body.slice(0, 3), other] })),
  ).rejects.toMatchObject({
    code: "SignatureDoesNotMatch",
  });
});

test("one bit of a signed chunk that is another is refused, and so is a chunk that is left out", async () => {
  const [first = Buffer.alloc(0), second = Buffer.alloc(0), last = Buffer.alloc(0)] = signedForm.body;
  const changed = Buffer.from(first);
  changed[5000] = 0x62;
  for (const body of [
    [changed, second, last],
    [first, last],
    [second, first, last],
  ]) {
    await expect(read(open(streaming, { ...signedForm, body }))).rejects.toMatchObject({
      code: "SignatureDoesNotMatch",
    });
  }
  await expect(read(open(streaming, { ...signedForm, body: [first, second] }))).rejects.toMatchObject({
    code: "IncompleteBody",
  });
  await expect(
    read(open(streaming, { ...signedForm, body: [first, second, last, Buffer.from("x")] })),
  ).rejects.toMatchObject({
    code: "InvalidRequest",
  });
});

const unsigned = (
  headers: IncomingHttpHeaders,
  parts: readonly Buffer[],
  payload = "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
) =>
  openBody({
    headers,
    signed: { accessKeyId: id, payload, signature: "", sign: () => "" },
    bytes: streamOf(parts),
    hasChecksums: true,
  });

test("frames may be cut anywhere", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(fc.nat(400), { maxLength: 20 }),
      fc.integer({ min: 1, max: 300 }),
      async (bytes, cuts, chunk) => {
        const data = Buffer.from(bytes);
        const frames: Buffer[] = [];
        for (let at = 0; at < data.length; at += chunk) {
          const part = data.subarray(at, at + chunk);
          frames.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from("\r\n"));
        }
        const digest = createHash("sha256").update(data).digest("base64");
        const line = Buffer.concat([...frames, Buffer.from(`0\r\nx-amz-checksum-sha256:${digest}\r\n\r\n`)]);
        const places = [...new Set([0, ...cuts.filter((cut) => cut < line.length), line.length])].sort((a, b) => a - b);
        const parts = places.slice(1).map((end, index) => line.subarray(places[index], end));
        const headers = {
          "x-amz-decoded-content-length": String(data.length),
          "x-amz-trailer": "x-amz-checksum-sha256",
        };
        expect((await read(unsigned(headers, parts))).equals(data)).toBe(true);
      },
    ),
  );
});

test.each([
  ["crc32", "DUoRhQ=="],
  ["crc32c", "yZRlqg=="],
  ["sha1", "Kq5sNclPz7QV2+lfQIuc6R7oRu0="],
  ["sha256", "uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek="],
  ["crc64nvme", "jSnVw/bqjr4="],
])("the checksum %s is verified, before and after the body", async (name, value) => {
  const data = Buffer.from("hello world");
  const header = `x-amz-checksum-${name}`;
  const frames = (given: string) => [Buffer.from(`b\r\nhello world\r\n0\r\n${header}:${given}\r\n\r\n`)];
  const trailing = { "x-amz-decoded-content-length": "11", "x-amz-trailer": header };
  expect(await read(unsigned(trailing, frames(value)))).toEqual(data);
  await expect(read(unsigned(trailing, frames("AAAA")))).rejects.toMatchObject({ code: "BadDigest" });
  await expect(read(unsigned(trailing, [Buffer.from("b\r\nhello world\r\n0\r\n\r\n")]))).rejects.toMatchObject({
    code: "BadDigest",
  });
  const plain = (given: string) => unsigned({ "content-length": "11", [header]: given }, [data], "UNSIGNED-PAYLOAD");
  expect(await read(plain(value))).toEqual(data);
  await expect(read(plain("AAAA"))).rejects.toMatchObject({ code: "BadDigest" });
});

test.each<[string, IncomingHttpHeaders, string, string]>([
  ["no length", {}, "UNSIGNED-PAYLOAD", "MissingContentLength"],
  ["no decoded length", { "content-length": "5" }, "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "MissingContentLength"],
  ["a length that is none", { "content-length": "-1" }, "UNSIGNED-PAYLOAD", "MissingContentLength"],
  ["too much", { "content-length": String(6 * 2 ** 30) }, "UNSIGNED-PAYLOAD", "EntityTooLarge"],
  ["an unknown form", { "content-length": "5" }, "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "InvalidArgument"],
  [
    "an unknown checksum",
    { "content-length": "5", "x-amz-checksum-xxhash64": "a" },
    "UNSIGNED-PAYLOAD",
    "NotImplemented",
  ],
])("%s is refused before anything is read", (_name, headers, payload, code) => {
  expect(() => unsigned(headers, [], payload)).toThrow(expect.objectContaining({ code }));
});

test.each([
  "zz\r\n",
  "5\r\nabc",
  "5\r\nabcdefgh\r\n",
  "\r\n",
  `5;chunk-signature=${"0".repeat(64)}\r\n`,
  "a".repeat(5000),
  `0\r\n${"a:b\r\n".repeat(20)}`,
])("frames that are none are refused: %#", async (text) => {
  const body = unsigned({ "x-amz-decoded-content-length": "5" }, [Buffer.from(text)]);
  await expect(read(body)).rejects.toMatchObject({ name: "S3Error", status: 400 });
});

test("more or fewer bytes than announced are refused", async () => {
  for (const length of ["10", "12"]) {
    const body = unsigned({ "content-length": length }, [Buffer.from("hello world")], "UNSIGNED-PAYLOAD");
    await expect(read(body)).rejects.toMatchObject({ code: "IncompleteBody" });
  }
});

test("a document is bounded and verified", async () => {
  const document = (payload: string) => unsigned({ "content-length": "11" }, [Buffer.from("hello world")], payload);
  expect(await readDocument(document(sha256("hello world")), 11)).toBe("hello world");
  await expect(readDocument(document(sha256("other")), 11)).rejects.toMatchObject({
    code: "XAmzContentSHA256Mismatch",
  });
  await expect(readDocument(document("UNSIGNED-PAYLOAD"), 10)).rejects.toMatchObject({ code: "EntityTooLarge" });
});
