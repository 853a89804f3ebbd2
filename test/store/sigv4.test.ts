import { hash } from "node:crypto";
import { expect, test } from "vitest";
import { signHeaders, type SignAs, type ToSign } from "../../src/store/sigv4.ts";
import { createSdkSigner } from "../support/sdk-signer.ts";

/** As the SDK signs. */
async function signByPackage(
  { method, path, query, headers, payload }: ToSign,
  { region, credentials, date }: SignAs,
): Promise<Readonly<Record<string, string>>> {
  const all = { ...headers, "x-amz-content-sha256": payload };
  const request = { method, protocol: "https:", hostname: "s3.example", path, query, headers: all };
  return (await createSdkSigner({ region, credentials }).sign(request, { signingDate: date })).headers;
}

const empty = hash("sha256", "", "hex");
const base: ToSign = { method: "GET", path: "/bucket/a/b", query: {}, headers: { host: "s3.example" }, payload: empty };
const keys = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const as: SignAs = { region: "eu-central-1", credentials: keys, date: new Date("2026-01-31T23:59:59.999Z") };

test.each<readonly [string, Partial<ToSign>, Partial<SignAs>]>([
  ["a read", {}, {}],
  ["another port", { headers: { host: "127.0.0.1:9000" } }, {}],
  ["a range and a version", { headers: { ...base.headers, range: "bytes=0-9", "if-match": '"abc"' } }, {}],
  ["a path with escapes", { path: "/bucket/a%20b/%C3%A9%21%2A" }, {}],
  ["a query", { query: { "list-type": "2", prefix: "a b/é+!'()*", "list-typ": "x", delimiter: "" } }, {}],
  [
    "a write",
    { method: "PUT", headers: { ...base.headers, "content-length": "3" }, payload: hash("sha256", "abc", "hex") },
    {},
  ],
  ["blanks in a header", { headers: { ...base.headers, "x-amz-meta-a": "  a   b  " } }, {}],
  ["a session", {}, { credentials: { ...keys, sessionToken: "to/ken+==" } }],
  ["another region and day", {}, { region: "cn-north-1", date: new Date(0) }],
])("%s is signed as the SDK signs it", async (_, request, signing) => {
  const [asked, by] = [
    { ...base, ...request },
    { ...as, ...signing },
  ];
  expect(signHeaders(asked, by)).toEqual(await signByPackage(asked, by));
});
