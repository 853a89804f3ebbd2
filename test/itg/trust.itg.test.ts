import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { describe, expect } from "vitest";
import { makeDockerConfig } from "../support/docker-config.ts";
import { cleanEnv } from "../support/env.ts";
import { addToMount, baseStage, emptyBuilder, runStep, runWithMounts } from "../support/mount-project.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { type S3Server, startVersitygw } from "../support/s3-server.ts";
import { bucket, test as serverTest } from "../support/servers.ts";
import { makeWorkspace, type Workspace } from "../support/workspace.ts";

/*
 * A hostile change request against a bucket that enforces what `bkcache iam` prints: its own config, Dockerfile, flags,
 * environment and bucket content. Each try is a test. The builder is emptied between runs, which is as good as another one.
 */

const users = {
  main: { accessKey: "main-user", secretKey: "main-user-secret-0123456789" },
  pr: { accessKey: "pr-user", secretKey: "pr-user-secret-0123456789" },
} as const;
type User = keyof typeof users;

const prefix = "shop/";
const places = { main: `${prefix}trust/main/`, pr: `${prefix}trust/pr/` } as const;

const runsOf = {
  main: { GITLAB_CI: "true", CI_DEFAULT_BRANCH: "main", CI_COMMIT_BRANCH: "main" },
  pr: {
    GITLAB_CI: "true",
    CI_DEFAULT_BRANCH: "main",
    CI_MERGE_REQUEST_IID: "7",
    CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "main",
    CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: "main",
    CI_MERGE_REQUEST_SOURCE_PROJECT_PATH: "acme/shop",
    CI_MERGE_REQUEST_PROJECT_PATH: "acme/shop",
  },
} as const;

const trust = {
  main: { when: "default-branch" },
  pr: { when: ["change-request", "fork"], reads: ["main"] },
};

interface Changes {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly dockerfile?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Content of the source, by which steps differ. */
  readonly source?: string;
}

const test = serverTest
  .extend("store", { scope: "file" }, async ({}, { onCleanup }) => {
    const store = await startVersitygw({ users: Object.values(users) });
    onCleanup(() => store.stop());
    await store.createBucket(bucket);
    const statements = await Promise.all((["main", "pr"] as const).map((level) => printedRights(store, level)));
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: statements.flat() });
    await store.client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    return store;
  })
  .extend(
    "bake",
    { scope: "file" },
    ({ store, sharedBuilder, busybox }) =>
      async (user: User, { config = {}, dockerfile = addToMount("id=data"), args = [], env, source }: Changes = {}) => {
        const workspace = project(store, { busybox, config, dockerfile, source: source ?? user });
        await emptyBuilder(sharedBuilder);
        return runWithMounts(
          workspace,
          ["bake", ...args],
          cleanEnv({
            ...makeDockerConfig().env,
            BKCACHE_HELPER: "/bin/busybox",
            BUILDKIT_HOST: sharedBuilder.address,
            ...credentials(store, user),
            ...runsOf[user],
            ...env,
          }),
        );
      },
  )
  /** Another command on the builder as the last bake has left it. */
  .extend(
    "bkcacheOf",
    { scope: "file" },
    ({ store, sharedBuilder, busybox }) =>
      async (user: User, args: readonly string[]) => {
        const workspace = project(store, { busybox, config: {}, dockerfile: addToMount("id=data"), source: "" });
        const builder = { BKCACHE_HELPER: "/bin/busybox", BUILDKIT_HOST: sharedBuilder.address };
        const env = { ...makeDockerConfig().env, ...builder, ...credentials(store, user), ...runsOf[user] };
        return runBkcache(args, { cwd: workspace.dir, env: cleanEnv(env) });
      },
  )
  /** What the default branch has, once one of its builds has saved it. */
  .extend("ofMain", { scope: "file" }, async ({ store, bake }) => {
    const first = await bake("main");
    expect(first).toMatchObject({ exitCode: 0, report: { failures: [], leftOut: [] } });
    const before = await fingerprint(store);
    expect(before.length).toBeGreaterThan(5);
    return { before };
  });

