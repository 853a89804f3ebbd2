import { spawn } from "node:child_process";
import {
  existsSync,
  globSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished } from "vitest";
import type { Buildkit } from "../support/buildkit.ts";
import { makeBusyboxContext } from "../support/contexts.ts";
import { makeDockerConfig } from "../support/docker-config.ts";
import { cleanEnv } from "../support/env.ts";
import { type Fault, startFaultyServer } from "../support/faulty-server.ts";
import { runBkcache, runCommand } from "../support/run-bkcache.ts";
import { bucket, test as serverTest } from "../support/servers.ts";
import { findTool } from "../support/toolchain.ts";
import { makeWorkspace, type Workspace } from "../support/workspace.ts";

const shell = (script: string) => `RUN ["/bin/busybox", "sh", "-c", ${JSON.stringify(script)}]`;

/** A layer that the last step needs, and that no other does. */
const dockerfile = `FROM scratch
COPY --link --from=busybox /bin/busybox /bin/busybox
${shell("dd if=/dev/urandom of=/big bs=1M count=3")}
COPY --link later /later
${shell("cat /big /later > /out")}
`;

const test = serverTest.extend("open", ({ s3 }) => (backend: object, lines: Readonly<Record<string, string>> = {}) => {
  const workspace = makeWorkspace({
    Dockerfile: dockerfile,
    ".dockerignore": "cache\nout\n",
    later: "1",
    "bkcache.config.json": JSON.stringify({
      project: `p${crypto.randomUUID().slice(0, 8)}`,
      backends: { store: backend },
      cache: { read: ["store"], write: ["store"], scope: "main", mounts: false },
      targets: { app: { contexts: { busybox: "busybox" }, output: ["type=tar,dest=out.tar"] } },
    }),
    ...lines,
  });
  makeBusyboxContext(workspace.path("busybox"));
  const docker = makeDockerConfig();
  const bake = async (builder: Buildkit, args: readonly string[] = [], env: Record<string, string> = {}) => {
    const file = workspace.path("report.json");
    const result = await runBkcache(["bake", ...args, "--report", file], {
      cwd: workspace.dir,
      env: cleanEnv({
        ...docker.env,
        ...s3.env,
        BUILDKIT_HOST: builder.address,
        BKCACHE: "read",
        BKCACHE_DEBUG: "1",
        ...env,
      }),
    });
    const report = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
    const builds = [...result.stderr.matchAll(/ran \S+ (?:buildx )?bake --builder/g)].length;
    return { ...result, report, builds };
  };
  const write = (builder: Buildkit) => bake(builder, [], { BKCACHE: "read-write" });
  /** What buildx does by itself with the committed file: its exit code. */
  const plain = async (builder: Buildkit): Promise<number> => {
    const env = cleanEnv({ ...docker.env, ...s3.env, BUILDKIT_HOST: builder.address, BKCACHE_READ_SCOPE: "main" });
    await runBkcache(["generate"], { cwd: workspace.dir, env });
    const name = `plain-${crypto.randomUUID().slice(0, 8)}`;
    const buildx = findTool("buildx");
    const run = (...args: readonly string[]) => runCommand(buildx, args, { cwd: workspace.dir, env });
    await run("create", "--name", name, "--driver", "remote", builder.address);
    const { exitCode } = await run("bake", "--builder", name, "--progress", "plain", "--allow", "fs.write=.");
    return exitCode;
  };
  return { workspace, bake, write, plain };
});

const s3Backend = (s3: { region: string }, endpointUrl: string) => ({
  type: "s3",
  bucket,
  prefix: "layers",
  region: s3.region,
  endpointUrl,
  usePathStyle: true,
  insecure: true,
});

/** Folder of the only cache in a local backend. */
function cacheIn(workspace: Workspace): string {
  const [index = ""] = globSync("cache/*/index.json", { cwd: workspace.dir });
  return dirname(workspace.path(index));
}

