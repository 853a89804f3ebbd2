import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { expect } from "vitest";
import type { Buildkit } from "../support/buildkit.ts";
import { startGcsGate } from "../support/gcs-auth.ts";
import { startGoogleProxy } from "../support/google-proxy.ts";
import {
  addToMount,
  baseStage,
  emptyBuilder,
  mountEnvironment,
  type MountRun,
  runWithMounts,
} from "../support/mount-project.ts";
import { bucket, test as serverTest } from "../support/servers.ts";
import { makeWorkspace } from "../support/workspace.ts";

/*
 * Mounts in Google's store, with the key file of a service account whose signature is checked on the way, and what
 * becomes of the secrets of both kinds of store.
 */

type Strings = Readonly<Record<string, string>>;

interface Watched extends MountRun {
  /** Argument lists of all processes that bkcache started, as far as they were seen. */
  readonly argv: string;
  readonly warnings: readonly string[];
}

const test = serverTest
  .extend("gate", { scope: "file" }, async ({ gcs }, { onCleanup }) => {
    const gate = await startGcsGate(gcs.endpoint);
    onCleanup(() => gate.stop());
    return gate;
  })
  .extend("proxy", { scope: "file" }, async ({ gate }, { onCleanup }) => {
    const proxy = await startGoogleProxy(gate.endpoint);
    onCleanup(() => proxy.stop());
    return proxy;
  })
  /** One run of bkcache in a new folder, with its children under watch. */
  .extend("run", ({ builder }) => async (args: readonly string[], files: Strings, env: Strings): Promise<Watched> => {
    const workspace = makeWorkspace({ Dockerfile: baseStage + addToMount("id=shop-data"), ...files });
    const seen = new Set<string>();
    let timer: NodeJS.Timeout | undefined;
    try {
      const result = await runWithMounts(workspace, args, mountEnvironment(builder, env), {
        onStart: ({ pid }) => {
          timer = setInterval(() => descendantsOf(pid ?? 0).forEach((argv) => seen.add(argv)), 20);
        },
      });
      const warnings = result.stderr.split("\n").filter((text) => /^warning BK5\d{3}/.test(text));
      return { ...result, argv: [...seen].join("\n"), warnings };
    } finally {
      clearInterval(timer);
    }
  })
  /** All that must not be seen by anybody: the secrets that were given, and those that were made of them. */
  .extend("secrets", ({ s3, gate }) => () => {
    const { private_key: key } = JSON.parse(readFileSync(gate.keyFile, "utf8")) as { readonly private_key: string };
    return [s3.secretKey, ...key.split("\n").slice(1, -2), ...gate.secrets];
  })
  .extend("expectNoSecret", ({ secrets }) => ({ stdout, stderr, report, argv }: Watched): void => {
    const shown = [stdout, stderr, JSON.stringify(report), argv].join("\n");
    expect(argv).toContain("buildx");
    for (const secret of secrets()) expect(shown).not.toContain(secret);
  })
  /** Files of a project with layers in S3, and mounts in Google's store. */
  .extend("project", ({ gate, busybox }) => (source: string, mounts: "google" | "remote" = "google") => {
    const config = {
      project: "shop",
      backends: {
        remote: { type: "s3", bucket, prefix: "layers/", insecure: true },
        google: { type: "gcs", bucket, prefix: "mounts/", insecure: true, endpointUrl: gate.endpoint },
      },
      cache: { read: mounts === "google" ? ["remote"] : [], write: mounts === "google" ? ["remote"] : [], mounts },
      mounts: { data: { target: "/data" } },
      targets: { app: { contexts: { busybox } } },
    };
    return { "bkcache.config.json": JSON.stringify(config), "src/a.txt": source };
  });

/** Argument lists of a process's descendants. */
function descendantsOf(root: number): readonly string[] {
  const pids = new Set([root]);
  const found: string[] = [];
  const numbers = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  for (const pid of numbers.map(Number).sort((a, b) => a - b)) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      if (!pids.has(Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]))) continue;
      pids.add(pid);
      found.push(readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " "));
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

/** Whether the builder's state, its history included, has one of the secrets in any file. */
function builderKnows(builder: Buildkit, secrets: readonly string[]): boolean {
  const patterns = secrets.flatMap((secret) => ["-e", secret]);
  try {
    execFileSync("grep", ["-r", "-q", "-a", "-F", ...patterns, builder.root]);
    return true;
  } catch (error) {
    if ((error as { readonly status?: number }).status === 1) return false;
    throw error;
  }
}