function project(
  store: S3Server,
  {
    busybox,
    config,
    dockerfile,
    source,
  }: Required<Pick<Changes, "config" | "dockerfile" | "source">> & { readonly busybox: string },
): Workspace {
  return makeWorkspace({
    "bkcache.config.json": JSON.stringify({
      project: "shop",
      trust,
      backends: {
        remote: { type: "s3", bucket, prefix, region: store.region, endpointUrl: store.endpoint, insecure: true },
      },
      cache: { read: ["remote"], write: ["remote"] },
      targets: { app: { contexts: { busybox } } },
      ...config,
    }),
    Dockerfile: baseStage + dockerfile,
    "src/a.txt": source,
  });
}

/** The policy of a level as bkcache prints it, for the user of that level. */
async function printedRights(store: S3Server, level: User): Promise<readonly object[]> {
  const workspace = project(store, { busybox: "/", config: {}, dockerfile: "", source: "" });
  const { stdout } = await runBkcache(["iam", level, "--json"], { cwd: workspace.dir, env: cleanEnv() });
  const { levels } = JSON.parse(stdout);
  const whose = { Sid: undefined, Principal: { AWS: [users[level].accessKey] } };
  return levels[0].minio.policy.Statement.map((statement: object) => Object.assign(statement, whose));
}

const credentials = (store: S3Server, user: User) => ({
  AWS_ACCESS_KEY_ID: users[user].accessKey,
  AWS_SECRET_ACCESS_KEY: users[user].secretKey,
  AWS_REGION: store.region,
});

const clientOf = (store: S3Server, user: User) =>
  new S3Client({
    endpoint: store.endpoint,
    region: store.region,
    forcePathStyle: true,
    credentials: { accessKeyId: users[user].accessKey, secretAccessKey: users[user].secretKey },
  });

/** Every object in the place of the default branch, with what it holds. */
async function fingerprint(store: S3Server): Promise<readonly string[]> {
  const { Contents = [] } = await store.client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: places.main }));
  return Contents.map(({ Key, ETag, LastModified }) => `${Key} ${ETag} ${LastModified?.toISOString()}`).sort();
}

describe("what is meant to be", () => {
  test("a change request takes what the default branch has, and writes in its own place alone", async ({
    store,
    bake,
    bkcacheOf,
    ofMain,
  }) => {
    const run = await bake("pr", { source: "main" });
    expect(run).toMatchObject({ exitCode: 0, report: { failures: [], leftOut: [] } });
    expect(run.report.targets["app"]).toMatchObject({ source: { backend: "remote@main", scope: "main" } });
    expect(run.report.targets["app"]?.steps).toMatchObject({ ran: [] });
    const changed = await bake("pr", { source: "changed" });
    expect(changed.report).toMatchObject({ failures: [], leftOut: [] });
    expect(changed.found).toEqual({ data: "main" });
    expect(changed.mounts).toMatchObject([
      { restore: { outcome: "restored", snapshot: { scope: "main" } }, save: { outcome: "saved" } },
    ]);
    const own = (await store.objects(bucket)).filter(({ key }) => !key.startsWith(places.main));
    expect(own.filter(({ key }) => !key.startsWith(places.pr))).toEqual([]);
    expect(new Set(own.map(({ key }) => key.slice(places.pr.length).split("/")[0]))).toEqual(
      new Set(["blobs", "manifests", "v1"]),
    );
    expect(await fingerprint(store)).toEqual(ofMain.before);
    const saved = await bkcacheOf("pr", ["mounts", "save"]);
    expect(saved).toMatchObject({ exitCode: 0 });
    const listed = await bkcacheOf("pr", ["mounts", "ls", "--remote", "--json"]);
    const { remote } = JSON.parse(listed.stdout);
    expect(remote.snapshots[0]).toMatchObject({
      scope: "request:7",
      writer: { build: "request 7", level: "pr" },
    });
    const again = await bake("pr", { source: "changed" });
    expect(again.report.targets["app"]).toMatchObject({ source: { backend: "remote", scope: "request:7" } });
    expect(again.report.targets["app"]?.steps).toMatchObject({ ran: [] });
  });

  test("the same through the relay, which serves the places of both levels", async ({ store, bake, ofMain }) => {
    const place = { bucket, prefix, region: store.region, endpointUrl: store.endpoint, insecure: true };
    const config = { backends: { remote: { type: "s3", ...place, relay: "always" } } };
    const run = await bake("pr", { config, source: "relayed", env: { CI_MERGE_REQUEST_IID: "8" } });
    expect(run).toMatchObject({ exitCode: 0, report: { failures: [], leftOut: [] } });
    expect(Object.keys(run.report.ways).sort()).toEqual(["remote", "remote@main"]);
    expect(run.report.targets["app"]).toMatchObject({
      source: { backend: "remote@main", scope: "main" },
      written: [{ backend: "remote", scope: "request:8" }],
    });
    expect(await fingerprint(store)).toEqual(ofMain.before);
  });
});

