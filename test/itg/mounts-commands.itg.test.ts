import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { cleanEnv } from "../support/env.ts";
import { inMount, makeGatewayBuilder, runIn } from "../support/gateway-builder.ts";
import { makeDockerConfig } from "../support/docker-config.ts";
import { runBkcache, type RunResult } from "../support/run-bkcache.ts";
import { runOnTerminal } from "../support/terminal.ts";
import { bucket, test as serverTest } from "../support/servers.ts";
import { makeWorkspace } from "../support/workspace.ts";

const config = `project: shop
backends: { remote: { type: s3, url: s3://${bucket}/shop/, insecure: true } }
cache: { mounts: remote }
mounts:
  gomod: { target: /go/pkg/mod }
  npm: { target: /root/.npm, uid: 1000 }
targets:
  api: { mounts: [gomod, npm] }
  docs: { mounts: [] }
`;
const dockerfile = `FROM scratch
RUN --mount=type=cache,id=shop-gomod,target=/go/pkg/mod --mount=type=cache,id=shop-npm,target=/root/.npm,uid=1000 true
`;
const gomod = { id: "shop-gomod", namespace: "" };

interface Extra {
  readonly env?: Record<string, string | undefined>;
  readonly exitCode?: number;
  readonly dir?: string;
}

interface Listing {
  readonly local: { readonly records: { name: string; record: string; isTwin: boolean }[] | null };
  readonly remote: {
    readonly snapshots: { name: string; scope: string; key: string; files: number; packs: number; objectKey: string }[];
  };
}
interface Moved {
  readonly mounts: { name: string; outcome: string; files: number | null; storedBytes: number }[];
}

const test = serverTest
  .extend("workspace", { scope: "file" }, () =>
    makeWorkspace({ "bkcache.config.yaml": config, Dockerfile: dockerfile }),
  )
  /** The builder of all tests, as the gateway has it. */
  .extend("gatewayBuilder", { scope: "file" }, ({ sharedBuilder }) => makeGatewayBuilder(sharedBuilder))
  /** Where bkcache runs. */
  .extend("place", { scope: "file" }, ({ s3, sharedBuilder, workspace }) => {
    const docker = makeDockerConfig();
    return ({ env = {}, dir = workspace.dir }: Extra) => ({
      cwd: dir,
      env: cleanEnv({
        ...docker.env,
        ...s3.env,
        BKCACHE_HELPER: "/bin/busybox",
        BUILDKIT_HOST: sharedBuilder.address,
        BUILDKIT_INSECURE: "true",
        ...env,
      }),
    });
  })
  .extend(
    "mounts",
    { scope: "file" },
    ({ place }) =>
      async (args: readonly string[], extra: Extra = {}): Promise<RunResult> => {
        const { exitCode = 0 } = extra;
        const result = await runBkcache(["mounts", ...args], place(extra));
        expect(result, `${result.stderr}\n${result.stdout}`).toMatchObject({ exitCode });
        return result;
      },
  )
  .extend(
    "json",
    { scope: "file" },
    ({ mounts }) =>
      async <T>(args: readonly string[], extra?: Extra) =>
        JSON.parse((await mounts([...args, "--json"], extra)).stdout) as T,
  )
  /** Adds a file to the mount on the builder. */
  .extend(
    "write",
    ({ gatewayBuilder }) =>
      (text: string) =>
        gatewayBuilder.run("id=shop-gomod,target=/m", `echo ${text} > /m/${text}`),
  )
  .extend(
    "filesOnBuilder",
    ({ gatewayBuilder }) =>
      async () =>
        (await gatewayBuilder.run("id=shop-gomod,target=/m", "ls /m")).trim().split("\n"),
  )
  /** While somebody holds the mount with a lock, a build that shares it gets a folder of its own. */
  .extend("makeTwin", ({ gatewayBuilder }) => async (script: string): Promise<void> => {
    const gateway = await gatewayBuilder.open();
    try {
      await inMount(gateway, gomod, async () => gatewayBuilder.run("id=shop-gomod,target=/m", script));
    } finally {
      await gateway.close();
    }
  })
  .extend(
    "records",
    ({ json }) =>
      async () =>
        (await json<Listing>(["ls", "gomod", "--local"])).local.records?.map(({ isTwin }) => isTwin),
  );

