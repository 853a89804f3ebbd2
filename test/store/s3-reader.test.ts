import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { createManifestReader, type LayerAccess } from "../../src/layers/place.ts";
import { probeAll } from "../../src/layers/probe.ts";
import type { BucketPlace } from "../../src/store/place.ts";
import { makeCerts } from "../support/certs.ts";
import { makeTempDir } from "../support/cleanup.ts";

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function listen(server: ReturnType<typeof createServer> | ReturnType<typeof createTlsServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const credentials = { accessKeyId: "AKID", secretAccessKey: "secret", source: "environment" };
function open(endpointUrl: string, { env = {}, ...more }: Partial<BucketPlace & Pick<LayerAccess, "env">> = {}) {
  const { signal } = new AbortController();
  const place: BucketPlace = {
    type: "s3",
    backend: "remote",
    bucket: "acme",
    prefix: "",
    region: "eu-west-1",
    endpointUrl,
    usePathStyle: true,
    insecure: true,
    ...more,
  };
  const reader = createManifestReader({ credentials: { remote: credentials }, env, signal });
  return {
    place,
    has: (key: string) => reader.has(place, key),
    read: (key: string, maxBytes: number) => reader.read(place, key, maxBytes),
  };
}
/** What every S3 gives with an object. */
const etag = { etag: '"x"' };
const refuse =
  (status: number, code: string): RequestListener =>
  (_, response) =>
    void response.writeHead(status, { "content-type": "application/xml" }).end(`<Error><Code>${code}</Code></Error>`);

test("one byte is asked for, in path style", async () => {
  const asked: unknown[] = [];
  const port = await listen(
    createServer((request, response) => {
      asked.push([request.method, request.url?.split("?")[0], request.headers.range]);
      response.writeHead(206, etag).end("x");
    }),
  );
  expect(await open(`http://127.0.0.1:${port}`).has("p/manifests/api")).toBe(true);
  expect(asked).toEqual([["GET", "/acme/p/manifests/api", "bytes=0-0"]]);
});

test.each([[404, "NoSuchKey", false]])("%i %s", async (status, code, expected) => {
  const port = await listen(createServer(refuse(status, code)));
  expect(await open(`http://127.0.0.1:${port}`).has("x")).toBe(expected);
});

test("an object without bytes, of which no range can be had", async () => {
  const port = await listen(
    createServer((request, response) => {
      if (request.headers.range === undefined) response.writeHead(200, { ...etag, "content-length": "0" }).end();
      else refuse(416, "InvalidRange")(request, response);
    }),
  );
  expect(await open(`http://127.0.0.1:${port}`).has("x")).toBe(true);
  expect(await open(`http://127.0.0.1:${port}`).read("x", 1)).toEqual(Buffer.alloc(0));
});

test("a page that answers everything with 200 is no object", async () => {
  const port = await listen(createServer((_, response) => void response.end("<html>Welcome, please log in</html>")));
  const bucket = open(`http://127.0.0.1:${port}`);
  const finding = { code: "BK5010", message: expect.stringContaining("not in S3's words") as string };
  expect(await bucket.has("x")).toMatchObject(finding);
  expect(await bucket.read("x", 1_000)).toMatchObject(finding);
});

test("a failure is tried twice, not longer", async () => {
  let asked = 0;
  const port = await listen(
    createServer((request, response) => {
      asked += 1;
      refuse(503, "SlowDown")(request, response);
    }),
  );
  expect(await open(`http://127.0.0.1:${port}`).has("x")).toMatchObject({ code: "BK5007" });
  expect(asked).toBe(2);
});

test("no more is read than may be", async () => {
  const port = await listen(createServer((_, response) => void response.writeHead(200, etag).end("x".repeat(100_000))));
  const bucket = open(`http://127.0.0.1:${port}`);
  expect(await bucket.read("x", 1_000)).toMatchObject({ code: "BK5020" });
  expect(await bucket.read("x", 100_000)).toHaveLength(100_000);
});

test("through the proxy that the environment names", async () => {
  const asked: unknown[] = [];
  const port = await listen(
    createServer((request, response) => {
      asked.push(request.url?.split("?")[0]);
      response.writeHead(206, etag).end("x");
    }),
  );
  const env = { HTTP_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: "other.invalid" };
  expect(await open("http://s3.invalid:9000", { env }).has("x")).toBe(true);
  expect(asked).toEqual(["http://s3.invalid:9000/acme/x"]);
  const outside = { ...env, NO_PROXY: "s3.invalid" };
  expect(await open("http://s3.invalid:9000", { env: outside }).has("x")).toMatchObject({ code: "BK5007" });
});

test("the bucket stands in the host's name where it can, and a key is escaped as the signature has it", async () => {
  const asked: unknown[] = [];
  const port = await listen(
    createServer((request, response) => {
      asked.push(request.url);
      response.writeHead(206, etag).end("x");
    }),
  );
  const env = { HTTP_PROXY: `http://127.0.0.1:${port}` };
  const places = [{ usePathStyle: false }, { usePathStyle: false, bucket: "Not.A.Host" }];
  for (const place of places) await open("http://s3.invalid:9000/base", { env, ...place }).has("a b/ü+~(1)'*!");
  const key = "a%20b/%C3%BC%2B~%281%29%27%2A%21";
  expect(asked).toEqual([`http://acme.s3.invalid:9000/base/${key}`, `http://s3.invalid:9000/base/Not.A.Host/${key}`]);
});

test("a certificate authority of one's own", async () => {
  const certs = makeCerts(makeTempDir("certs"));
  const files = { cert: readFileSync(certs.serverCert), key: readFileSync(certs.serverKey) };
  const port = await listen(createTlsServer(files, (_, response) => void response.writeHead(206, etag).end("x")));
  const url = `https://127.0.0.1:${port}`;
  expect(await open(url).has("x")).toMatchObject({
    code: "BK5007",
    message: expect.stringContaining("TLS") as string,
  });
  expect(await open(url, { env: { AWS_CA_BUNDLE: certs.ca } }).has("x")).toBe(true);
  expect(await open(url, { env: { AWS_CA_BUNDLE: "/nowhere/ca.pem" } }).has("x")).toMatchObject({
    code: "BK5007",
    message: expect.stringContaining("AWS_CA_BUNDLE") as string,
  });
});

describe("without the right to list, what is absent answers 403", () => {
  const probe = async (names: readonly string[]) => {
    const port = await listen(
      createServer((request, response) => {
        if (request.url?.includes("there") === true) response.writeHead(206, etag).end("x");
        else refuse(403, "AccessDenied")(request, response);
      }),
    );
    const { signal } = new AbortController();
    const access: LayerAccess = { credentials: { remote: credentials }, env: {}, signal };
    const { place } = open(`http://127.0.0.1:${port}`);
    return probeAll(
      names.map((key) => ({ backend: "remote", manifest: { type: "bucket", place, key } })),
      access,
    );
  };

  test("beside one that is there it is absent", async () => {
    expect(await probe(["gone", "there", "gone2"])).toMatchObject({
      answers: ["absent", "present", "absent"],
      failed: {},
    });
  });

  test("alone it is a failure that says both", async () => {
    const { failed } = await probe(["gone", "gone2"]);
    expect(failed["remote"]).toMatchObject({
      code: "BK5005",
      hint: expect.stringContaining("s3:ListBucket") as string,
    });
  });
});
