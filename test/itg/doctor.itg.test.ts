import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect as connectTo, createServer as createTcpServer, type Socket } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import { expect, onTestFinished } from "vitest";
import { runAws } from "../support/aws-cli.ts";
import type { Certificates } from "../support/certs.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { makeDockerConfig } from "../support/docker-config.ts";
import { cleanEnv } from "../support/env.ts";
import { startDockerEngine } from "../support/docker-engine.ts";
import { canRunEngine } from "../support/docker-packages.ts";
import { startGcsGate } from "../support/gcs-auth.ts";
import { fakeDocker } from "../support/fake-docker.ts";
import { startFaultyServer } from "../support/faulty-server.ts";
import { baseStage, runStep } from "../support/mount-project.ts";
import { freePort } from "../support/poll.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { type S3Server, startVersitygw } from "../support/s3-server.ts";
import { test as serversTest } from "../support/servers.ts";
import { makeWorkspace, type Workspace } from "../support/workspace.ts";

/* Set-ups that are broken in one way each, and one that is not: what doctor finds is exactly that. */

const limited = { accessKey: "limited-user", secretKey: "limited-user-secret" };
/** Buckets in which the limited user lacks one right each. */
const lacking = {
  "no-list": "s3:ListBucket",
  "no-read": "s3:GetObject",
  "no-write": "s3:PutObject",
  "no-delete": "s3:DeleteObject",
} as const;

const test = serversTest.extend("store", { scope: "file" }, async ({}, { onCleanup }) => {
  const store = await startVersitygw({ users: [limited] });
  onCleanup(() => store.stop());
  await Promise.all(["cache", ...Object.keys(lacking)].map((name) => store.createBucket(name)));
  await Promise.all(Object.entries(lacking).map(([name, right]) => allowAllBut(store, name, right)));
  return store;
});

async function allowAllBut(store: S3Server, bucket: string, right: string): Promise<void> {
  const all = ["s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject"].filter((each) => each !== right);
  const allow = (actions: readonly string[], resource: string) =>
    actions.length === 0
      ? []
      : [{ Effect: "Allow", Principal: { AWS: [limited.accessKey] }, Action: actions, Resource: resource }];
  const statements = [
    ...allow(
      all.filter((action) => action === "s3:ListBucket"),
      `arn:aws:s3:::${bucket}`,
    ),
    ...allow(
      all.filter((action) => action !== "s3:ListBucket"),
      `arn:aws:s3:::${bucket}/*`,
    ),
  ];
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  await store.client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
}

interface Found {
  readonly code: string;
  readonly level: string;
  readonly message: string;
  readonly hint: string | null;
}

interface Answer {
  readonly ok: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly subject: string | null;
    readonly state: string;
    readonly facts: string;
    readonly ms: number;
    readonly findings: readonly Found[];
  }[];
}

interface Broken {
  readonly what: string;
  /** Codes of all findings, in the order of the checks. */
  readonly codes: readonly string[];
  /** What the first of them says. */
  readonly says: RegExp;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly args?: readonly string[];
  readonly config?: (config: Config) => Config | null;
  readonly files?: Readonly<Record<string, string>>;
  /** Changes the folder when all is written. */
  readonly spoil?: (workspace: Workspace) => void;
}

type Config = Record<string, unknown>;

const dockerfile = `${baseStage}${runStep("--mount=type=cache,id=shop-data,target=/data", "touch /data/x")}`;

function configOf(bucket: string): Config {
  return {
    project: "shop",
    backends: { remote: { type: "s3", url: `s3://${bucket}/shop/`, insecure: true } },
    cache: { read: ["remote"], write: ["remote"], mounts: "remote" },
    targets: { app: { context: ".", contexts: { busybox: "docker-image://busybox" }, tags: ["shop/app"] } },
  };
}

