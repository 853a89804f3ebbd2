import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { resolveAws, resolveGcsHmac } from "../../src/store/credentials.ts";
import { openStore } from "../../src/store/open.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { waitFor } from "../support/poll.ts";
import { isRunning } from "../support/process.ts";
import { makeWorkspace } from "../support/workspace.ts";

const now = Date.parse("2026-11-24T12:00:00Z");
const pair = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "s3cr3t" };

function ask(env: Readonly<Record<string, string>>, backends: readonly string[] = ["remote"]) {
  return resolveAws({ env, signal: new AbortController().signal, now: () => now }, backends);
}

test.each([
  ["AWS_ACCESS_KEY_ID", "AKIDEXAMPLE\n", "a newline"],
  ["AWS_ACCESS_KEY_ID", '"AKIDEXAMPLE"', 'the quote "'],
  ["AWS_SECRET_ACCESS_KEY", "s3 cr3t", "a blank"],
  ["AWS_SESSION_TOKEN", "t0ken\r\n", "a carriage return"],
])("%s with a character that no key has", async (name, value, stray) => {
  const { credentials, finding } = await ask({ ...pair, [name]: value });
  expect(credentials).toBeNull();
  expect(finding).toMatchObject({
    code: "BK5006",
    message: expect.stringContaining(`${name} holds ${stray}`) as string,
  });
  expect(JSON.stringify(finding)).not.toContain(value);
});

describe("the two variables", () => {
  test("need no SDK", async () => {
    vi.doMock("@aws-sdk/client-s3", () => {
      throw new Error("loaded");
    });
    expect(await ask({ ...pair, AWS_SESSION_TOKEN: "token", AWS_PROFILE: "other" })).toEqual({
      credentials: {
        accessKeyId: "AKIDEXAMPLE",
        secretAccessKey: "s3cr3t",
        sessionToken: "token",
        source: "environment",
      },
      finding: null,
    });
    vi.doUnmock("@aws-sdk/client-s3");
  });

  test.each([
    ["2026-11-24T13:00:00Z", true, undefined],
    [
      "2026-11-24T12:20:10Z",
      true,
      'the AWS credentials for backend "remote" (environment) end at 2026-11-24 12:20 UTC, in 20 min',
    ],
    [
      "2026-11-24T12:00:01Z",
      true,
      'the AWS credentials for backend "remote" (environment) end at 2026-11-24 12:00 UTC, in 1 min',
    ],
    [
      "2026-11-24T11:59:59Z",
      false,
      'the AWS credentials for backend "remote" (environment) ended at 2026-11-24 11:59 UTC',
    ],
    ["nonsense", true, undefined],
  ])("that end at %s", async (end, isUsable, message) => {
    const { credentials, finding } = await ask({ ...pair, AWS_CREDENTIAL_EXPIRATION: end });
    expect(credentials !== null).toBe(isUsable);
    expect(finding?.message).toBe(message);
    expect([undefined, "BK5003"]).toContain(finding?.code);
  });
});

