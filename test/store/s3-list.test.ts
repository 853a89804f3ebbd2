import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createS3Store } from "../../src/store/s3-store.ts";

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A store of a server that answers each request with the next page, and the addresses that were asked for. */
async function openPages(pages: readonly string[]) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.end(pages[asked.length - 1]);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpointUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { signal } = new AbortController();
  const place = { type: "s3", backend: "remote", bucket: "acme", prefix: "p/", region: "eu-west-1" } as const;
  const store = createS3Store({
    place: { ...place, endpointUrl, usePathStyle: true, insecure: true },
    credentials: async () => ({ accessKeyId: "AKID", secretAccessKey: "secret", source: "environment" }),
    env: {},
    signal,
  });
  stops.push(() => {
    store.close();
    server.close();
  });
  return { store, asked };
}

async function collect<T>(from: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of from) all.push(each);
  return all;
}

const page = (inner: string, more = "<IsTruncated>false</IsTruncated>") =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><Name>acme</Name>` +
  `<Prefix>p/</Prefix><Marker/>${more}${inner}</ListBucketResult>`;
const object = (key: string, size = 3) =>
  `<Contents><Key>${key}</Key><LastModified>2026-11-25T10:00:00.000Z</LastModified><ETag>&quot;x&quot;</ETag>` +
  `<Size>${size}</Size><Owner><ID>1</ID></Owner><StorageClass>STANDARD</StorageClass></Contents>`;

test("a listing over two pages, with keys as they are and without what is no key", async () => {
  const { store, asked } = await openPages([
    page(
      object("p/a &amp; b/&lt;é&#x2B;&gt;") + object("p/folder/"),
      "<IsTruncated>true</IsTruncated><NextContinuationToken>1/+=&amp;</NextContinuationToken>",
    ),
    page(object("p/c", 7)),
  ]);
  expect(await collect(store.list("", { startAfter: "a !'()*" }))).toEqual([
    { key: "a & b/<é+>", size: 3, modifiedAt: Date.UTC(2026, 10, 25, 10) },
    { key: "c", size: 7, modifiedAt: Date.UTC(2026, 10, 25, 10) },
  ]);
  expect(asked).toEqual([
    "/acme?list-type=2&prefix=p%2F&start-after=p%2Fa%20%21%27%28%29%2A",
    "/acme?list-type=2&prefix=p%2F&continuation-token=1%2F%2B%3D%26",
  ]);
});

test.each([
  ["a login page", "<html><body>log in</body></html>"],
  ["no page at all", ""],
  ["another document", "<Other><Name>acme</Name></Other>"],
  ["a listing without its bucket", "<ListBucketResult/>"],
])("%s is no listing", async (_, answer) => {
  const { store } = await openPages([answer]);
  await expect(collect(store.list(""))).rejects.toMatchObject({ code: "BK5010" });
});

test.each(["", "<NextContinuationToken/>"])("a page that says that more follow, but not where: %j", async (token) => {
  const { store } = await openPages([page(object("p/a"), `<IsTruncated>true</IsTruncated>${token}`)]);
  await expect(collect(store.list(""))).rejects.toMatchObject({ code: "BK5010" });
});
