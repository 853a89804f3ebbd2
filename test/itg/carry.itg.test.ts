import { describe, expect } from "vitest";
import { makeTempDir } from "../support/cleanup.ts";
import { makeBusyboxContext } from "../support/contexts.ts";
import {
  addToMount,
  baseStage,
  emptyBuilder,
  mountEnvironment,
  mountRecords,
  runStep,
  runWithMounts,
} from "../support/mount-project.ts";
import { bucket, test as serverTest } from "../support/servers.ts";
import { makeWorkspace, type Workspace } from "../support/workspace.ts";

/*
 * Cache mounts in whole runs of bkcache: what is carried, from where, where to, and what is not. A builder is emptied
 * between two runs, which is as good as another one.
 */

interface Project {
  readonly workspace: Workspace;
  /** Runs bkcache with all rights, but for what `env` says. */
  run(args?: readonly string[], env?: Readonly<Record<string, string | undefined>>): ReturnType<typeof runWithMounts>;
  /** Sets the source to this, removes all that the builder has, and runs. */
  elsewhere(source: string, ...more: Parameters<Project["run"]>): ReturnType<typeof runWithMounts>;
  /** Keys of its objects that belong to mounts. */
  objects(): Promise<readonly string[]>;
}

interface Options {
  readonly config: Readonly<Record<string, unknown>> & { readonly targets: Readonly<Record<string, object>> };
  readonly dockerfile: string;
  readonly files?: Readonly<Record<string, string>>;
}

