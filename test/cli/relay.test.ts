import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { type ChildProcess } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { newKeys } from "../../src/relay/relay.ts";
import type { Keys } from "../../src/relay/signature.ts";
import { makeCerts } from "../support/certs.ts";
import { cleanEnv } from "../support/env.ts";
import { type RunResult, runBkcache } from "../support/run-bkcache.ts";
import { makeWorkspace, type Workspace } from "../support/workspace.ts";

const config = `backends:
  disk: { type: local, path: store }
  Big_Disk: { type: local, path: other }
  hub: { type: registry, ref: registry.example/cache }
targets: { api: {} }
`;
const [writer, reader] = [newKeys(), newKeys()];
const keyFile = JSON.stringify({
  callers: [
    { name: "ci", ...writer, access: "read-write" },
    { name: "laptop", ...reader, backends: ["disk"] },
  ],
});

function makeProject(): Workspace {
  const workspace = makeWorkspace({ "bkcache.config.yaml": config, "keys.json": keyFile });
  chmodSync(workspace.path("keys.json"), 0o600);
  return workspace;
}

interface Running {
  readonly endpoint: string;
  readonly said: () => string;
  stop(signal?: NodeJS.Signals): Promise<RunResult>;
}

/** Starts the relay, and waits until it says where it listens. */
async function start(workspace: Workspace, ...args: readonly string[]): Promise<Running> {
  let child: ChildProcess | undefined;
  let said = "";
  const ended = runBkcache(["relay", "--keys", "keys.json", "--listen", "127.0.0.1:0", ...args], {
    cwd: workspace.dir,
    env: cleanEnv(),
    onStart: (process) => (child = process),
  });
  child?.stderr?.on("data", (text: string) => (said += text));
  onTestFinished(() => void child?.kill("SIGKILL"));
  await expect.poll(() => said, { timeout: 15_000 }).toMatch(/listening at \S+/);
  const [, endpoint = ""] = /listening at (\S+)/.exec(said) ?? [];
  return {
    endpoint,
    said: () => said,
    stop(signal = "SIGTERM") {
      child?.kill(signal);
      return ended;
    },
  };
}

function client(endpoint: string, { accessKeyId, secretAccessKey }: Keys): S3Client {
  const credentials = { accessKeyId, secretAccessKey };
  const sdk = new S3Client({ endpoint, region: "us-east-1", credentials, forcePathStyle: true, maxAttempts: 1 });
  onTestFinished(() => sdk.destroy());
  return sdk;
}

describe("bkcache relay", () => {
  test("serves the backends to those with keys, and ends well by SIGTERM", async () => {
    const workspace = makeProject();
    const relay = await start(workspace);
    expect(relay.said()).toContain(`serving ${workspace.path("store")}/ as bucket disk`);
    expect(relay.said()).toContain(`serving ${workspace.path("other")}/ as bucket big-disk`);
    expect(relay.said()).not.toContain("hub");
    const put = (keys: Keys, Bucket: string) =>
      client(relay.endpoint, keys).send(new PutObjectCommand({ Bucket, Key: "a/b", Body: "hello" }));
    await put(writer, "disk");
    expect(workspace.read("store/a/b")).toBe("hello");
    await put(writer, "big-disk");
    await expect(put(reader, "disk")).rejects.toMatchObject({ name: "AccessDenied" });
    await expect(put(newKeys(), "disk")).rejects.toMatchObject({ name: "InvalidAccessKeyId" });
    const get = (Bucket: string) => client(relay.endpoint, reader).send(new GetObjectCommand({ Bucket, Key: "a/b" }));
    expect(await (await get("disk")).Body?.transformToString()).toBe("hello");
    await expect(get("big-disk")).rejects.toMatchObject({ name: "AccessDenied" });

    expect(await (await fetch(`${relay.endpoint}/healthz`)).text()).toBe("ok\n");
    const metrics = await (await fetch(`${relay.endpoint}/metrics`)).text();
    expect(metrics).toMatch(/^bkcache_relay_hits_total\{caller="laptop"\} 1$/m);
    expect(metrics).toMatch(/^bkcache_relay_bytes_to_store_total\{caller="ci"\} 10$/m);
    expect((await fetch(`${relay.endpoint}/disk/a/b`)).status).toBe(403);
    expect(await (await fetch(`${relay.endpoint}/metrics`)).text()).toMatch(
      /^bkcache_relay_refused_total\{caller="\(none\)"\} 2$/m,
    );

    const { exitCode, stdout, stderr } = await relay.stop();
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
    for (const { secretAccessKey } of [writer, reader]) expect(stderr + metrics).not.toContain(secretAccessKey);
  });

  test("speaks TLS", async () => {
    const workspace = makeProject();
    const certs = makeCerts(workspace.path("certs"));
    const relay = await start(workspace, "--tls-cert", certs.serverCert, "--tls-key", certs.serverKey);
    expect(relay.endpoint).toMatch(/^https:/);
    const { get } = await import("node:https");
    const status = await new Promise((resolve, reject) => {
      const options = { ca: readFileSync(certs.ca), agent: false };
      get(`${relay.endpoint}/healthz`, options, (answer) => resolve(answer.resume().statusCode)).once("error", reject);
    });
    expect(status).toBe(200);
    expect((await relay.stop("SIGINT")).exitCode).toBe(0);
  });

  test("says what is wrong before it listens", async () => {
    const workspace = makeProject();
    const certs = makeCerts(workspace.path("certs"));
    const taken = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void taken.close());
    await new Promise((resolve) => void taken.once("listening", resolve));
    const { port } = taken.address() as AddressInfo;
    workspace.write("open.json", keyFile);
    chmodSync(workspace.path("open.json"), 0o644);
    workspace.write(
      "none.yaml",
      "backends: { hub: { type: registry, ref: registry.example/cache } }\ntargets: { api: {} }\n",
    );
    workspace.write("foreign.json", JSON.stringify({ callers: [{ name: "ci", ...writer, backends: ["hub"] }] }));
    chmodSync(workspace.path("foreign.json"), 0o600);
    const keys = ["--keys", "keys.json"];
    const cases: readonly (readonly [args: readonly string[], said: RegExp])[] = [
      [[], /BK1002: required option '--keys <file>'/],
      [["--keys", "open.json"], /BK1016: open\.json: others may read or write it \(mode 644\)[^]*chmod 600/],
      [["--keys", "foreign.json"], /BK1016: the keys of ci are for a backend "hub"/],
      [[...keys, "--listen", ":9000"], /BK1002: --listen: ":9000" is not HOST:PORT/],
      [[...keys, "--listen", `127.0.0.1:${port}`], /BK1002: --listen: .* \(EADDRINUSE\)/],
      [[...keys, "--tls-cert", "x"], /BK1002: --tls-cert and --tls-key go together/],
      [[...keys, "--tls-cert", "x", "--tls-key", "y"], /BK1002: --tls-cert: x cannot be read \(ENOENT\)/],
      [
        [...keys, "--tls-cert", certs.serverCert, "--tls-key", certs.clientKey],
        /BK1002: --tls-cert and --tls-key are no/,
      ],
      [[...keys, "--config", "none.yaml"], /BK2050: no backend of the config can be served/],
    ];
    const results = await Promise.all(
      cases.map(([args]) => runBkcache(["relay", ...args], { cwd: workspace.dir, env: cleanEnv() })),
    );
    for (const [index, [, said]] of cases.entries()) {
      expect(results[index]?.stderr).toMatch(said);
      expect(results[index]?.exitCode).toBe(2);
    }
  });
});