describe("before anything is there", () => {
  test("ls says that both are empty, save and restore that there is nothing, all with exit code 0", async ({
    mounts,
    json,
  }) => {
    const { stdout } = await mounts(["ls"]);
    expect(stdout).toMatch(/^builder .*\nno cache mounts\n\nbackend remote\nno snapshots\n$/);
    const { stderr } = await mounts(["ls", "gomodd", "npm"], { exitCode: 2 });
    expect(stderr).toBe('error BK1002: there is no mount "gomodd"\n  -> did you mean gomod?\n');
    const saved = await json<Moved>(["save"]);
    expect(saved.mounts.map(({ name, outcome }) => [name, outcome])).toEqual([
      ["gomod", "unused"],
      ["npm", "unused"],
    ]);
    const restored = await json<Moved>(["restore", "api"]);
    expect(restored.mounts.map(({ outcome }) => outcome)).toEqual(["absent", "absent"]);
    expect((await json<Moved>(["save", "docs"])).mounts).toEqual([]);
  });

  test.for([
    [["save", "gomd"], "did you mean gomod?"],
    [["restore", "apii"], "did you mean api?"],
  ] as const)("%j: exit code 2 and a hint", async ([args, hint], { mounts }) => {
    const { stderr } = await mounts(args, { exitCode: 2 });
    expect(stderr).toContain("error BK1002");
    expect(stderr).toContain(hint);
  });
});

describe("save, ls and restore", () => {
  test("a mount goes up, comes to lie in the list with its writer, and is unchanged afterwards", async ({
    mounts,
    json,
    write,
  }) => {
    await write("one");
    const env = { GITHUB_SHA: "0123456789abcdef", BUILD_URL: "https://ci.example/7" };
    const { mounts: saved } = await json<Moved>(["save", "gomod"], { env });
    expect(saved).toMatchObject([{ name: "gomod", outcome: "saved", files: 1 }]);
    expect((await json<Moved>(["save", "gomod"])).mounts).toMatchObject([{ outcome: "unchanged", storedBytes: 0 }]);
    const { local, remote } = await json<Listing>(["ls", "gomod"]);
    expect(local.records).toMatchObject([{ name: "gomod", isTwin: false }]);
    expect(remote.snapshots).toMatchObject([
      { name: "gomod", scope: "main", files: 1, packs: 1, writer: { commit: "0123456789abcdef" } },
    ]);
    const { stdout } = await mounts(["ls", "--remote"]);
    expect(stdout).toMatch(/^gomod +main .* 0123456 https:\/\/ci\.example\/7$/m);
    expect(stdout).not.toContain("builder");
  });

  test("restore leaves what is there alone, and replaces it with --force", async ({ json, write, filesOnBuilder }) => {
    await write("two");
    expect((await json<Moved>(["restore", "gomod"])).mounts).toMatchObject([{ outcome: "present" }]);
    expect(await filesOnBuilder()).toEqual(["one", "two"]);
    expect((await json<Moved>(["restore", "gomod", "--force"])).mounts).toMatchObject([
      { outcome: "restored", files: 1 },
    ]);
    expect(await filesOnBuilder()).toEqual(["one"]);
  });

  test("--write-scope and --read-scope name another scope, and the default one comes after it", async ({
    mounts,
    json,
    write,
    filesOnBuilder,
  }) => {
    await write("three");
    await mounts(["save", "gomod", "--write-scope", "feature/x"]);
    const scopes = (await json<Listing>(["ls", "--remote"])).remote.snapshots.map(({ scope }) => scope);
    expect(scopes.toSorted()).toEqual(["feature/x", "main"]);
    await mounts(["restore", "gomod", "--force", "--read-scope", "feature/y"]);
    expect(await filesOnBuilder()).toEqual(["one"]);
    await mounts(["restore", "gomod", "--force", "--read-scope", "feature/x"]);
    expect(await filesOnBuilder()).toEqual(["one", "three"]);
  });

  test("a pull request saves nothing and deletes nothing", async ({ mounts }) => {
    const env = { GITHUB_EVENT_NAME: "pull_request", CI: "true" };
    for (const args of [["save"], ["prune"]]) {
      const { stderr } = await mounts(args, { env, exitCode: 2 });
      expect(stderr).toContain("error BK5056");
    }
    await mounts(["prune", "--dry-run"], { env });
  });

  test("a bucket that refuses is exit code 3", async ({ mounts }) => {
    const env = { AWS_SECRET_ACCESS_KEY: "wrong" };
    for (const args of [["save", "gomod"], ["restore", "gomod", "--force"], ["ls"], ["verify"]]) {
      const { stderr } = await mounts(args, { env, exitCode: 3 });
      expect(stderr).toMatch(/error BK5\d{3}/);
    }
  });
});

