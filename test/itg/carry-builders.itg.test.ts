import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { verifySnapshots } from "../../src/mounts/verify.ts";
import { openStore } from "../../src/store/open.ts";
import { type Buildkit, onEmptyBuilder } from "../support/buildkit.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { cleanEnv } from "../support/env.ts";
import { baseStage, mountEnvironment, mountRecords, runStep, runWithMounts } from "../support/mount-project.ts";
import { bucket, test as serverTest } from "../support/servers.ts";
import { makeWorkspace } from "../support/workspace.ts";

/* Several builders that share a bucket, and one that has no room. */

interface Options {
  readonly prefix: string;
  readonly source: string;
  readonly script: string;
}

const test = serverTest.extend(
  "bake",
  ({ s3, busybox }) =>
    async (builder: Buildkit, { prefix, source, script }: Options, args: readonly string[] = []) => {
      const config = {
        project: "shop",
        backends: { remote: { type: "s3", bucket, prefix, insecure: true } },
        cache: { read: [], write: [], mounts: "remote" },
        mounts: { data: { target: "/data" } },
        targets: { app: { contexts: { busybox } } },
      };
      const workspace = makeWorkspace({
        "bkcache.config.json": JSON.stringify(config),
        Dockerfile: baseStage + runStep("--mount=type=cache,id=shop-data,target=/data", `set -e; cd /data; ${script}`),
        "src/a.txt": source,
      });
      return runWithMounts(
        workspace,
        ["bake", ...args],
        mountEnvironment(builder, { ...s3.env, BKCACHE: "read-write" }),
      );
    },
);

test(
  "eight builders that save at once: each snapshot is whole, and one of them comes back",
  { timeout: 600_000 },
  async ({ s3, newBuilder, bake }) => {
    const prefix = "eight/";
    const names = Array.from({ length: 8 }, (_, index) => `job${index}`);
    const builders = await Promise.all(names.map(() => newBuilder()));
    // What is alike in all, and what is not.
    const script = `S=$(cat /src/a.txt); seq 1 700000 > alike; seq 1 200000 | sed "s/^/$S /" > own; echo $S > name`;
    const runs = await Promise.all(
      builders.map((builder, index) => bake(builder, { prefix, source: names[index] ?? "", script })),
    );
    for (const { exitCode, mounts, stderr } of runs) {
      expect([exitCode, mounts[0]?.save?.outcome], stderr).toEqual([0, "saved"]);
    }
    const backend = { name: "remote", type: "s3", bucket, prefix, insecure: true };
    const context = { env: cleanEnv(s3.env), signal: new AbortController().signal };
    const store = await openStore(backend, context);
    const { sound, broken } = await verifySnapshots({ store });
    store.close();
    expect([sound, broken]).toEqual([8, []]);
    const check = `echo "found data: "$(cat name) $(wc -l < alike) $(sed "s/ .*//" own | sort -u) $(sed "s/.* //" own | sha256sum | cut -c1-16) $(seq 1 200000 | sha256sum | cut -c1-16)`;
    const { found } = await bake(await newBuilder(), { prefix, source: "last", script: check });
    const [name = "", alike, own, digest, expected] = (found["data"] ?? "").split(" ");
    expect(names).toContain(name);
    expect([alike, own, digest]).toEqual(["700000", name, expected]);
  },
);

test("a builder whose disk is full builds without the mount, and has nothing half of it", async ({
  newBuilder,
  bake,
}) => {
  const prefix = "full/";
  const seed = await bake(await newBuilder(), {
    prefix,
    source: "seed",
    script: "for i in 1 2 3 4 5 6; do dd if=/dev/urandom of=f$i bs=1M count=20; done",
  });
  expect(seed.mounts).toMatchObject([{ save: { outcome: "saved", files: 6 } }]);

  const dir = join(makeTempDir("small"), "disk");
  mkdirSync(dir);
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=90m", "tmpfs", dir], { encoding: "utf8" });
  expect(mounted.status, mounted.stderr).toBe(0);
  try {
    await onEmptyBuilder(
      async (builder) => {
        const script = 'echo "found data: "$(ls -A); cat /src/a.txt > small';
        const first = await bake(builder, { prefix, source: "one", script }, ["--write-scope", "small"]);
        expect([first.exitCode, first.found], first.stderr).toEqual([0, { data: "" }]);
        // What did not fit here goes on into the snapshot, so that the next machine has it.
        const reason = expect.stringContaining("with 6 files of the snapshot before") as string;
        const save = { outcome: "saved", files: 7, reason };
        expect(first.mounts).toMatchObject([{ restore: { outcome: "failed" }, save }]);
        expect(first.stderr).toMatch(/^warning BK5033: .*space/m);
        expect(await mountRecords(builder)).toEqual(["/shop-data"]);
        // Room again, since nothing of it was left.
        const second = await bake(builder, { prefix, source: "two", script: "dd if=/dev/zero of=room bs=1M count=30" });
        expect(second.exitCode, second.stderr).toBe(0);
      },
      { dir },
    );
  } finally {
    spawnSync("umount", [dir]);
  }
});
