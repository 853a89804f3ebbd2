import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { expect } from "vitest";
import { packKey } from "../../src/mounts/keys.ts";
import { compress } from "../../src/mounts/zstd.ts";
import { type Buildkit, onEmptyBuilder } from "../support/buildkit.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { baseStage, mountEnvironment, type MountRun, runStep, runWithMounts } from "../support/mount-project.ts";
import { test as serverTest } from "../support/servers.ts";
import { makeWorkspace } from "../support/workspace.ts";

/* Snapshots that somebody wrote who means harm: refused as a whole, with nothing of them in the mount. */

/** Puts a file into the mount, and says all that was there before. */
const dockerfile = `${baseStage}${runStep(
  "--mount=type=cache,id=shop-data,target=/data",
  'cd /data; echo "found data: "$(ls -A); cp /src/a.txt seed',
)}`;

const test = serverTest
  .extend("bake", { scope: "file" }, ({ busybox }) => async (builder: Buildkit, dir: string): Promise<MountRun> => {
    const config = {
      project: "shop",
      backends: { disk: { type: "local", path: dir } },
      cache: { read: [], write: [], mounts: "disk" },
      mounts: { data: { target: "/data" } },
      targets: { app: { contexts: { busybox } } },
    };
    const source = crypto.randomUUID();
    const workspace = makeWorkspace({
      "bkcache.config.json": JSON.stringify(config),
      Dockerfile: dockerfile,
      "src/a.txt": source,
    });
    return runWithMounts(workspace, ["bake"], mountEnvironment(builder, { BKCACHE: "read-write" }));
  })
  /** A store with one snapshot of one file. */
  .extend("seed", { scope: "file" }, async ({ bake }) => {
    const seed = makeTempDir("store");
    await onEmptyBuilder((builder) => bake(builder, seed));
    return seed;
  })
  /** A copy of it for each test. */
  .extend("dir", ({ seed }) => {
    const dir = makeTempDir("store");
    cpSync(seed, dir, { recursive: true });
    return dir;
  });

type Entry = readonly unknown[];

interface Document {
  packs: Entry[];
  blobs: Entry[];
  entries: Entry[];
}

/** A file with the content of the one that is there. */
const file = (path: string, mode = 0o644): Entry => [path, "f", mode, 0, 0, 1, 36, 0];
const escaped = "bkcache-escaped";

const attacks: readonly (readonly [string, (document: Document, dir: string) => void | Promise<void>])[] = [
  ["an absolute path", ({ entries }) => void entries.unshift(file(`/etc/${escaped}`))],
  [
    "a path with a part that leads up",
    ({ entries }) => void entries.unshift(["a", "d", 0o755, 0, 0, 1], file(`a/../../${escaped}`)),
  ],
  ["a file through a link", ({ entries }) => void entries.unshift(["a", "l", 0, 0, 1, "/etc"], file(`a/${escaped}`))],
  ["a hard link to what is outside", ({ entries }) => void entries.unshift(["a", "h", "/etc/passwd"])],
  ["a device", ({ entries }) => void entries.unshift(["a", "c", 0o666, 0, 0, 1, 1, 3])],
  ["setuid", ({ entries }) => void entries.unshift(file("a", 0o4755))],
  [
    "more bytes than there are",
    ({ entries }) => void entries.unshift(["a", "f", 0o644, 0, 0, 1, 2 ** 52, ...Array<number>(1000).fill(0)]),
  ],
  [
    "more entries than a mount can have",
    ({ entries }) => {
      for (let index = 0; index < 2_000_001; index++) entries.push([`x${index}`, "h", "seed"]);
    },
  ],
  [
    "a pack that unpacks to a hundred times its length",
    async ({ packs, blobs }, dir) => {
      const bomb = await compress(Buffer.alloc(300 * 2 ** 20));
      const id = createHash("sha256").update(bomb).digest("hex");
      writePack(dir, id, bomb);
      packs.splice(0, 1, [id, 8 * 2 ** 20, bomb.length, "zstd", 20_000]);
      blobs.splice(0, 1, [0, 0, 36, (blobs[0] as Entry)[3]]);
    },
  ],
];

function writePack(dir: string, id: string, bytes: Buffer): void {
  const path = join(dir, packKey(id));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

function findManifest(dir: string): string {
  const found = readdirSync(join(dir, "v1/m"), { recursive: true, withFileTypes: true }).find((entry) =>
    entry.isFile(),
  );
  if (found === undefined) throw new Error("no manifest");
  return join(found.parentPath, found.name);
}

test.for(attacks)(
  "%s is refused, and the build goes on with an empty mount",
  async ([, attack], { dir, builder, bake }) => {
    const manifest = findManifest(dir);
    const document = JSON.parse(zstdDecompressSync(readFileSync(manifest)).toString()) as Document;
    await attack(document, dir);
    writeFileSync(manifest, await compress(Buffer.from(JSON.stringify(document)), { hasChecksum: true }));

    const { exitCode, found, mounts, stderr } = await bake(builder, dir);
    expect([exitCode, found], stderr).toEqual([0, { data: "" }]);
    expect(mounts).toMatchObject([{ restore: { outcome: "absent" }, save: { outcome: "saved", files: 1 } }]);
    expect(stderr).toMatch(/^warning BK503[01]: /m);
    expect(existsSync(`/etc/${escaped}`)).toBe(false);
    expect(execFileSync("find", [builder.root, "-name", escaped], { encoding: "utf8" })).toBe("");
  },
);

test("a manifest that unpacks to more than any has", async ({ dir, builder, bake }) => {
  writeFileSync(findManifest(dir), await compress(Buffer.alloc(513 * 2 ** 20, " "), { hasChecksum: true }));
  const { exitCode, found, stderr } = await bake(builder, dir);
  expect([exitCode, found]).toEqual([0, { data: "" }]);
  expect(stderr).toMatch(/^warning BK5030: /m);
});