describe("the SDK's chain", () => {
  // The SDK reads the environment of the process.
  const use = (env: Readonly<Record<string, string>>) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    return env;
  };
  const quiet = { AWS_EC2_METADATA_DISABLED: "true" };
  beforeEach(() => {
    for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) vi.stubEnv(name, undefined);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test("a profile", async () => {
    const home = makeWorkspace({
      ".aws/credentials": "[work]\naws_access_key_id = AKID\naws_secret_access_key = secret\n",
    });
    const { credentials, finding } = await ask(use({ ...quiet, HOME: home.dir, AWS_PROFILE: "work" }));
    expect(credentials).toMatchObject({ accessKeyId: "AKID", secretAccessKey: "secret", source: "profile" });
    expect(finding).toBeNull();
  });

  test("a profile that AWS_DEFAULT_PROFILE names, beside variables that are set to nothing", async () => {
    const home = makeWorkspace({
      ".aws/credentials": "[work]\naws_access_key_id = AKID\naws_secret_access_key = secret\n",
    });
    const empty = { AWS_PROFILE: "", AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", AWS_SESSION_TOKEN: "" };
    const others = { AWS_WEB_IDENTITY_TOKEN_FILE: "", AWS_ROLE_ARN: "", AWS_CONFIG_FILE: "", AWS_CA_BUNDLE: "" };
    const env = { ...quiet, ...empty, ...others, HOME: home.dir, AWS_DEFAULT_PROFILE: "work" };
    const { credentials, finding } = await ask(use(env));
    expect(credentials).toMatchObject({ accessKeyId: "AKID", source: "profile" });
    expect(finding).toBeNull();
  });

  test("a process that the profile names, whose session ends soon", async () => {
    // The SDK compares with the machine's own clock.
    const end = new Date(Date.now() + 600_500).toISOString();
    const home = makeWorkspace({
      "answer.json": JSON.stringify({
        Version: 1,
        AccessKeyId: "AKID",
        SecretAccessKey: "secret",
        SessionToken: "t",
        Expiration: end,
      }),
    });
    home.write(".aws/config", `[profile work]\ncredential_process = cat ${home.path("answer.json")}\n`);
    const env = use({ ...quiet, HOME: home.dir, AWS_PROFILE: "work" });
    const host = { env, signal: new AbortController().signal, now: () => Date.now() };
    const { credentials, finding } = await resolveAws(host, ["remote"]);
    expect(credentials).toMatchObject({ sessionToken: "t", source: "process of the profile" });
    expect(finding?.message).toMatch(/"remote" \(process of the profile\) end at .* in 10 min/);
  });

  test("is asked once in a run, for layers and mounts alike, and again where credentials are to be renewed", async () => {
    const answer = JSON.stringify({ Version: 1, AccessKeyId: "AKID", SecretAccessKey: "secret" });
    const home = makeWorkspace({ "answer.json": answer, asked: "" });
    home.write("ask.sh", `echo x >> "${home.path("asked")}"; cat "${home.path("answer.json")}"\n`);
    home.write(".aws/config", `[profile work]\nregion = r\ncredential_process = sh ${home.path("ask.sh")}\n`);
    const env = use({ ...quiet, HOME: home.dir, AWS_PROFILE: "work" });
    const host = { env, signal: new AbortController().signal, now: () => Date.now() };
    const counted = () => readFileSync(home.path("asked"), "utf8").trim().split("\n").length;
    const [layers, others] = await Promise.all([resolveAws(host, ["remote"]), resolveAws(host, ["far"])]);
    expect(layers.credentials).toMatchObject({ accessKeyId: "AKID" });
    expect(others).toEqual(layers);
    (await openStore({ name: "remote", type: "s3", bucket: "b" }, host)).close();
    expect(counted()).toBe(1);
    await resolveAws(host, ["remote"], { anew: true });
    expect(counted()).toBe(2);
    await resolveAws({ ...host, env: { ...env } }, ["remote"]);
    expect(counted()).toBe(3);
  });

  test("nothing at all: one line that names the backends", async () => {
    const { credentials, finding } = await ask(use({ ...quiet, HOME: makeTempDir() }), ["remote", "far"]);
    expect(credentials).toBeNull();
    expect(finding).toMatchObject({
      code: "BK5001",
      message: 'no AWS credentials for backends "remote", "far": no variables, no role, no profile',
    });
  });

  test("a profile that does not exist is named", async () => {
    const { finding } = await ask(use({ ...quiet, HOME: makeTempDir(), AWS_PROFILE: "wrok" }));
    expect(finding?.message).toMatch(/"remote": .*wrok/);
  });

  const staticKeys = "aws_access_key_id = AKID\naws_secret_access_key = hidden\n";

  test.each<readonly [string, Readonly<Record<string, string>>, string, string]>([
    [
      "credential_process = sh -c 'echo who are you >&2; exit 3' --token=hidden",
      {},
      'the credential_process of profile "work" fails: who are you',
      "by hand",
    ],
    [
      "credential_process = echo hidden",
      {},
      'profile "work": Profile work credential_process returned invalid JSON',
      "--profile work",
    ],
    [
      "role_arn = arn:aws:iam::1:role/r\nsource_profile = base",
      {},
      'profile "work": Could not resolve credentials using profile: [base]',
      "--profile work",
    ],
    [
      `role_arn = arn:aws:iam::1:role/r\nsource_profile = base\nmfa_serial = me\n[profile base]\n${staticKeys}`,
      {},
      'profile "work": Profile work requires multi-factor',
      "--profile work",
    ],
    [
      "sso_session = s\nsso_account_id = 1\nsso_role_name = r\n[sso-session s]\nsso_region = r\nsso_start_url = https://sso.test",
      {},
      'profile "work": The SSO session token',
      "aws sso login --profile work",
    ],
    [
      "",
      { AWS_PROFILE: "", AWS_WEB_IDENTITY_TOKEN_FILE: "/nowhere/token", AWS_ROLE_ARN: "arn:aws:iam::1:role/r" },
      "web identity: ENOENT: no such file or directory, open '/nowhere/token'",
      "AWS_ROLE_ARN",
    ],
    [
      "",
      { AWS_PROFILE: "", AWS_WEB_IDENTITY_TOKEN_FILE: "/nowhere/token" },
      "AWS_WEB_IDENTITY_TOKEN_FILE is set, AWS_ROLE_ARN is not",
      "set AWS_ROLE_ARN",
    ],
    [
      "",
      { AWS_PROFILE: "", AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://192.0.2.1/c" },
      "AWS_CONTAINER_CREDENTIALS_FULL_URI: URL not accepted",
      "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    ],
  ])("a source that gives none says why: %j %j", async (profile, env, reason, step) => {
    const home = makeWorkspace({ ".aws/config": `[profile work]\nregion = r\n${profile}\n` });
    const { credentials, finding } = await ask(use({ ...quiet, HOME: home.dir, AWS_PROFILE: "work", ...env }));
    expect(credentials).toBeNull();
    expect(finding?.message).toContain(reason);
    expect(finding?.hint).toContain(step);
    expect(JSON.stringify(finding)).not.toContain("hidden");
  });

  test("a role of the profile, a sign-on and a web identity, each by its own service", async () => {
    const { createServer } = await import("node:http");
    const end = "2036-01-01T00:00:00Z";
    const server = createServer(({ method }, response) => {
      if (method === "GET") {
        const roleCredentials = { accessKeyId: "ASIASSO", secretAccessKey: "s", sessionToken: "t", expiration: 2e12 };
        return response.setHeader("content-type", "application/json").end(JSON.stringify({ roleCredentials }));
      }
      const keys = `<AccessKeyId>ASIASTS</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${end}</Expiration>`;
      const result = (action: string) => `<${action}Result><Credentials>${keys}</Credentials></${action}Result>`;
      return response.end(`<R>${result("AssumeRole")}${result("AssumeRoleWithWebIdentity")}</R>`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const home = makeWorkspace({
      token: "jwt",
      // The name is the SHA-1 of that of the session.
      ".aws/sso/cache/a0f1490a20d0211c997b44bc357e1972deab8ae3.json": JSON.stringify({
        accessToken: "a",
        expiresAt: end,
      }),
      ".aws/config": [
        "[profile role]",
        "region = r",
        "role_arn = arn:aws:iam::1:role/r",
        "source_profile = base",
        `[profile base]\n${staticKeys}[profile sign-on]`,
        "region = r",
        "sso_session = s",
        "sso_account_id = 1",
        "sso_role_name = r",
        "[sso-session s]",
        "sso_region = r",
        "sso_start_url = https://sso.test",
      ].join("\n"),
    });
    const url = `http://127.0.0.1:${port}`;
    const env = { ...quiet, HOME: home.dir, AWS_ENDPOINT_URL_STS: url, AWS_ENDPOINT_URL_SSO: url };
    const identity = { AWS_WEB_IDENTITY_TOKEN_FILE: home.path("token"), AWS_ROLE_ARN: "arn:aws:iam::1:role/r" };
    const found = [
      await ask(use({ ...env, AWS_PROFILE: "role" })),
      await ask(use({ ...env, AWS_PROFILE: "sign-on" })),
      await ask(use({ ...env, AWS_PROFILE: "", ...identity })),
    ];
    server.close();
    server.closeAllConnections();
    expect(found.map(({ credentials, finding }) => [credentials?.accessKeyId, credentials?.source, finding])).toEqual([
      ["ASIASTS", "role of the profile", null],
      ["ASIASSO", "single sign-on", null],
      ["ASIASTS", "web identity", null],
    ]);
  });

  test("a machine's own role, but not in place of a named profile whose process fails", async () => {
    const { createServer } = await import("node:http");
    const keys = { AccessKeyId: "ASIA", SecretAccessKey: "secret", Token: "t", Expiration: "2036-01-01T00:00:00Z" };
    const list = "/latest/meta-data/iam/security-credentials/";
    const server = createServer(({ url = "" }, response) => {
      response.end(
        url === list ? "role" : url === `${list}role` ? JSON.stringify({ Code: "Success", ...keys }) : "token",
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const home = makeWorkspace({ ".aws/config": "[profile work]\ncredential_process = exit 1\n" });
    const env = { HOME: home.dir, AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${port}` };
    const own = await ask(use(env));
    const named = await ask(use({ ...env, AWS_PROFILE: "work" }));
    server.close();
    expect(own.credentials).toMatchObject({ accessKeyId: "ASIA", source: "instance role" });
    expect(named.credentials).toBeNull();
    expect(named.finding?.message).toContain('the credential_process of profile "work" fails');
  });

  test("a bundle of certificates that is not there is the reason", async () => {
    const { finding } = await ask(use({ ...quiet, HOME: makeTempDir(), AWS_CA_BUNDLE: "/nowhere/ca.pem" }));
    expect(finding?.message).toContain("AWS_CA_BUNDLE names /nowhere/ca.pem");
  });

  test("half of the pair", async () => {
    const env = { ...quiet, HOME: makeTempDir() };
    expect((await ask(use({ ...env, AWS_ACCESS_KEY_ID: "AKID" }))).finding).toMatchObject({
      code: "BK5002",
      message: expect.stringContaining("AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not") as string,
    });
    vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
    const other = await ask(use({ ...env, AWS_SECRET_ACCESS_KEY: "hidden" }));
    expect(other.credentials).toBeNull();
    expect(JSON.stringify(other)).not.toContain("hidden");
  });

  test("half of the pair beside a whole profile is a warning", async () => {
    const home = makeWorkspace({
      ".aws/credentials": "[default]\naws_access_key_id = AKID\naws_secret_access_key = secret\n",
    });
    const { credentials, finding } = await ask(use({ ...quiet, HOME: home.dir, AWS_ACCESS_KEY_ID: "other" }));
    expect(credentials?.accessKeyId).toBe("AKID");
    expect(finding?.code).toBe("BK5002");
  });

  // Less than what the chain has in all.
  const soon = { timeout: 12_000 };

  test("a metadata service that never answers does not hold the build", soon, async () => {
    const { createServer } = await import("node:net");
    const server = createServer(() => {});
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const env = use({ HOME: makeTempDir(), AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${port}` });
    const { credentials, finding } = await ask(env);
    server.close();
    expect(credentials).toBeNull();
    expect(finding?.code).toBe("BK5001");
  });

  test("an interrupt ends the wait", soon, async () => {
    const home = makeWorkspace({ "slow.sh": "echo $$ > up.tmp; mv up.tmp up; exec sleep 300\n" });
    home.write(".aws/config", `[profile slow]\ncredential_process = cd ${home.dir} && sh slow.sh\n`);
    const abort = new AbortController();
    const env = use({ ...quiet, HOME: home.dir, AWS_PROFILE: "slow" });
    const asking = resolveAws({ env, signal: abort.signal, now: () => now }, ["remote"]);
    await waitFor(() => home.has("up"), { what: "the process is asked" });
    const pid = Number(home.read("up"));
    abort.abort("SIGINT");
    const { credentials } = await asking;
    expect(isRunning(pid)).toBe(true); // The answer did not wait for it.
    process.kill(pid);
    expect(credentials).toBeNull();
  });
});

describe("HMAC keys of Google", () => {
  test("where `auth` says so, no others are looked for", async () => {
    const backend = { name: "store", type: "gcs", bucket: "b", auth: "hmac" } as const;
    const env = { GOOGLE_APPLICATION_CREDENTIALS: "/key.json" };
    await expect(openStore(backend, { env, signal: AbortSignal.timeout(10_000) })).rejects.toMatchObject({
      code: "BK5001",
      message: expect.stringContaining("GCS_HMAC_SECRET") as string,
    });
  });

  const both = { GCS_HMAC_ACCESS_ID: "GOOG1", GCS_HMAC_SECRET: "hidden" };

  test("with a newline at the end", () => {
    const { credentials, finding } = resolveGcsHmac({ ...both, GCS_HMAC_SECRET: "hidden\n" }, ["store"]);
    expect(credentials).toBeNull();
    expect(finding).toMatchObject({
      code: "BK5006",
      message: expect.stringContaining("GCS_HMAC_SECRET holds a newline") as string,
    });
    expect(JSON.stringify(finding)).not.toContain("hidden");
  });

  test("both", () => {
    expect(resolveGcsHmac(both, ["store"])).toEqual({
      credentials: { accessKeyId: "GOOG1", secretAccessKey: "hidden", source: "environment" },
      finding: null,
    });
  });

  test.each([
    [{}, "BK5001", "GCS_HMAC_ACCESS_ID and GCS_HMAC_SECRET are not set"],
    [{ GCS_HMAC_ACCESS_ID: "GOOG1" }, "BK5002", "GCS_HMAC_SECRET is not set"],
    [{ GCS_HMAC_SECRET: "hidden" }, "BK5002", "GCS_HMAC_ACCESS_ID is not set"],
    [
      { GOOGLE_APPLICATION_CREDENTIALS: "/key.json" },
      "BK5001",
      "GOOGLE_APPLICATION_CREDENTIALS serves layers by way of bkcache's relay alone",
    ],
  ])("%j", (env, code, words) => {
    const { credentials, finding } = resolveGcsHmac(env, ["store"]);
    expect(credentials).toBeNull();
    expect(finding).toMatchObject({ code, message: expect.stringContaining(words) as string });
    expect(finding?.message).toContain('backend "store"');
    expect(JSON.stringify(finding)).not.toContain("hidden");
  });
});
