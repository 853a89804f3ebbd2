import { expect, test } from "vitest";
import { sha256 } from "../../src/relay/sha256.ts";
import { type RequestHead, verifySignature } from "../../src/relay/signature.ts";
import { signRequest, type ToSign } from "./sign-request.ts";

const keys = { accessKeyId: "BKCACHEEXAMPLE000001", secretAccessKey: "0123456789abcdef0123456789abcdef01234567" };
const now = Date.parse("2026-11-30T12:00:00Z");
const secretOf = (id: string) => (id === keys.accessKeyId ? keys.secretAccessKey : undefined);
const verify = (head: RequestHead, at = now) => verifySignature(head, { secretOf, now: at });

const sign = (sent: ToSign) => signRequest({ keys, now, ...sent });

const replace = (head: RequestHead, name: string, value: string | null): RequestHead => {
  const pairs = [];
  for (let at = 0; at < head.rawHeaders.length; at += 2) {
    const [key = "", old = ""] = head.rawHeaders.slice(at, at + 2);
    if (key !== name) pairs.push(key, old);
    else if (value !== null) pairs.push(key, value);
  }
  return { ...head, rawHeaders: pairs };
};

test.each<[string, ToSign]>([
  ["a plain key", {}],
  ["an escaped path, as BuildKit sends it", { path: "/cache/blobs/sha256%3Aabc" }],
  ["a path that has what others would escape", { path: "/cache/a(b)'c*!@:$,=" }],
  ["a query in another order", { query: { b: "2", a: "1" }, rawQuery: "b=2&a=1" }],
  ["names of which one begins with another", { query: { a: "1", "a-b": "2" } }],
  ["a name without a value", { method: "POST", query: { uploads: "" }, rawQuery: "uploads" }],
  ["a query whose slash is not escaped", { query: { prefix: "a/b c+d" }, rawQuery: "prefix=a/b%20c%2Bd" }],
  ["a space that is a plus", { query: { prefix: "a b" }, rawQuery: "prefix=a+b" }],
  ["headers with spaces", { headers: { "x-amz-meta-a": "  a   b  ", "accept-encoding": "identity" } }],
])("what the SDK signs is right: %s", async (_name, sent) => {
  expect(verify(await sign(sent))).toMatchObject({ accessKeyId: keys.accessKeyId, payload: sha256("") });
});

test("text beyond ASCII in a header comes as Latin-1 from the line", async () => {
  const head = await sign({ headers: { "x-amz-copy-source": "cache/ü" } });
  expect(verify(replace(head, "x-amz-copy-source", Buffer.from("cache/ü").toString("latin1")))).toBeDefined();
});

test.each<[string, (head: RequestHead) => RequestHead, string]>([
  ["another method", (head) => ({ ...head, method: "PUT" }), "SignatureDoesNotMatch"],
  ["another path", (head) => ({ ...head, target: "/cache/other" }), "SignatureDoesNotMatch"],
  ["one more field", (head) => ({ ...head, target: `${head.target}?acl` }), "SignatureDoesNotMatch"],
  ["another digest", (head) => replace(head, "x-amz-content-sha256", "UNSIGNED-PAYLOAD"), "SignatureDoesNotMatch"],
  ["another host", (head) => replace(head, "host", "elsewhere"), "SignatureDoesNotMatch"],
  ["a header twice", (head) => ({ ...head, rawHeaders: [...head.rawHeaders, "host", "x"] }), "SignatureDoesNotMatch"],
  [
    "a header that is not signed",
    (head) => ({ ...head, rawHeaders: [...head.rawHeaders, "X-Amz-Acl", "x"] }),
    "AccessDenied",
  ],
  ["no digest", (head) => replace(head, "x-amz-content-sha256", null), "InvalidRequest"],
  ["no time", (head) => replace(head, "x-amz-date", null), "AccessDenied"],
  ["no signature", (head) => replace(head, "authorization", null), "AccessDenied"],
  ["version 2", (head) => replace(head, "authorization", "AWS A:b"), "AccessDenied"],
  [
    "a form that is none",
    (head) => replace(head, "authorization", "AWS4-HMAC-SHA256 Credential=a"),
    "AuthorizationHeaderMalformed",
  ],
])("%s is refused", async (_name, change, code) => {
  const head = change(await sign({}));
  expect(() => verify(head)).toThrow(expect.objectContaining({ code }));
});

test("an address that is signed in its query is refused in plain words", () => {
  const head = { method: "GET", target: "/cache/key?X-Amz-Signature=abc", rawHeaders: ["host", "x"] };
  expect(() => verify(head)).toThrow(
    expect.objectContaining({ code: "AccessDenied", message: expect.stringContaining("presigned") }),
  );
});

test("a key of somebody else is refused, and so is another secret", async () => {
  const head = await sign({});
  expect(() => verifySignature(head, { secretOf: () => undefined, now })).toThrow(
    expect.objectContaining({ code: "InvalidAccessKeyId", status: 403 }),
  );
  expect(() => verifySignature(head, { secretOf: () => "another", now })).toThrow(
    expect.objectContaining({ code: "SignatureDoesNotMatch", status: 403 }),
  );
});

test("clocks may differ by 15 minutes", async () => {
  const head = await sign({});
  expect(verify(head, now + 14 * 60_000)).toBeDefined();
  for (const away of [16, -16]) {
    expect(() => verify(head, now + away * 60_000)).toThrow(expect.objectContaining({ code: "RequestTimeTooSkewed" }));
  }
});