test("each of the broken set-ups is named, and a healthy one has no finding", async ({
  certs,
  store,
  sharedBuilder,
  newBuilder,
}) => {
  const [tight, apart, fakes] = await Promise.all([
    newBuilder({ mountSpace: "1KB" }),
    newBuilder({ isApart: true }),
    startFakes(store, certs),
  ]);
  const base = {
    ...makeDockerConfig().env,
    ...store.env,
    BKCACHE: "read-write",
    BKCACHE_HELPER: "/bin/busybox",
    BUILDKIT_HOST: sharedBuilder.address,
  };
  const nothing = makeTempDir("nothing");
  const asLimited = { AWS_ACCESS_KEY_ID: limited.accessKey, AWS_SECRET_ACCESS_KEY: limited.secretKey };
  const lacks = (bucket: keyof typeof lacking, code = "BK5005"): Broken => ({
    what: `a user without ${lacking[bucket]}`,
    codes: [code],
    says: new RegExp(`${lacking[bucket]} on arn:aws:s3:::${bucket}(/shop/\\*)? is missing`),
    env: asLimited,
    config: () => configOf(bucket),
  });
  const fakeBuilder = (text: string, buildx = "0.38.2"): NonNullable<Broken["env"]> => ({
    PATH: fakeBuildx(text, buildx),
    DOCKER_CONFIG: nothing,
    BUILDX_BUILDER: "ci",
    BUILDKIT_HOST: undefined,
  });
  const rows: readonly Broken[] = [
    {
      what: "no buildx",
      codes: ["BK4001"],
      says: /buildx is on PATH/,
      env: { PATH: nothing, DOCKER_CONFIG: nothing },
    },
    {
      what: "a buildx with advisories",
      codes: ["BK4030", "BK4021"],
      says: /0\.37\.0 has two known advisories/,
      env: fakeBuilder(inspected({}), "0.37.0"),
    },
    {
      what: "an old BuildKit",
      codes: ["BK4031", "BK4021"],
      says: /runs BuildKit v0\.29\.2 .* with 0\.30/,
      env: fakeBuilder(inspected({ version: "v0.29.2" })),
    },
    {
      what: "a BuildKit that cannot write to this store",
      codes: ["BK4013", "BK4021"],
      says: /is not AWS, and writing there fails with this version/,
      env: fakeBuilder(inspected({ version: "v0.31.0" })),
      config: (config) => withBackend(config, { relay: "off" }),
    },
    {
      what: "a builder that is not there",
      codes: ["BK4003"],
      says: /does not answer: the socket does not exist/,
      env: { BUILDKIT_HOST: "unix:///nowhere/buildkitd.sock" },
    },
    {
      what: "a builder of a name that nobody has",
      codes: ["BK4002"],
      says: /no builder "lost"/,
      args: ["--builder", "lost"],
    },
    {
      what: "the docker driver, without the containerd image store",
      codes: ["BK4010", "BK4021"],
      says: /has the docker driver, which has no s3 cache/,
      env: fakeBuilder(inspected({ driver: "docker", canExport: false })),
    },
    {
      what: "a builder in a container, and a bucket at a loopback address",
      codes: ["BK4016", "BK4021"],
      says: /does not reach backend remote \(s3\)/,
      env: fakeBuilder(inspected({ network: "bridge" })),
      config: (config) => withBackend(config, { relay: "off", endpointUrl: store.endpoint }),
    },
    {
      what: "pods without a volume, one of them by chance",
      codes: ["BK4032", "BK4033", "BK4021"],
      says: /die with them/,
      env: fakeBuilder(inspected({ driver: "kubernetes", pods: 3, options: 'loadbalance="random" replicas="3"' })),
    },
    {
      what: "a helper that is not there",
      codes: ["BK4023"],
      says: /cannot read the helper \/nowhere\/busybox/,
      env: { BKCACHE_HELPER: "/nowhere/busybox" },
    },
    {
      what: "a builder that keeps less than a mount",
      codes: ["BK5054"],
      says: /may drop the cache mount shop-data .*: it keeps 1\.0 kB and what was used in the last 48 h/,
      env: { BUILDKIT_HOST: tight.address },
    },
    {
      what: "a builder in another network than the bucket",
      codes: ["BK4034"],
      says: /does not reach http:.*connect: network is unreachable/,
      env: { BUILDKIT_HOST: apart.address },
    },
    {
      what: "a certificate that nobody here trusts",
      codes: ["BK5007", "BK4034"],
      says: /cannot be trusted: TLS fails/,
      env: { AWS_ENDPOINT_URL: fakes.tls },
    },
    {
      what: "a certificate that this machine trusts, and the builder does not, and no relay",
      codes: ["BK4034"],
      says: /does not reach https:.*x509: certificate signed by unknown authority/,
      env: { AWS_ENDPOINT_URL: fakes.tls, AWS_CA_BUNDLE: certs.ca },
      config: (config) => ({
        ...config,
        backends: { remote: { type: "s3", url: "s3://cache/shop/", relay: "off" } },
      }),
    },
    {
      what: "a builder in a container that was not given the proxy",
      codes: ["BK4021", "BK4034"],
      says: /no such container/,
      env: { ...fakeBuilder(inspected({})), HTTP_PROXY: store.endpoint, NO_PROXY: "127.0.0.1" },
    },
    {
      what: "a docker engine that does not run",
      codes: ["BK4003"],
      says: /does not answer: .*nowhere\/docker\.sock/,
      env: { BUILDKIT_HOST: undefined, DOCKER_HOST: "unix:///nowhere/docker.sock" },
    },
    {
      what: "a proxy at which nothing listens",
      codes: ["BK5072"],
      says: /HTTP_PROXY names http:\/\/127\.0\.0\.1:\d+\/?, and nothing listens there/,
      env: { HTTP_PROXY: `http://user:proxy-password@127.0.0.1:${fakes.deadPort}` },
    },
    {
      what: "a proxy without a scheme",
      codes: ["BK5072"],
      says: /HTTP_PROXY names http:\/\/127\.0\.0\.1:\d+\/?, and nothing listens there/,
      env: { HTTP_PROXY: `user:proxy-password@127.0.0.1:${fakes.deadPort}` },
    },
    {
      what: "a proxy of a kind that is not used",
      codes: ["BK5072"],
      says: /HTTPS_PROXY names socks5:\/\/127\.0\.0\.1:1, and that is no address of a proxy that speaks http/,
      env: { HTTPS_PROXY: "socks5://user:proxy-password@127.0.0.1:1" },
    },
    {
      what: "a file of authorities that holds none",
      codes: ["BK5072"],
      says: /AWS_CA_BUNDLE names .*Dockerfile, which holds no certificate/,
      env: { AWS_CA_BUNDLE: "Dockerfile" },
    },
    {
      what: "no credentials",
      codes: ["BK5001"],
      says: /no AWS credentials for backend "remote"/,
      env: { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, HOME: "/nowhere" },
    },
    {
      what: "half of the credentials",
      codes: ["BK5002"],
      says: /AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not/,
      env: { AWS_SECRET_ACCESS_KEY: undefined, HOME: "/nowhere" },
    },
    {
      what: "credentials that end in some minutes",
      codes: ["BK5003"],
      says: /end at .*, in \d+ min/,
      env: { AWS_CREDENTIAL_EXPIRATION: new Date(Date.now() + 20 * 60_000).toISOString() },
    },
    {
      what: "a wrong secret",
      codes: ["BK5006"],
      says: /the secret does not belong to the key/,
      env: { AWS_SECRET_ACCESS_KEY: "another-secret-of-somebody" },
    },
    {
      what: "a bucket that is not there",
      codes: ["BK5004"],
      says: /there is no bucket "absent"/,
      config: () => configOf("absent"),
    },
    {
      what: "a wrong region",
      codes: ["BK5008"],
      says: /is not in region us-west-2/,
      env: { AWS_REGION: "us-west-2" },
    },
    lacks("no-list"),
    lacks("no-read"),
    lacks("no-write"),
    lacks("no-delete", "BK5070"),
    {
      what: "an endpoint that nobody listens at",
      codes: ["BK5007", "BK4034"],
      says: /nothing listens there \(ECONNREFUSED\)/,
      env: { AWS_ENDPOINT_URL: `http://127.0.0.1:${fakes.deadPort}` },
    },
    {
      what: "an endpoint that never answers",
      codes: ["BK5007", "BK4034"],
      says: /does not answer in time|no answer in time/,
      env: { AWS_ENDPOINT_URL: fakes.silent },
    },
    {
      what: "a clock that is off",
      codes: ["BK5009"],
      says: /clock is 30 min 0 s off|clock is (29|30) min/,
      env: { AWS_ENDPOINT_URL: fakes.otherClock },
    },
    {
      what: "a store that writes over what it should not",
      codes: ["BK5071"],
      says: /writes over an object although/,
      env: { AWS_ENDPOINT_URL: fakes.careless },
    },
    {
      what: "a lifecycle rule that takes layers by their age",
      codes: ["BK5073"],
      says: /the rule "old" of bucket cache deletes what begins with shop\/ after 14 days/,
      env: { AWS_ENDPOINT_URL: fakes.ruled },
    },
    {
      what: "a local cache in the context of a target",
      codes: ["BK5014"],
      says: /lies in the context of app/,
      config: (config) => ({
        ...config,
        backends: { ...(config["backends"] as object), disk: { type: "local", path: "./cache-of-layers" } },
        cache: { read: ["disk"], write: ["disk"], mounts: "remote" },
      }),
    },
    {
      what: "linked targets that share a plain COPY",
      codes: ["BK4018", "BK6016"],
      says: /app \(on deps\)/,
      config: (config) => ({
        ...config,
        groups: { default: ["app"] },
        targets: {
          deps: { dockerfile: "deps.Dockerfile", contexts: { busybox: "docker-image://busybox" } },
          app: { contexts: { deps: "target:deps" }, tags: ["shop/app"] },
        },
      }),
      files: {
        Dockerfile: `FROM deps\n${runStep("", "echo built")}`,
        "deps.Dockerfile": `FROM busybox\nCOPY src /src\n${runStep("", "echo deps")}`,
      },
    },
    {
      what: "a bake file of an older config",
      codes: ["BK3001"],
      says: /docker-bake\.hcl is stale/,
      spoil: (workspace) =>
        workspace.write("docker-bake.hcl", workspace.read("docker-bake.hcl").replace("shop/app", "shop/web")),
    },
    {
      what: "a cache that a variable switches off",
      codes: ["BK5074"],
      says: /since BKCACHE says off/,
      env: { BKCACHE: "off" },
    },
    {
      what: "a cache that nobody writes",
      codes: ["BK5075"],
      says: /no target writes a cache/,
      config: (config) => ({ ...config, cache: { read: ["remote"], write: [] } }),
    },
    {
      what: "a Dockerfile that lint has something to say of",
      codes: ["BK6018"],
      says: /sharing/,
      files: { Dockerfile: dockerfile.replace("target=/data", "target=/data,sharing=sometimes") },
    },
    {
      what: "neither a config nor BUILDKIT_REMOTE_CACHE",
      codes: ["BK2001"],
      says: /no cache is set up/,
      config: () => null,
    },
  ];
  await fillMount(tight);

  const generated = new Map<string, Promise<string>>();
  const examine = async (row: Omit<Broken, "codes" | "says">): Promise<Row> => {
    const workspace = makeWorkspace({
      Dockerfile: dockerfile,
      ".dockerignore": "docker-bake.hcl\n",
      "src/a.txt": "one",
      ...row.files,
    });
    const env = cleanEnv({ ...base, ...row.env });
    const config = (row.config ?? ((each) => each))(configOf("cache"));
    if (config !== null) {
      const text = JSON.stringify(config);
      workspace.write("bkcache.config.json", text);
      const file = generated.get(text) ?? generate(workspace.dir, cleanEnv(base));
      generated.set(text, file);
      workspace.write("docker-bake.hcl", await file);
    }
    row.spoil?.(workspace);
    const began = performance.now();
    const result = await runBkcache(["doctor", "--json", ...(row.args ?? [])], { cwd: workspace.dir, env });
    const seconds = (performance.now() - began) / 1000;
    expect(result.stdout, `${row.what}: ${result.stderr}`).toMatch(/^\{/);
    return { ...result, seconds, answer: JSON.parse(result.stdout) as Answer };
  };

  const healthy = await examine({ what: "healthy" });
  expect(healthy.answer.checks.flatMap(({ findings }) => findings)).toEqual([]);
  expect([healthy.exitCode, healthy.answer.ok]).toEqual([0, true]);
  // versitygw knows no lifecycle rules.
  const others = healthy.answer.checks.filter(({ state }) => state !== "ok");
  expect(others.map(({ name, state }) => [name, state])).toEqual([["lifecycle", "unknown"]]);
  expect(await store.objects("cache", "shop/doctor")).toEqual([]);

  const seconds = `the healthy one took ${healthy.seconds.toFixed(1)} s`;
  expect(healthy.seconds, seconds).toBeLessThan(15);

  // Without a config, and with a folder of this machine.
  const bare = await examine({
    what: "no config",
    config: () => null,
    env: { BUILDKIT_REMOTE_CACHE: "s3://cache/shop/", BUILDKIT_INSECURE: "true" },
  });
  expect(bare.answer.checks.flatMap(({ findings }) => findings)).toEqual([]);
  const disk = join(makeTempDir("disk"), "cache");
  const local = await examine({
    what: "a folder",
    config: (config) => ({ ...config, backends: { remote: { type: "local", path: disk } } }),
  });
  expect(local.answer.checks.flatMap(({ findings }) => findings)).toEqual([]);
  expect(existsSync(disk), "nothing is left of it").toBe(false);

  const wrong: string[] = [];
  const atOnce = 6;
  const left = [...rows];
  const work = async (): Promise<void> => {
    for (let row = left.shift(); row !== undefined; row = left.shift()) {
      const { exitCode, stdout, stderr, answer, seconds } = await examine(row);
      const found = answer.checks.flatMap(({ findings }) => findings);
      const codes = found.map(({ code }) => code);
      if (codes.join() !== row.codes.join() || !row.says.test(found[0]?.message ?? "") || exitCode !== 1)
        wrong.push(`${row.what}: ${exitCode} ${JSON.stringify(found, null, 1)}`);
      for (const { code, hint } of found) expect(hint, `${row.what}: ${code} has a next step`).toBeTruthy();
      expect(seconds, row.what).toBeLessThan(20);
      for (const secret of [store.secretKey, limited.secretKey, "proxy-password", "another-secret-of-somebody"])
        expect(`${stdout}${stderr}`).not.toContain(secret);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  expect(wrong.join("\n")).toBe("");
  expect(rows.length).toBeGreaterThan(20);
});

test("a bucket of Google's: healthy, without a right, without a key file", async ({ gcs, sharedBuilder }) => {
  const faulty = await startFaultyServer(gcs.endpoint);
  const gate = await startGcsGate(faulty.endpoint);
  onTestFinished(() => {
    gate.stop();
    faulty.stop();
  });
  const remote = { type: "gcs", url: "gcs://cache/shop/", endpointUrl: gate.endpoint, insecure: true };
  const workspace = makeWorkspace({
    Dockerfile: dockerfile,
    ".dockerignore": "docker-bake.hcl\n",
    "bkcache.config.json": JSON.stringify({ ...configOf("cache"), backends: { remote } }),
  });
  const env = cleanEnv({
    ...makeDockerConfig().env,
    BKCACHE: "read-write",
    BKCACHE_HELPER: "/bin/busybox",
    BUILDKIT_HOST: sharedBuilder.address,
    GOOGLE_APPLICATION_CREDENTIALS: gate.keyFile,
  });
  workspace.write("docker-bake.hcl", await generate(workspace.dir, env));
  const examine = async (more: Readonly<Record<string, string>> = {}) => {
    const result = await runBkcache(["doctor", "--json"], { cwd: workspace.dir, env: { ...env, ...more } });
    for (const secret of gate.secrets) expect(`${result.stdout}${result.stderr}`).not.toContain(secret);
    const { checks } = JSON.parse(result.stdout) as Answer;
    return { checks, findings: checks.flatMap(({ findings }) => findings) };
  };
  const healthy = await examine();
  expect(healthy.findings).toEqual([]);
  expect(healthy.checks.find(({ name }) => name === "way")?.facts).toContain("reaches the relay of this machine");
  expect(await gcs.objects("cache")).toEqual([]);
  faulty.plan = ({ method }) => (method === "POST" ? { kind: "status", status: 403, body: "{}" } : null);
  expect((await examine()).findings).toMatchObject([
    { code: "BK5005", message: expect.stringContaining("storage.objects.create on bucket cache is missing") as string },
  ]);
  const lost = await examine({ GOOGLE_APPLICATION_CREDENTIALS: "/nowhere/key.json" });
  expect(lost.findings.map(({ code }) => code)).toEqual(["BK5023"]);
});

test("the rules that --lifecycle prints are what the AWS CLI takes", async ({ store }) => {
  const workspace = makeWorkspace({ Dockerfile: dockerfile, "bkcache.config.json": JSON.stringify(configOf("cache")) });
  const env = cleanEnv({ ...makeDockerConfig().env, ...store.env });
  const { exitCode, stdout, stderr } = await runBkcache(["doctor", "--lifecycle"], { cwd: workspace.dir, env });
  expect(exitCode, stderr).toBe(0);
  const [, command = ""] = /: aws (s3api .*) --endpoint-url /.exec(stderr) ?? [];
  const put = async (text: string) => {
    workspace.write("lifecycle.json", text);
    const keys = { accessKeyId: store.accessKey, secretAccessKey: store.secretKey };
    return runAws(command.split(" "), { endpoint: store.endpoint, keys, home: workspace.dir }).catch(String);
  };
  // versitygw has no such rules; what the CLI does not know never gets there.
  expect(await put(stdout)).toContain("(NotImplemented)");
  expect(await put(stdout.replace("NoncurrentDays", "NoncurrentYears"))).toContain("Parameter validation failed");
});

test.skipIf(!canRunEngine)(
  "an old Docker engine is named for its BuildKit, its driver and its mounts",
  async ({ store }) => {
    const engine = await startDockerEngine({ age: "old", hasImage: false });
    onTestFinished(() => engine.stop());
    const env = cleanEnv({ ...engine.env, ...store.env, BKCACHE: "read-write", BKCACHE_HELPER: "/bin/busybox" });
    const workspace = makeWorkspace({
      Dockerfile: dockerfile,
      "bkcache.config.json": JSON.stringify(configOf("cache")),
    });
    workspace.write("docker-bake.hcl", await generate(workspace.dir, env));
    const { stdout, stderr } = await runBkcache(["doctor", "--json"], { cwd: workspace.dir, env });
    const { checks } = JSON.parse(stdout) as Answer;
    expect(
      checks.flatMap(({ findings }) => findings).map(({ code }) => code),
      stderr,
    ).toEqual(["BK4031", "BK4010", "BK4024"]);
    expect(checks.find(({ name }) => name === "builder")?.facts).toMatch(/^default \(docker\), BuildKit /);
  },
);

interface Row {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  readonly answer: Answer;
}

async function generate(dir: string, env: Readonly<Record<string, string>>): Promise<string> {
  const { exitCode, stderr } = await runBkcache(["generate", "--quiet"], { cwd: dir, env });
  expect(exitCode, stderr).toBe(0);
  return readFileSync(join(dir, "docker-bake.hcl"), "utf8");
}

function withBackend(config: Config, more: object): Config {
  const { remote } = config["backends"] as { remote: object };
  return { ...config, backends: { remote: { ...remote, ...more } } };
}

/** A mount of some kB on the builder. */
async function fillMount(builder: { buildctl(...args: readonly string[]): Promise<string> }): Promise<void> {
  const dir = makeTempDir("fill");
  const workspace = makeWorkspace({
    Dockerfile: `FROM scratch\nCOPY busybox /busybox\n${runStep("--mount=type=cache,id=shop-data,target=/data", "/busybox dd if=/dev/urandom of=/data/x bs=1024 count=64").replace("/bin/busybox", "/busybox")}`,
  });
  copyFileSync("/bin/busybox", workspace.path("busybox"));
  const local = ["--local", `context=${workspace.dir}`, "--local", `dockerfile=${workspace.dir}`];
  const output = ["--output", `type=local,dest=${join(dir, "out")}`];
  await builder.buildctl("build", "--frontend", "dockerfile.v0", ...local, ...output);
}

interface Inspected {
  readonly driver?: string;
  readonly version?: string;
  readonly canExport?: boolean;
  readonly network?: string;
  readonly pods?: number;
  readonly options?: string;
}

/** What `buildx inspect` says of a builder that cannot be had here, or not within the time of a test. */
function inspected({
  driver = "docker-container",
  version = "v0.34.2",
  canExport = true,
  network = "host",
  pods = 1,
  options = "",
}: Inspected): string {
  const own = driver === "docker-container" ? `network="${network}" ${options}` : options;
  const node = `Name:             ci0
Endpoint:         unix:///var/run/docker.sock
${own === "" ? "" : `Driver Options:   ${own}\n`}Status:           running
BuildKit version: ${version}
Platforms:        linux/amd64
Features:
 Cache export:    ${canExport}
`;
  return `Name:          ci
Driver:        ${driver}
Nodes:
${Array.from({ length: pods }, () => node).join("\n")}`;
}

function fakeBuildx(text: string, version: string): string {
  const docker = fakeDocker(makeTempDir("buildx"), {
    answers: [
      { when: ["buildx", "version"], stdout: `github.com/docker/buildx v${version} abc\n` },
      { when: ["buildx", "inspect"], stdout: text },
      { when: ["buildx", "dial-stdio"], stderr: "ERROR: no such container\n", exitCode: 1 },
    ],
  });
  return docker.PATH;
}

/** Servers that fail as no real one can be made to. */
async function startFakes(store: S3Server, certs: Certificates) {
  const [silent, deadPort] = await Promise.all([startFaultyServer(null), freePort()]);
  silent.plan = () => ({ kind: "silence" });
  onTestFinished(() => silent.stop());
  // Half an hour ahead; the signatures are the real ones, and so are the answers.
  const ahead = await listen(createTcpServer((socket) => passWithDate(socket, new URL(store.endpoint))));
  const files = { cert: readFileSync(certs.serverCert), key: readFileSync(certs.serverKey) };
  const secure = await listen(
    createTlsServer(files, (socket) => {
      const { hostname, port } = new URL(store.endpoint);
      const upstream = connectTo(Number(port), hostname);
      socket.on("error", () => upstream.destroy()).on("close", () => upstream.destroy());
      upstream.on("error", () => socket.destroy());
      socket.pipe(upstream).pipe(socket);
    }),
  );
  onTestFinished(() => {
    ahead.close();
    secure.close();
  });
  return {
    deadPort,
    silent: silent.endpoint,
    tls: `https://127.0.0.1:${secure.port}`,
    otherClock: `http://127.0.0.1:${ahead.port}`,
    careless: await startPlainS3({ isConditional: false }),
    ruled: await startPlainS3({ isConditional: true, rule: { prefix: "shop/", days: 14 } }),
  };
}

/** As little of S3 as doctor needs, without signatures. */
async function startPlainS3(options: {
  readonly isConditional: boolean;
  readonly rule?: { readonly prefix: string; readonly days: number };
}): Promise<string> {
  const { isConditional, rule } = options;
  const objects = new Map<string, Buffer>();
  const server: Server = createServer((request, response) => {
    const key = new URL(request.url ?? "", "http://x").pathname;
    const parts: Buffer[] = [];
    const refuse = (status: number, code: string) =>
      void response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`);
    request
      .on("data", (part: Buffer) => parts.push(part))
      .on("end", () => {
        const isAbsent = !objects.has(key);
        const isRefused = isConditional && !isAbsent && request.headers["if-none-match"] === "*";
        if (request.method === "PUT" && !isRefused) objects.set(key, Buffer.concat(parts));
        if (request.method === "DELETE") objects.delete(key);
        if (request.url?.includes("list-type=2")) {
          response.end("<ListBucketResult><Name>cache</Name><IsTruncated>false</IsTruncated></ListBucketResult>");
        } else if (request.url?.includes("?lifecycle")) {
          if (rule === undefined) refuse(404, "NoSuchLifecycleConfiguration");
          else {
            const body = `<ID>old</ID><Status>Enabled</Status><Filter><Prefix>${rule.prefix}</Prefix></Filter><Expiration><Days>${rule.days}</Days></Expiration>`;
            response.end(`<LifecycleConfiguration><Rule>${body}</Rule></LifecycleConfiguration>`);
          }
        } else if (isRefused) refuse(412, "PreconditionFailed");
        else if (request.method !== "GET") response.setHeader("etag", '"1"').end();
        else if (isAbsent) refuse(404, "NoSuchKey");
        else response.setHeader("etag", '"1"').end(objects.get(key));
      });
  });
  onTestFinished(() => void (server.closeAllConnections(), server.close()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function listen(server: ReturnType<typeof createTcpServer>) {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => void sockets.add(socket));
  const port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
  );
  return {
    port,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** A line to the store on which only the time of the answers is another. */
function passWithDate(socket: Socket, { hostname, port }: URL): void {
  const upstream = connectTo(Number(port), hostname);
  socket.on("error", () => upstream.destroy()).pipe(upstream);
  upstream
    .on("error", () => socket.destroy())
    .on("data", (bytes: Buffer) => {
      const date = new Date(Date.now() + 30 * 60_000).toUTCString();
      socket.write(Buffer.from(bytes.toString("latin1").replace(/^Date: .*\r$/m, `Date: ${date}\r`), "latin1"));
    });
  upstream.on("close", () => socket.end());
}