describe("without a builder", () => {
  const env = { BUILDKIT_HOST: "unix:///nothing/here.sock" };

  test("ls shows the bucket and says why it shows no more; with --local that is an error", async ({ mounts }) => {
    const { stdout, stderr } = await mounts(["ls"], { env });
    expect(stdout).toMatch(/^backend remote\nMOUNT /);
    expect(stderr).toContain("warning BK4003");
    await mounts(["ls", "--local"], { env, exitCode: 2 });
  });

  test("a snapshot is exported as a tar archive that tar reads", async ({ workspace, mounts, json }) => {
    const file = workspace.path("x.tar");
    const written = await json<{ files: number }>(["export", "gomod", "--read-scope", "main", "-o", file], { env });
    expect(written).toMatchObject({ name: "gomod", scope: "main", files: 1, file });
    const names = execFileSync("tar", ["-t", "-f", file], { encoding: "utf8" }).split("\n");
    expect(names).toContain("./one");
    expect(execFileSync("tar", ["-x", "-O", "-f", file, "./one"], { encoding: "utf8" })).toBe("one\n");
    const { stdout } = await mounts(["export", "gomod", "--read-scope", "main", "-o", "-"], { env });
    expect(stdout).toBe(readFileSync(file, "latin1"));
  });

  test.for([
    [["export", "gomd", "-o", "x.tar"], 1, "BK5058"],
    [["export", "gomod", "--key", "none", "-o", "x.tar"], 1, "BK5058"],
    [["export", "gomod", "-o", "no/such/folder/x.tar"], 2, "BK3003"],
    [["export", "gomod", "-o", "-", "--json"], 2, "BK1002"],
  ] as const)("%j: exit code %d", async ([args, exitCode, code], { mounts }) => {
    expect((await mounts(args, { env, exitCode })).stderr).toContain(`error ${code}`);
  });
});

describe("prune and verify", () => {
  test("a dry run deletes nothing; then snapshots go at once and packs after the grace", async ({
    s3,
    mounts,
    json,
    write,
  }) => {
    for (const name of ["four", "five"]) {
      await write(name);
      await mounts(["save", "gomod"]);
    }
    const before = await s3.objects(bucket, "shop/v1/");
    interface Pruned {
      readonly snapshots: { name: string; scope: string }[];
      readonly deleted: { packs: number };
      readonly waiting: { packs: number };
    }
    const dry = await json<Pruned>(["prune", "--keep-last", "1", "--dry-run"]);
    expect(dry.snapshots.map(({ name, scope }) => [name, scope])).toEqual([
      ["gomod", "main"],
      ["gomod", "main"],
    ]);
    expect(await s3.objects(bucket, "shop/v1/")).toEqual(before);

    const first = await json<Pruned>(["prune", "--keep-last", "1", "--yes"]);
    expect(first).toMatchObject({ snapshots: dry.snapshots, deleted: { packs: 0 } });
    expect((await json<Listing>(["ls", "--remote"])).remote.snapshots).toHaveLength(2);
    expect(await json<Pruned>(["prune", "--yes"])).toMatchObject({ snapshots: [], deleted: { packs: 0 } });
    const last = await json<Pruned>(["prune", "--grace", "0s", "--yes"]);
    expect(last).toMatchObject({ snapshots: [], deleted: first.waiting, waiting: { packs: 0 } });
    expect(await json(["verify"])).toMatchObject({ snapshots: 2, broken: [] });
  });

  test("verify finds a flipped byte and names the snapshots that it spoils", async ({ s3, mounts, json }) => {
    const { remote } = await json<Listing>(["ls", "--remote"]);
    const [pack] = await s3.objects(bucket, "shop/v1/p/");
    const file = join(s3.dir, bucket, pack?.key ?? "");
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const { broken } = await json<{ broken: { name: string; code: string; objectKey: string }[] }>(
      ["verify", "gomod"],
      { exitCode: 1 },
    );
    expect(broken.length).toBeGreaterThan(0);
    for (const each of broken) {
      expect(each).toMatchObject({ name: "gomod", code: "BK5031" });
      expect(remote.snapshots.map(({ objectKey }) => objectKey)).toContain(each.objectKey);
    }
    expect((await mounts(["verify"], { exitCode: 1 })).stdout).toMatch(/^gomod +\S+ +\S+ +BK5031/m);
    expect(await json(["verify", "npm"])).toMatchObject({ snapshots: 0, broken: [] });
  });
});