test("BUILDKIT_REMOTE_CACHE=gcs:// through a proxy that opens TLS; layers ask for HMAC keys", async ({
  gate,
  proxy,
  builder,
  busybox,
  run,
  secrets,
  expectNoSecret,
}) => {
  const env = {
    ...proxy.env,
    BUILDKIT_REMOTE_CACHE: `gcs://${bucket}/build-cache/`,
    // The token endpoint of the key file is plain http.
    BUILDKIT_INSECURE: "true",
    GOOGLE_APPLICATION_CREDENTIALS: gate.keyFile,
  };
  const args = ["build", ".", "-t", "my-go-app", "--build-context", `busybox=${busybox}`];
  // The cache is that of the folder's name.
  const build = (source: string) => {
    const dir = { "my-go-app/Dockerfile": baseStage + addToMount("id=shop-data"), "my-go-app/src/a.txt": source };
    return run(args.with(1, "my-go-app"), dir, env);
  };
  const before = { ...gate.counts };
  const first = await build("one");
  expect(first.exitCode, first.stderr).toBe(0);
  expect(first.mounts, first.stderr).toMatchObject([{ restore: { outcome: "absent" }, save: { outcome: "saved" } }]);
  expect(first.warnings.filter((text) => text.includes("HMAC"))).toHaveLength(1);
  await emptyBuilder(builder);
  const second = await build("two");
  expect([second.exitCode, second.found]).toEqual([0, { data: "one" }]);
  expect(second.mounts).toMatchObject([{ restore: { outcome: "restored" }, save: { outcome: "saved" } }]);
  for (const each of [first, second]) expectNoSecret(each);
  expect(gate.counts.tokens - before.tokens).toBe(2);
  expect(gate.counts.let - before.let).toBeGreaterThan(5);
  expect(gate.counts.refused).toBe(before.refused);
  expect(new Set(proxy.hosts)).toEqual(new Set(["storage.googleapis.com:443"]));
  expect(builderKnows(builder, secrets())).toBe(false);
});

test("a config with layers in S3 and mounts in Google's store", async ({
  s3,
  gcs,
  gate,
  builder,
  run,
  expectNoSecret,
  project,
}) => {
  const env = { ...s3.env, BKCACHE: "read-write", GOOGLE_APPLICATION_CREDENTIALS: gate.keyFile };
  const first = await run(["bake"], project("one"), env);
  expect(first.mounts, first.stderr).toMatchObject([{ save: { outcome: "saved" } }]);
  await emptyBuilder(builder);
  const second = await run(["bake"], project("two"), env);
  expect([second.exitCode, second.found, second.warnings]).toEqual([0, { data: "one" }, []]);
  for (const each of [first, second]) expectNoSecret(each);
  const keys = (await gcs.objects(bucket)).map(({ key }) => key);
  expect(keys.filter((key) => key.startsWith("mounts/v1/m/"))).toHaveLength(2);
});

test("the key of another is one warning, and the build goes on", async ({ s3, gate, run, expectNoSecret, project }) => {
  const env = { ...s3.env, BKCACHE: "read-write", GOOGLE_APPLICATION_CREDENTIALS: gate.makeForeignKeyFile() };
  const result = await run(["bake"], project("three"), env);
  expect(result.exitCode, result.stderr).toBe(0);
  expect(result.mounts).toMatchObject([{ restore: { outcome: "failed" }, save: { outcome: "skipped" } }]);
  expect(result.warnings, result.stderr).toHaveLength(1);
  expect(result.warnings[0]).toContain('BK5006: backend "google"');
  expectNoSecret(result);
});

test("of S3's secret too the builder sees nothing where it holds mounts alone", async ({
  newBuilder,
  s3,
  run,
  expectNoSecret,
  project,
}) => {
  const fresh = await newBuilder();
  const env = { ...s3.env, BKCACHE: "read-write", BUILDKIT_HOST: fresh.address };
  const result = await run(["bake"], project("one", "remote"), env);
  expect(result.mounts, result.stderr).toMatchObject([{ save: { outcome: "saved" } }]);
  expectNoSecret(result);
  expect(() => execFileSync("grep", ["-r", "-q", "-a", "-F", s3.secretKey, fresh.root])).toThrow(/Command failed/);
  expect(await fresh.buildctl("debug", "histories")).not.toContain(s3.secretKey);
});
