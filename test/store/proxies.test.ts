import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer, get as getHttp } from "node:http";
import { get as getHttps } from "node:https";
import { type AddressInfo, createServer as createSilentServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { askEndpoint } from "../../src/store/ask-endpoint.ts";
import { createAgents } from "../../src/store/agents.ts";
import type { Env } from "../../src/store/endpoint.ts";
import { describeLine, readFailure } from "../../src/store/failure.ts";
import { openStore } from "../../src/store/open.ts";
import type { BucketPlace } from "../../src/store/place.ts";
import { findProxy, namedProxies, readProxy, shownProxy } from "../../src/store/proxies.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { startConnectProxy } from "../support/connect-proxy.ts";

/** Answers all that it is asked for, and remembers it. */
async function startPlainProxy() {
  const asked: string[] = [];
  const server = createServer(({ url = "", headers }, response) => {
    asked.push(`${headers["proxy-authorization"] ?? ""} ${url}`.trim());
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

async function ask(url: string, env: Env): Promise<void> {
  const agents = createAgents(env, 1);
  await new Promise<void>((resolve) => {
    // An address that nobody has may swallow what is sent there.
    const request = getHttp(url, { agent: agents.http, signal: AbortSignal.timeout(500) }, (answer) =>
      answer.resume().on("end", resolve),
    );
    request.on("error", () => resolve());
  });
  agents.destroy();
}

// Source: golang.org/x/net/http/httpproxy, which buildx and BuildKit follow.
test.for([
  ["", "http://s3.corp.test", true],
  ["*", "http://s3.corp.test", false],
  ["s3.corp.test", "http://s3.corp.test", false],
  ["S3.Corp.Test", "http://s3.corp.test", false],
  ["corp.test", "http://s3.corp.test", false],
  ["corp.test", "http://evilcorp.test", true],
  [".corp.test", "http://s3.corp.test", false],
  ["*.corp.test", "http://s3.corp.test", false],
  ["*.corp.test", "http://corp.test", true],
  ["s3.corp.test:9000", "http://s3.corp.test:9000", false],
  ["s3.corp.test:9000", "http://s3.corp.test", true],
  ["a.test, corp.test ,b.test", "http://s3.corp.test", false],
  ["a.test corp.test", "http://s3.corp.test", false],
  ["240.0.0.0/8", "http://240.1.2.3", false],
  ["240.1.2.3", "http://240.1.2.3", false],
  ["240.1.2.0/30", "http://240.1.2.4", true],
  ["", "http://localhost:1", false],
  ["", "http://127.0.0.9:1", false],
  ["", "http://[::1]:1", false],
] as const)("NO_PROXY=%s, %s", async ([NO_PROXY, url, expected]) => {
  const proxy = await startPlainProxy();
  const env = { HTTP_PROXY: `http://${proxy.address}`, NO_PROXY };
  expect(findProxy(new URL(url), env) !== null).toBe(expected);
  await ask(url, env);
  expect(proxy.asked.length > 0).toBe(expected);
});

test("a proxy without a scheme, in lower case, with a user", async () => {
  const proxy = await startPlainProxy();
  await ask("http://s3.corp.test/a", { http_proxy: `ci:p%40ss@${proxy.address}`, HTTP_PROXY: "http://127.0.0.1:9" });
  expect(proxy.asked).toEqual([`Basic ${Buffer.from("ci:p@ss").toString("base64")} http://s3.corp.test/a`]);
});

test("what is no proxy that can be used stops nothing", async () => {
  const [plain, slash, at] = ["http://ci:p%zz@p.test", "http://ci:p/w@p.test:1", "socks5://ci:p@w@p.test:1"];
  for (const value of [plain, slash, at, "http://", "a b"]) {
    expect(readProxy(value)).toBeNull();
    expect(() => createAgents({ HTTPS_PROXY: value }, 1).https.destroy()).not.toThrow();
  }
  expect([plain, slash, at, "ci:w@p.test"].map(shownProxy)).toEqual([
    "http://p.test",
    "http://p.test:1",
    "socks5://p.test:1",
    "http://p.test",
  ]);
  expect(namedProxies({ HTTPS_PROXY: "p:1", https_proxy: "", ALL_PROXY: "q:1" })).toEqual([
    { name: "HTTPS_PROXY", value: "p:1" },
  ]);
});

const place = {
  type: "s3",
  backend: "remote",
  bucket: "b",
  prefix: "",
  region: "r",
  endpointUrl: "https://s3.corp.test",
  usePathStyle: true,
} as unknown as BucketPlace;
const say = (HTTPS_PROXY: string) =>
  askEndpoint(place, { env: { HTTPS_PROXY }, signal: AbortSignal.timeout(5_000), idleMs: 4_000 });

test("a proxy that takes connections and says nothing is waited for no longer than that", async () => {
  const server = createSilentServer((socket) => void socket.on("error", () => {}));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const HTTPS_PROXY = `http://ci:hidden@127.0.0.1:${(server.address() as AddressInfo).port}`;
  const agents = createAgents({ HTTPS_PROXY }, 1, 50);
  onTestFinished(() => agents.destroy());
  const error = await new Promise((resolve) => {
    getHttps("https://s3.corp.test", { agent: agents.https }).on("error", resolve);
  });
  expect(describeLine(readFailure(error), { backend: "remote", where: "https://s3.corp.test" })).toMatchObject({
    message: `backend "remote": the proxy of HTTPS_PROXY, ${HTTPS_PROXY.replace("ci:hidden@", "")}, through which https://s3.corp.test is reached, does not answer: it takes the connection and says nothing (ERR_PROXY_SILENT)`,
  });
});

test("a proxy that is the reason is named, without its user", async () => {
  const proxy = await startConnectProxy({ names: {} });
  onTestFinished(() => proxy.stop());
  const { port } = new URL(proxy.url);
  expect(await say(proxy.url)).toEqual({
    code: "BK5007",
    message: `backend "remote": the proxy of HTTPS_PROXY, ${proxy.url}, refuses the way to https://s3.corp.test (status 403)`,
    hint: "have the proxy allow it; hosts that need no proxy stand in NO_PROXY",
  });
  expect(await say(`ci:hidden@127.0.0.1:${port}`)).toMatchObject({
    message: `backend "remote": the proxy of HTTPS_PROXY, ${proxy.url}, asks for a user and password, or for others, on the way to https://s3.corp.test (status 407)`,
  });
  expect(await say("http://ci:hidden@127.0.0.1:9")).toEqual({
    code: "BK5007",
    message:
      'backend "remote": the proxy of HTTPS_PROXY, http://127.0.0.1:9, through which https://s3.corp.test is reached, does not answer: nothing listens there (ECONNREFUSED)',
    hint: "mend or unset HTTPS_PROXY; hosts that need no proxy stand in NO_PROXY",
  });
  expect(await say("http://proxy.nowhere.test:3128")).toMatchObject({
    message: expect.stringMatching(/the proxy of HTTPS_PROXY, .* does not answer: the host name/) as string,
  });
});

test("a proxy on the way to a token of Google's is named too", async () => {
  const proxy = await startConnectProxy({ names: {} });
  onTestFinished(() => proxy.stop());
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const file = join(makeTempDir("google"), "key.json");
  const account = { type: "service_account", client_email: "a@p.iam.gserviceaccount.com", private_key: privateKey };
  writeFileSync(file, JSON.stringify(account));
  vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", file);
  onTestFinished(() => void vi.unstubAllEnvs());
  const env = { GOOGLE_APPLICATION_CREDENTIALS: file, HTTPS_PROXY: proxy.url };
  const { signal } = new AbortController();
  const store = await openStore({ name: "remote", type: "gcs", bucket: "b" }, { env, signal });
  onTestFinished(() => store.close());
  await expect(store.get("x", { maxBytes: 10 })).rejects.toMatchObject({
    code: "BK5007",
    message: `backend "remote": the proxy of HTTPS_PROXY, ${proxy.url}, refuses the way to Google's token endpoint (status 403)`,
  });
  expect([...new Set(proxy.asked)]).toEqual(["oauth2.googleapis.com:443"]);
});
