import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import type { Buildkit } from "../support/buildkit.ts";
import {
  baseStage,
  emptyBuilder,
  type MountRun,
  mountEnvironment,
  runStep,
  runWithMounts,
} from "../support/mount-project.ts";
import type { S3Server } from "../support/s3-server.ts";
import { bucket, test as serverTest } from "../support/servers.ts";
import { makeWorkspace } from "../support/workspace.ts";

/*
 * Snapshots that are damaged in the bucket: never a wrong byte, never a broken build, and the next save makes the cache
 * whole again.
 */

/** A step that makes the same contents in every mount, and says what it found: names with digests. */
const dockerfile = `${baseStage}${runStep(
  "--mount=type=cache,id=shop-data,target=/data",
  `cd /data; echo "found data: "$(find . -type f | sort | xargs -r sha256sum)
: "$(cat /src/a.txt)"; seq 1 200000 > numbers; seq 1 900000 > more; mkdir -p sub; echo sub > sub/file`,
)}`;

interface RunOptions {
  /** Where its snapshots are. */
  readonly prefix: string;
  readonly mount?: object;
  readonly args?: readonly string[];
}

/** One run of a project on a builder as it is. */
const test = serverTest.extend(
  "runIn",
  { scope: "file" },
  ({ s3, busybox }) =>
    async (builder: Buildkit, { prefix, mount = {}, args = ["bake"] }: RunOptions): Promise<MountRun> => {
      const config = {
        project: "shop",
        backends: { remote: { type: "s3", bucket, prefix, insecure: true } },
        cache: { read: [], write: [], mounts: "remote" },
        mounts: { data: { target: "/data", ...mount } },
        targets: { app: { contexts: { busybox } } },
      };
      const files = { "bkcache.config.json": JSON.stringify(config), Dockerfile: dockerfile, lock: "1" };
      const workspace = makeWorkspace({ ...files, "src/a.txt": crypto.randomUUID() });
      return runWithMounts(workspace, args, mountEnvironment(builder, { ...s3.env, BKCACHE: "read-write" }));
    },
);

test.beforeAll(async ({ sharedBuilder, runIn }) => {
  await runIn(sharedBuilder, { prefix: "seed" });
  await runIn(sharedBuilder, { prefix: "keyed-seed", mount: { key: ["lock"] } });
});

/** A copy of what the seed has written, and the paths of its objects. */
function copySeed(s3: S3Server, seed: string) {
  const prefix = `copy-${crypto.randomUUID()}`;
  const dir = join(s3.dir, bucket, prefix);
  // With the extended attributes, in which the server keeps what it knows of an object.
  execFileSync("cp", ["-a", join(s3.dir, bucket, seed), dir]);
  const list = (part: string) =>
    readdirSync(join(dir, "v1", part), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  return { prefix, packs: list("p"), manifests: list("m") };
}

function edit(path: string, change: (bytes: Buffer) => Buffer): void {
  writeFileSync(path, change(readFileSync(path)));
}

const halve = (path: string) => truncateSync(path, Math.floor(readFileSync(path).length / 2));
const flip = (path: string) =>
  edit(path, (bytes) => {
    bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 0x10;
    return bytes;
  });

interface Seed {
  readonly packs: readonly string[];
  readonly manifests: readonly string[];
}

type DamageCase = readonly [string, "BK5030" | "BK5031", (seed: Seed) => void];

const flippedPack: DamageCase = ["a bit of a pack is another", "BK5031", ({ packs }) => flip(packs[0] ?? "")];
const missingPack: DamageCase = ["a pack is missing", "BK5031", ({ packs }) => rmSync(packs[0] ?? "")];
const cutPack: DamageCase = ["a pack is cut off", "BK5031", ({ packs }) => halve(packs.at(-1) ?? "")];
const flippedManifest: DamageCase = ["a bit of the manifest", "BK5030", ({ manifests }) => flip(manifests[0] ?? "")];
const otherManifest: DamageCase = [
  "the manifest is something else",
  "BK5030",
  ({ manifests }) => writeFileSync(manifests[0] ?? "", "<html>"),
];

const digest = (text: string) => createHash("sha256").update(text).digest("hex");
const seq = (last: number) => Array.from({ length: last }, (_, index) => `${index + 1}\n`).join("");
const contents = [
  `${digest(seq(900_000))} ./more`,
  `${digest(seq(200_000))} ./numbers`,
  `${digest("sub\n")} ./sub/file`,
].join(" ");

describe.each([
  ["of the newest", "seed", {}, [flippedPack, missingPack, cutPack, flippedManifest, otherManifest]],
  ["of a key", "keyed-seed", { key: ["lock"] }, [flippedPack, missingPack, flippedManifest]],
] as const)("a damaged snapshot %s is a miss, and the next save makes it whole", (_, seed, mount, cases) => {
  test.for<DamageCase>(cases)("%s", async ([, code, damage], { s3, builder, runIn }) => {
    const copy = copySeed(s3, seed);
    damage(copy);
    const run = await runIn(builder, { prefix: copy.prefix, mount });
    expect([run.exitCode, run.found]).toEqual([0, { data: "" }]);
    expect(run.stderr.split("\n").filter((line) => line.includes(code))).toHaveLength(1);
    expect(run.mounts).toMatchObject([{ restore: { outcome: "absent" }, save: { outcome: "saved", files: 3 } }]);
    expect(run.mounts[0]?.restore?.reason).toContain(`${copy.prefix}/v1/`);

    await emptyBuilder(builder);
    const next = await runIn(builder, { prefix: copy.prefix, mount });
    expect(next.stderr).not.toMatch(/BK50[0-4]/);
    expect(next.mounts).toMatchObject([{ restore: { outcome: "restored", files: 3 } }]);
    expect(next.found["data"]).toBe(contents);
  });
});

test("--strict ends with 3 before the build", async ({ s3, builder, runIn }) => {
  const copy = copySeed(s3, "seed");
  flippedPack[2](copy);
  await expect(runIn(builder, { prefix: copy.prefix, args: ["bake", "--strict"] })).rejects.toThrow(
    /exit code 3:[^]*BK5031/,
  );
});