describe("a layer of an imported cache that cannot be read", () => {
  const status = (code: number, name: string): Fault => ({
    kind: "status",
    status: code,
    body: `<Error><Code>${name}</Code><Message>x</Message></Error>`,
  });
  const faults: readonly (readonly [string, Fault, RegExp])[] = [
    ["that is gone", status(404, "NoSuchKey"), /gone from the bucket/],
    ["of which no range is given", status(416, "InvalidRange"), /answered 416/],
    ["of a store that is asked too much", status(429, "SlowDown"), /answered 429/],
    ["that is cut off", { kind: "cut body", bytes: 100_000 }, /came short/],
  ];
  test.for(faults)("%s does not fail the build", async ([, fault, reason], { s3, open, newBuilder }) => {
    const faulty = await startFaultyServer(s3.endpoint);
    onTestFinished(() => faulty.stop());
    const { workspace, bake, write } = open(s3Backend(s3, faulty.endpoint));
    expect(await write(await newBuilder())).toMatchObject({ exitCode: 0, builds: 1 });
    workspace.write("later", "2");
    faulty.plan = ({ method, url }) => (method === "GET" && url.includes("blobs/") ? fault : null);
    const again = await bake(await newBuilder());
    expect(again, again.stderr).toMatchObject({
      exitCode: 0,
      builds: 2,
      report: { exitCode: 0, targets: { app: { source: null } }, leftOut: [{ backend: "store" }] },
    });
    expect(again.stderr).toContain("building again without that cache");
    expect(again.stderr).toMatch(/warning BK5015: backend "store"/);
    expect(again.stderr).toMatch(reason);
    expect(await bake(await newBuilder(), ["--strict"])).toMatchObject({ exitCode: 3, report: { exitCode: 3 } });
  });

  test("is put back by a run that writes", async ({ s3, open, newBuilder }) => {
    const { bake, write } = open(s3Backend(s3, s3.endpoint));
    await write(await newBuilder());
    const blobs = await s3.objects(bucket, "layers/blobs/");
    for (const { key } of blobs) rmSync(join(s3.dir, bucket, key), { force: true });
    expect(await write(await newBuilder())).toMatchObject({ exitCode: 0, builds: 2 });
    const healed = await bake(await newBuilder());
    expect(healed, healed.stderr).toMatchObject({
      exitCode: 0,
      builds: 1,
      report: { targets: { app: { steps: { ran: [] } } } },
    });
  });

  const damages: readonly (readonly [string, (file: string) => void])[] = [
    ["removed", (file) => rmSync(file)],
    ["cut off", (file) => truncateSync(file, 1_000_000)],
    ["overwritten", (file) => writeFileSync(file, Buffer.alloc(statSync(file).size, 7))],
  ];
  test.for(damages)("on this machine, %s, does not fail the build", async ([, damage], { open, newBuilder }) => {
    const { workspace, bake, write } = open({ type: "local", path: "cache" });
    await write(await newBuilder());
    const dir = join(cacheIn(workspace), "blobs/sha256");
    const files = readdirSync(dir).map((name) => join(dir, name));
    const [largest = ""] = files.toSorted((a, b) => statSync(b).size - statSync(a).size);
    damage(largest);
    const again = await bake(await newBuilder());
    expect(again, again.stderr).toMatchObject({ exitCode: 0, builds: 2, report: { exitCode: 0 } });
    expect(again.stderr).toMatch(/warning BK5015: backend "store"/);
  });
});

const tableFaults: readonly (readonly [string, Fault])[] = [
  ["an expired blob", { kind: "status", status: 404, body: "<Error><Code>NoSuchKey</Code></Error>" }],
  ["a download that is cut", { kind: "cut body", bytes: 100_000 }],
];
/** The table of docs/bake.md takes minutes, and is printed when asked for. */
const faultsOfTable = process.env["BKCACHE_LOSS_TABLE"] === undefined ? [] : tableFaults;
test.for(faultsOfTable)("table: %s", { timeout: 600_000 }, async ([name, fault], { s3, open, newBuilder }) => {
  const faulty = await startFaultyServer(s3.endpoint);
  onTestFinished(() => faulty.stop());
  const { workspace, bake, write, plain } = open(s3Backend(s3, faulty.endpoint));
  await write(await newBuilder());
  workspace.write("later", "2");
  faulty.plan = ({ method, url }) => (method === "GET" && url.includes("blobs/") ? fault : null);
  const lines: string[] = [];
  for (let run = 0; run < 3; run += 1) {
    const code = await plain(await newBuilder());
    const { exitCode, report } = await bake(await newBuilder());
    lines.push(`plain ${code}, bkcache ${exitCode} (${report.targets.app.steps.ran.length} steps)`);
  }
  process.stderr.write(`| ${name} | ${lines.join(" | ")}\n`);
});

test("the build's own failures are not built again, whatever they say", async ({ s3, open, newBuilder }) => {
  const { workspace, bake, write } = open(s3Backend(s3, s3.endpoint));
  const builder = await newBuilder();
  await write(builder);
  const says = "echo 'failed to copy: operation error S3: NoSuchKey'; exit 7";
  workspace.write("Dockerfile", `${dockerfile}${shell(says)}\n`);
  expect(await bake(builder)).toMatchObject({ exitCode: 1, builds: 1, report: { exitCode: 1, leftOut: [] } });
  workspace.write("Dockerfile", `${dockerfile}COPY gone /\n`);
  expect(await bake(builder)).toMatchObject({ exitCode: 1, builds: 1 });
  workspace.write("Dockerfile", `${dockerfile}NONSENSE\n`);
  expect(await bake(builder)).toMatchObject({ exitCode: 1, builds: 1 });
});

describe("a local cache that another program has locked", () => {
  test("does not fail a build that was done", async ({ open, newBuilder }) => {
    const { workspace, write } = open({ type: "local", path: "cache" });
    const builder = await newBuilder();
    await write(builder);
    const lock = join(cacheIn(workspace), "index.json.lock");
    // flock(1) takes the same lock as buildx does.
    const holder = spawn("flock", ["--exclusive", lock, "sleep", "600"], { stdio: "ignore" });
    onTestFinished(() => void holder.kill("SIGKILL"));
    await expect.poll(() => existsSync(lock)).toBe(true);
    workspace.write("later", "2");
    const result = await write(builder);
    expect(result, result.stderr).toMatchObject({
      exitCode: 0,
      builds: 2,
      report: { targets: { app: { written: [] } } },
    });
    expect(result.stderr).toMatch(/could not lock/);
    expect(result.stderr).toMatch(/warning BK5016: backend "store"/);
    expect(existsSync(workspace.path("out.tar"))).toBe(true);
    // What fails in the build is its own failure, locked or not.
    workspace.write("Dockerfile", `${dockerfile}NONSENSE\n`);
    expect(await write(builder)).toMatchObject({ exitCode: 1, builds: 1 });
  });
});