describe("a change request cannot write what the default branch reads", () => {
  test.for<readonly [string, Changes]>([
    ["by a config that calls itself main", { config: { trust: { main: { when: ["change-request", "fork"] } } } }],
    [
      "by a config without levels that points there",
      { config: { trust: undefined }, args: ["--cache", "read-write", "--set", "*.args.X=1"] },
    ],
    [
      "by an environment that pretends to be the default branch",
      {
        env: {
          CI_MERGE_REQUEST_IID: undefined,
          CI_COMMIT_BRANCH: "main",
          CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: undefined,
        },
      },
    ],
    [
      "by entries of its own",
      {
        config: { targets: undefined },
      },
    ],
  ])("%s", async ([name, changes], { store, bake, busybox, ofMain }) => {
    const config = { ...changes.config };
    if (name.includes("without levels")) {
      const remote = { type: "s3", bucket, prefix: places.main, region: store.region, endpointUrl: store.endpoint };
      config["backends"] = { remote: { ...remote, insecure: true } };
    }
    if (name.includes("entries")) {
      const manifest = "shop.app.main";
      const to = `type=s3,bucket=${bucket},prefix=${places.main},name=${manifest},region=${store.region},endpoint_url=${store.endpoint},use_path_style=true,mode=max,ignore-error=true`;
      config["targets"] = { app: { contexts: { busybox }, cacheTo: [to] } };
    }
    const run = await bake("pr", { ...changes, config, source: `evil ${name}` });
    expect(run.exitCode).toBe(0);
    // It was tried, and said: the build itself is as good as any.
    expect(run.stderr).toMatch(/403|AccessDenied|denied|may not/i);
    expect(await fingerprint(store)).toEqual(ofMain.before);
  });

  test("by a flag that names its scope: it is one in the place of requests", async ({ store, bake, ofMain }) => {
    const args = ["--write-scope", "main", "--cache", "read-write"];
    const run = await bake("pr", { args, source: "evil" });
    expect(run).toMatchObject({ exitCode: 0, report: { failures: [] } });
    expect(run.report.targets["app"]?.written).toMatchObject([{ backend: "remote", scope: "main" }]);
    expect((await store.objects(bucket, `${places.pr}manifests/`)).map(({ key }) => key)).toContain(
      `${places.pr}manifests/shop.app.main`,
    );
    expect(await fingerprint(store)).toEqual(ofMain.before);
  });

  test("by its credentials, past bkcache", async ({ store, ofMain }) => {
    const client = clientOf(store, "pr");
    const [first = ""] = ofMain.before;
    const Key = first.split(" ")[0];
    const denied = { $metadata: { httpStatusCode: 403 } };
    const at = { Bucket: bucket, Key };
    await expect(client.send(new PutObjectCommand({ ...at, Body: "evil" }))).rejects.toMatchObject(denied);
    await expect(client.send(new DeleteObjectCommand(at))).rejects.toMatchObject(denied);
    const CopySource = `${bucket}/${Key}`;
    await expect(client.send(new CopyObjectCommand({ ...at, CopySource }))).rejects.toMatchObject(denied);
    await expect(
      client.send(new PutObjectCommand({ Bucket: bucket, Key: `${places.main}new`, Body: "evil" })),
    ).rejects.toMatchObject(denied);
    await expect(
      client.send(new PutObjectCommand({ Bucket: bucket, Key: `${places.pr}../main/new`, Body: "evil" })),
    ).rejects.toMatchObject({ $metadata: { httpStatusCode: expect.toSatisfy((status: number) => status >= 400) } });
    const { Body } = await client.send(new GetObjectCommand(at));
    expect((await Body?.transformToByteArray())?.length).toBeGreaterThan(0);
    const list = (Prefix: string) => client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }));
    await expect(list(places.main)).resolves.toBeDefined();
    for (const other of ["", prefix, `${prefix}trust/`, `${prefix}trust/release/`]) {
      await expect(list(other), other).rejects.toMatchObject(denied);
    }
    client.destroy();
    expect(await fingerprint(store)).toEqual(ofMain.before);
  });
});

