import { execFileSync } from "node:child_process";
import { expect } from "vitest";
import { startGcsGate } from "../support/gcs-auth.ts";
import { addToMount, baseStage, emptyBuilder, mountEnvironment } from "../support/mount-project.ts";
import { bucket, test as serverTest } from "../support/servers.ts";
import { runWatched, secretsOfGate, type WatchedRun } from "../support/watched-run.ts";
import { makeWorkspace } from "../support/workspace.ts";

/*
 * Mounts in Google's store, with the key file of a service account whose signature is checked on the way, and what
 * becomes of the secrets of both kinds of store.
 */

type Strings = Readonly<Record<string, string>>;

const test = serverTest
  .extend("gate", { scope: "file" }, async ({ gcs }, { onCleanup }) => {
    const gate = await startGcsGate(gcs.endpoint);
    onCleanup(() => gate.stop());
    return gate;
  })
  /** One run of bkcache in a new folder, with its children under watch. */
  .extend("run", ({ builder }) => (args: readonly string[], files: Strings, env: Strings): Promise<WatchedRun> => {
    const workspace = makeWorkspace({ Dockerfile: baseStage + addToMount("id=shop-data"), ...files });
    return runWatched(workspace, args, mountEnvironment(builder, env));
  })
  /** All that must not be seen by anybody: the secrets that were given, and those that were made of them. */
  .extend("secrets", ({ s3, gate }) => () => [s3.secretKey, ...secretsOfGate(gate)])
  .extend("expectNoSecret", ({ secrets }) => ({ stdout, stderr, report, argv }: WatchedRun): void => {
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