const test = serverTest
  /** Makes a project with a place of its own in the bucket, and busybox as a context of each target. */
  .extend("makeProject", ({ s3, builder, busybox }) => ({ config, dockerfile, files = {} }: Options): Project => {
    const prefix = `${crypto.randomUUID()}/`;
    const remote = { type: "s3", bucket, prefix, insecure: true };
    const targets = Object.entries(config.targets).map(([name, target]) => [
      name,
      { contexts: { busybox }, ...target },
    ]);
    const document = {
      project: "shop",
      cache: { read: ["remote"], write: ["remote"] },
      ...config,
      backends: { remote, ...(config["backends"] as object) },
      targets: Object.fromEntries(targets),
    };
    const workspace = makeWorkspace({
      "bkcache.config.json": JSON.stringify(document),
      Dockerfile: baseStage + dockerfile,
      "src/a.txt": "one",
      ...files,
    });
    const project: Project = {
      workspace,
      run: (args = ["bake"], env = {}) =>
        runWithMounts(workspace, args, mountEnvironment(builder, { ...s3.env, BKCACHE: "read-write", ...env })),
      async elsewhere(source, ...more) {
        workspace.write("src/a.txt", source);
        await emptyBuilder(builder);
        return project.run(...more);
      },
      async objects() {
        const keys = (await s3.objects(bucket, `${prefix}v1/`)).map(({ key }) => key.slice(prefix.length)).sort();
        return keys.filter((key) => !/^v1\/[rt]\//.test(key));
      },
    };
    return project;
  })
  /** Makes a project of one target with one mount. */
  .extend(
    "makeSmall",
    ({ makeProject }) =>
      (config: Readonly<Record<string, unknown>> = {}, files: Readonly<Record<string, string>> = {}) => {
        return makeProject({
          config: { mounts: { data: { target: "/data" } }, targets: { app: {} }, ...config },
          dockerfile: addToMount("id=shop-data"),
          files,
        });
      },
  )
  /** What two runs on two builders come to. */
  .extend("twice", ({ s3, builder }) => async (workspace: Workspace, env: Readonly<Record<string, string>>) => {
    const run = () => runWithMounts(workspace, ["bake"], mountEnvironment(builder, { ...s3.env, ...env }));
    const first = await run();
    workspace.write("src/a.txt", "two");
    await emptyBuilder(builder);
    const second = await run();
    return [first, second].map(({ exitCode, found, mounts }) => ({ exitCode, found, mounts }));
  });

const saved = { outcome: "saved" };
const restored = { outcome: "restored" };

describe("which mounts are carried", () => {
  test("a mount that two targets share goes once, with the targets that have it", async ({ makeProject, builder }) => {
    const project = makeProject({
      config: {
        mounts: { data: { target: "/data" }, more: { target: "/data" } },
        targets: { api: { target: "api" }, worker: { target: "worker" } },
      },
      dockerfile: `FROM base AS api
${addToMount("id=shop-data,sharing=locked", "api")}
FROM base AS worker
${addToMount("id=shop-data,sharing=locked", "worker")}${addToMount("id=shop-more", "more")}`,
    });
    const first = await project.run();
    expect(first).toMatchObject({ exitCode: 0, found: { more: "" } });
    expect(first.mounts).toMatchObject([
      { name: "data", id: "shop-data", targets: ["api", "worker"], restore: { outcome: "absent" }, save: saved },
      { name: "more", id: "shop-more", targets: ["worker"], restore: { outcome: "absent" }, save: saved },
    ]);
    const second = await project.elsewhere("two");
    expect(second.found).toMatchObject({ more: "one" });
    expect(second.found["api"]?.split(" ")).toContain("one");
    expect(second.found["worker"]?.split(" ")).toContain("one");
    expect(second.mounts).toMatchObject([
      { restore: { ...restored, files: 1 }, save: { ...saved, files: 2 } },
      { restore: { ...restored, files: 1 }, save: { ...saved, files: 2 } },
    ]);
    expect(await mountRecords(builder)).toEqual(["/shop-data", "/shop-more"]);
  });

  test("architecture, namespace, owner and mode lead to the very mount that the RUN has", async ({
    makeProject,
    builder,
  }) => {
    const owner = "uid=1000,gid=1001,mode=0700";
    const project = makeProject({
      config: {
        mounts: {
          arch: { target: "/data", perArch: true },
          owned: { target: "/data", uid: 1000, gid: 1001, mode: "0700" },
          locked: { target: "/data", sharing: "locked" },
        },
        // Only bake knows the values of variables.
        variables: { NAMESPACE: "team" },
        targets: { app: { args: { BUILDKIT_CACHE_MOUNT_NS: "${NAMESPACE}" } } },
      },
      dockerfile: `ARG TARGETARCH
${addToMount("id=shop-arch-${TARGETARCH}", "arch")}${addToMount(`id=shop-owned,${owner}`, "owned")}${addToMount("id=shop-locked,sharing=locked", "locked")}${runStep(`--mount=type=cache,target=/data,id=shop-owned,${owner}`, `: "$(cat /src/a.txt)"; echo "found owner: $(stat -c '%u %g %a' /data)"`)}`,
    });
    const first = await project.run();
    expect(first.found).toEqual({ arch: "", owned: "", locked: "", owner: "1000 1001 700" });
    const second = await project.elsewhere("two");
    expect(second.found).toEqual({ arch: "one", owned: "one", locked: "one", owner: "1000 1001 700" });
    expect(second.mounts.map(({ name, restore }) => [name, restore?.outcome])).toEqual([
      ["arch", "restored"],
      ["owned", "restored"],
      ["locked", "restored"],
    ]);
    const arch = process.arch === "x64" ? "amd64" : process.arch;
    expect(await mountRecords(builder)).toEqual([`team/shop-arch-${arch}`, "team/shop-locked", "team/shop-owned"]);
  });

  test("a mount of another owner on a builder that has one of the id", async ({ makeProject }) => {
    const make = (uid: number) => ({
      config: { mounts: { data: { target: "/data", uid } }, targets: { app: {} } },
      dockerfile: addToMount(`id=shop-data,uid=${uid}`),
    });
    const project = makeProject(make(1000));
    const other = makeProject(make(2000));
    await other.run();
    await project.elsewhere("one");
    for (const source of ["two", "three"]) {
      project.workspace.write("src/a.txt", source);
      await project.run();
    }
    other.workspace.write("src/a.txt", "four");
    const result = await other.run();
    expect(result.found).toEqual({ data: "one" });
    expect(result.mounts).toMatchObject([{ restore: restored, save: { ...saved, files: 2 } }]);
  });

  test("not those with persist: false, and none that the targets do not have", async ({ makeProject }) => {
    const project = makeProject({
      config: {
        mounts: { data: { target: "/data", persist: false }, idle: { target: "/idle" }, more: { target: "/data" } },
        targets: { app: { mounts: ["data"] } },
      },
      dockerfile: addToMount("id=shop-data") + addToMount("id=shop-more", "more"),
    });
    const { exitCode, mounts } = await project.run();
    expect([exitCode, mounts]).toEqual([0, []]);
    expect(await project.objects()).toEqual([]);
  });

  test("none with cache.mounts: false", async ({ makeSmall }) => {
    const project = makeSmall({ cache: { read: ["remote"], write: ["remote"], mounts: false } });
    const { exitCode, mounts } = await project.run();
    expect([exitCode, mounts]).toEqual([0, []]);
    expect(await project.objects()).toEqual([]);
  });
});

describe("where they go and come from", () => {
  test("another backend than the layers'", async ({ makeSmall }) => {
    const project = makeSmall({
      backends: { disk: { type: "local", path: makeTempDir("mounts") } },
      cache: { read: ["remote"], write: ["remote"], mounts: "disk" },
    });
    expect((await project.run()).mounts).toMatchObject([{ save: saved }]);
    expect((await project.elsewhere("two")).found).toEqual({ data: "one" });
    expect(await project.objects()).toEqual([]);
  });

  test("key files: the snapshot of the key, else the newest; one key is written once", async ({ makeSmall }) => {
    const project = makeSmall({ mounts: { data: { target: "/data", key: ["lock"] } } }, { lock: "1" });
    const first = await project.run();
    expect(first.mounts).toMatchObject([{ save: saved }]);
    const key = first.mounts[0]?.save?.snapshot?.key;
    expect(key).toMatch(/^[0-9a-f]{32}$/);

    project.workspace.write("lock", "2");
    const second = await project.elsewhere("two");
    expect(second.found).toEqual({ data: "one" });
    expect(second.mounts).toMatchObject([{ restore: { snapshot: { key } }, save: saved }]);

    project.workspace.write("lock", "1");
    const third = await project.elsewhere("three");
    expect(third.found).toEqual({ data: "one" });
    expect(third.mounts).toMatchObject([
      { restore: { snapshot: { key } }, save: { outcome: "unchanged", snapshot: { key } } },
    ]);
  });

  test("a scope of its own begins with the default scope, and leaves that alone", async ({ makeSmall }) => {
    const project = makeSmall();
    await project.run();
    const branch = ["bake", "--write-scope", "feature/x"];
    const main = { snapshot: { scope: "main" } };
    const own = { snapshot: { scope: "feature/x" } };
    const second = await project.elsewhere("two", branch);
    expect(second.found).toEqual({ data: "one" });
    expect(second.mounts).toMatchObject([{ restore: main, save: own }]);
    const third = await project.elsewhere("three", branch);
    expect(third.found).toEqual({ data: "one two" });
    expect(third.mounts).toMatchObject([{ restore: own, save: own }]);
    expect((await project.elsewhere("four")).found).toEqual({ data: "one" });
  });
});

test("after a restore that failed the next machine gets all that there was", async ({ makeSmall }) => {
  const project = makeSmall();
  await project.run();
  await project.elsewhere("two");
  const config = JSON.parse(project.workspace.read("bkcache.config.json")) as { cache: object };
  const budget = (restore: string) => {
    const cache = { ...config.cache, mountBudget: { restore } };
    project.workspace.write("bkcache.config.json", JSON.stringify({ ...config, cache }));
  };
  budget("1ms");
  const third = await project.elsewhere("three");
  expect(third.found).toEqual({ data: "" });
  expect(third.mounts).toMatchObject([
    {
      restore: { outcome: "failed" },
      save: { ...saved, files: 3, reason: expect.stringContaining("with 2 files") as string },
    },
  ]);
  budget("60s");
  // The builder that lacks them still does not drop them later.
  project.workspace.write("src/a.txt", "four");
  const fourth = await project.run();
  expect(fourth).toMatchObject({ found: { data: "three" }, mounts: [{ save: { ...saved, files: 4 } }] });
  expect((await project.elsewhere("five")).found).toEqual({ data: "four one three two" });
});

describe("when nothing is written", () => {
  test.for([
    ["--cache read", ["bake", "--cache", "read"], {}, "one"],
    ["outside of CI", ["bake"], { BKCACHE: undefined }, "one"],
    ["for a pull request", ["bake"], { BKCACHE: undefined, CI: "true", GITHUB_EVENT_NAME: "pull_request" }, "one"],
    ["--cache off", ["bake", "--cache", "off"], {}, ""],
  ] as const)("%s", async ([, args, env, found], { makeSmall }) => {
    const project = makeSmall();
    await project.run();
    const objects = await project.objects();
    const second = await project.elsewhere("two", args, env);
    expect([second.exitCode, second.found]).toEqual([0, { data: found }]);
    expect(second.mounts.map(({ save }) => save)).toEqual(found === "" ? [] : [null]);
    expect(await project.objects()).toEqual(objects);
  });

  test("a build whose steps all come from the cache has not used its mounts", async ({ makeSmall }) => {
    const project = makeSmall();
    await project.run();
    const objects = await project.objects();
    const second = await project.elsewhere("one");
    expect(second.found).toEqual({});
    const reason = "no step will use it: app is unchanged";
    expect(second.mounts).toMatchObject([{ restore: { outcome: "skipped", reason }, save: { outcome: "unused" } }]);
    expect(await project.objects()).toEqual(objects);
  });

  test("a build that fails saves nothing, with its own exit code", async ({ makeProject }) => {
    const project = makeProject({
      config: { mounts: { data: { target: "/data" } }, targets: { app: {} } },
      dockerfile: addToMount("id=shop-data") + runStep("", "test $(cat /src/a.txt) != bad"),
    });
    await project.run();
    const objects = await project.objects();
    const { exitCode, mounts } = await project.elsewhere("bad");
    expect(exitCode).toBe(1);
    expect(mounts).toMatchObject([{ restore: restored, save: null }]);
    expect(await project.objects()).toEqual(objects);
  });

  test("a builder that has the mount keeps it, and nothing comes down", async ({ makeSmall, s3 }) => {
    const project = makeSmall();
    await project.run();
    project.workspace.write("src/a.txt", "two");
    await project.run();
    const before = s3.log().length;
    project.workspace.write("src/a.txt", "three");
    const third = await project.run();
    expect(third.found).toEqual({ data: "one two" });
    expect(third.mounts).toMatchObject([{ restore: { outcome: "present", storedBytes: 0 }, save: saved }]);
    const packs = s3
      .log()
      .slice(before)
      .split("\n")
      .filter((line) => /GET .*v1\/p\//.test(line));
    expect(packs).toEqual([]);
  });
});

describe("without targets in the config", () => {
  const dockerfile = baseStage + addToMount("id=any");
  /** Bake asks for consent before a bake file reads outside of its folder. */
  const withBusybox = (files: Readonly<Record<string, string>>) => {
    const workspace = makeWorkspace({ ...files, Dockerfile: dockerfile, "src/a.txt": "one" });
    makeBusyboxContext(workspace.path("busybox"));
    return workspace;
  };
  const bakeFile = `target "default" { contexts = { busybox = "busybox" } }\n`;
  const composeFile = `services: { web: { build: { context: ., additional_contexts: ["busybox=busybox"] } } }\n`;

  const carried = [
    { exitCode: 0, found: { data: "" }, mounts: [{ id: "any", restore: { outcome: "absent" }, save: saved }] },
    { exitCode: 0, found: { data: "one" }, mounts: [{ restore: restored, save: saved }] },
  ];

  test("bake files named by the config", async ({ twice }) => {
    const config = {
      project: "shop",
      bake: "own.hcl",
      backends: { remote: { type: "s3", bucket, prefix: crypto.randomUUID(), insecure: true } },
      cache: { read: ["remote"], write: ["remote"] },
    };
    const files = { "own.hcl": bakeFile, "bkcache.config.json": JSON.stringify(config) };
    expect(await twice(withBusybox(files), { BKCACHE: "read-write" })).toMatchObject(carried);
  });

  test.for([
    ["docker-bake.hcl", bakeFile],
    ["compose.yaml", composeFile],
  ] as const)("BUILDKIT_REMOTE_CACHE and %s", async ([name, content], { twice }) => {
    const address = `s3://${bucket}/${crypto.randomUUID()}/`;
    const env = { BUILDKIT_REMOTE_CACHE: address, BUILDKIT_INSECURE: "true" };
    expect(await twice(withBusybox({ [name]: content }), env)).toMatchObject(carried);
  });
});