describe("the default branch accepts nothing of a change request", () => {
  test("whatever lies in the place of requests, under whatever name", async ({ store, bake, ofMain }) => {
    const client = clientOf(store, "pr");
    for (const each of ofMain.before) {
      const Key = (each.split(" ")[0] ?? "").replace(places.main, places.pr);
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "evil" }));
    }
    client.destroy();
    const asked = store.log().length;
    const run = await bake("main", { source: "next" });
    expect(run).toMatchObject({ exitCode: 0, report: { failures: [], leftOut: [] } });
    expect(run.report.targets["app"]).toMatchObject({ source: { backend: "remote", scope: "main" } });
    expect(run.found).toEqual({ data: "main" });
    expect(store.log().slice(asked)).toContain(places.main);
    expect(store.log().slice(asked)).not.toContain("trust/pr");
  });

  test("manifests in the place of requests that name what the default branch has are misses there", async ({
    store,
    bake,
    ofMain,
  }) => {
    const client = clientOf(store, "pr");
    for (const each of ofMain.before) {
      const from = each.split(" ")[0] ?? "";
      if (!/manifests\/|v1\/m\//.test(from)) continue;
      const Key = from
        .replace(places.main, places.pr)
        .replace(/\.main$/, ".request_3A7")
        .replace("v1/m/main/", "v1/m/request_3A7/");
      await client.send(new CopyObjectCommand({ Bucket: bucket, Key, CopySource: `${bucket}/${from}` }));
    }
    client.destroy();
    const before = await fingerprint(store);
    const run = await bake("pr", { source: "main" });
    expect(run.exitCode).toBe(0);
    expect(await fingerprint(store)).toEqual(before);
  });
});

describe("a change request gets no secret", () => {
  test("without credentials, as a fork, it builds and reads and writes nothing", async ({ store, bake, ofMain }) => {
    const none = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, AWS_EC2_METADATA_DISABLED: "true" };
    const all = await store.objects(bucket);
    const run = await bake("pr", { env: none, source: "fork" });
    expect(run.exitCode).toBe(0);
    expect(run.report.leftOut.map(({ backend }) => backend)).toContain("remote");
    expect(await store.objects(bucket)).toEqual(all);
    expect(ofMain.before).not.toEqual([]);
  });

  test("into output, report or a layer by a Dockerfile that prints all that it sees", async ({ store, bake }) => {
    const look = runStep("", "env; cat /proc/1/environ /proc/self/environ; cat /run/secrets/* /proc/*/environ; true");
    const run = await bake("pr", {
      dockerfile: `ARG AWS_ACCESS_KEY_ID\nARG AWS_SECRET_ACCESS_KEY\n${look}`,
      source: "look",
    });
    expect(run.exitCode).toBe(0);
    const seen = run.stdout + run.stderr + JSON.stringify(run.report);
    for (const { secretKey } of Object.values(users)) expect(seen).not.toContain(secretKey);
    expect(seen).not.toContain(store.secretKey);
  });

  test("into the report by a config that hands a key on, which is said; what a build prints is its own", async ({
    bake,
    busybox,
  }) => {
    const targets = { app: { contexts: { busybox }, args: { X: "${AWS_SECRET_ACCESS_KEY}" } } };
    const config = { variables: { AWS_SECRET_ACCESS_KEY: "" }, targets };
    const dockerfile = `ARG X\nWORKDIR /$X\nLABEL x=$X\n${runStep("", "true")}`;
    const run = await bake("pr", { config, dockerfile, source: "handed on" });
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain("BK2054");
    expect(JSON.stringify(run.report)).not.toContain(users.pr.secretKey);
    const own = run.stderr.split("\n").filter((line) => !/^#\d+ /.test(line));
    expect(own.join("\n")).not.toContain(users.pr.secretKey);
  });

  test.for(["../main", "pr/../main", "main/", "MAIN", "a b", ""])(
    "a level cannot be called %j",
    async (level, { store }) => {
      const config = { trust: { [level]: { when: "change-request" } } };
      const workspace = project(store, { busybox: "/", config, dockerfile: "", source: "" });
      const run = await runBkcache(["plan"], { cwd: workspace.dir, env: cleanEnv(runsOf.pr) });
      expect(run.exitCode).toBe(2);
      expect(run.stderr).toContain("BK2021");
    },
  );
});