describe("repair", () => {
  test("removes the empty twin, and what builds and saves see is the one with the content", async ({
    mounts,
    json,
    filesOnBuilder,
    makeTwin,
    records,
  }) => {
    const before = await filesOnBuilder();
    await makeTwin("true");
    expect(await records()).toEqual([true, true]);
    expect((await mounts(["ls", "--local"])).stdout).toContain("twin");
    const { stdout } = await mounts(["repair"]);
    expect(stdout).toMatch(/^gomod: repaired\n(?: {2}.*: kept\n {2}.*: removed\n| {2}.*: removed\n {2}.*: kept\n)/);
    expect(stdout).toContain("npm: not on the builder");
    expect(await records()).toEqual([false]);
    expect(await filesOnBuilder()).toEqual(before);
    const { mounts: saved } = await json<Moved>(["save", "gomod"]);
    expect(saved[0]?.outcome).not.toBe("failed");
    expect(await json(["repair"])).toMatchObject({ mounts: [{ outcome: "whole" }, { outcome: "absent" }] });
  });

  test("is not needed where a save finds the other folder empty: it mends that by itself, and says so", async ({
    mounts,
    filesOnBuilder,
    makeTwin,
    records,
  }) => {
    const before = await filesOnBuilder();
    await makeTwin("true");
    const { stderr } = await mounts(["save", "gomod"]);
    expect(stderr).not.toContain("BK5051");
    expect(stderr).toMatch(/gomod.*empty/);
    expect(await records()).toEqual([false]);
    expect(await filesOnBuilder()).toEqual(before);
  });

  test("asks which of two with content stays, and removes none without consent", async ({
    place,
    mounts,
    json,
    filesOnBuilder,
    makeTwin,
    records,
  }) => {
    const before = await filesOnBuilder();
    await makeTwin("echo x > /m/other; echo y > /m/another");
    expect((await mounts(["save", "gomod"], { exitCode: 3 })).stderr).toContain("error BK5051");
    interface Repaired {
      readonly mounts: { outcome: string; kept: string | null; folders: { recordId: string; files: number }[] }[];
    }
    const undecided = await json<Repaired>(["repair", "gomod"], { exitCode: 1 });
    const [mount] = undecided.mounts;
    expect(mount).toMatchObject({ outcome: "undecided", kept: null });
    const wanted = mount?.folders.find(({ files }) => files === before.length)?.recordId ?? "";
    expect((await mounts(["repair", "gomod", "--keep", wanted], { exitCode: 2 })).stderr).toContain("--yes");
    const answer = async (keys: string) => {
      const args = ["mounts", "repair", "gomod", "--keep", wanted];
      const { exitCode, stdout } = await runOnTerminal(args, [{ to: "[y/N]", keys }], place({}));
      return [exitCode, /^gomod: (.*)$/m.exec(stdout)?.[1]];
    };
    expect(await answer("\n")).toEqual([0, "left as it is"]);
    expect(await answer("\x03")).toEqual([130, undefined]);
    expect(await records()).toEqual([true, true]);
    expect(await answer("y\n")).toEqual([0, "repaired"]);
    expect(await records()).toEqual([false]);
    expect(await filesOnBuilder()).toEqual(before);
    await makeTwin("echo x > /m/other; echo y > /m/another");
    const again = (await json<Repaired>(["repair", "gomod"], { exitCode: 1 })).mounts[0];
    const kept = again?.folders.find(({ files }) => files === before.length)?.recordId ?? "";
    const done = await json<Repaired>(["repair", "gomod", "--keep", kept, "--yes"]);
    expect(done.mounts).toMatchObject([{ outcome: "mended", kept }]);
    expect(await filesOnBuilder()).toEqual(before);
  });

  test("settles a restore that was cut off", async ({ gatewayBuilder, mounts, json, filesOnBuilder }) => {
    const gateway = await gatewayBuilder.open();
    const leave = (script: string) => inMount(gateway, gomod, (shell) => runIn(shell, ["sh", "-c", script]));
    try {
      await leave("mkdir .bkcache-restore; echo half > .bkcache-restore/half");
      expect(await json(["repair", "gomod"])).toMatchObject({ mounts: [{ outcome: "mended", settled: "removed" }] });
      await leave("mkdir .bkcache-wipe; echo whole > .bkcache-wipe/whole");
      const { stdout } = await mounts(["repair", "gomod"]);
      expect(stdout).toContain("a restore that was cut off was put in place");
      expect(await filesOnBuilder()).toEqual(["whole"]);
    } finally {
      await gateway.close();
    }
  });
});

describe("without a config", () => {
  test("the mounts are those of the Dockerfile, by their ids", async ({ gatewayBuilder, json }) => {
    const folder = makeWorkspace({
      Dockerfile: "FROM scratch\nRUN --mount=type=cache,target=/go/pkg/mod true\n",
    });
    const extra = { dir: folder.dir, env: { BUILDKIT_REMOTE_CACHE: `s3://${bucket}/other/` } };
    await gatewayBuilder.run("target=/go/pkg/mod", "echo a > /go/pkg/mod/a");
    expect((await json<Moved>(["save"], extra)).mounts).toMatchObject([{ name: "/go/pkg/mod", outcome: "saved" }]);
    expect((await json<Moved>(["restore", "/go/pkg/mod"], extra)).mounts).toMatchObject([{ outcome: "present" }]);
    const { remote } = await json<Listing>(["ls", "/go/pkg/mod", "--remote"], extra);
    expect(remote.snapshots).toMatchObject([{ name: "/go/pkg/mod", files: 1 }]);
  });
});
