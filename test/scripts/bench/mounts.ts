/** Cache mounts of real content against what a pipe of tar and zstd takes for the same, builder and bucket on a tmpfs. */
import { execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import type { Gateway } from "../../../src/builder/gateway/gateway.ts";
import { findStateDir, startBuildkit } from "../../support/buildkit.ts";
import { build } from "tsdown";
import { program } from "../../../tsdown.config.ts";
import { makeTempDir } from "../../support/cleanup.ts";
import { type GatewayBuilder, inMount, makeGatewayBuilder } from "../../support/gateway-builder.ts";
import { runCommand } from "../../support/run-bkcache.ts";
import { type S3Server, startVersitygw } from "../../support/s3-server.ts";
import { check, type Check, loadNow, type Measure, median, round, type Row, say } from "./row.ts";
import type { Taken, Work } from "./mount-work.ts";
import { findCompiled, findModules, findPackages, makeSmallTrees, type Tree } from "./trees.ts";

const runs = 5;
const bucket = "bench";
const megabyte = 1e6;

/** mount-work.ts as users have it: bundled as the program is. */
let bundled: Promise<string> | undefined;

async function bundleWork(): Promise<string> {
  const outDir = makeTempDir("bench");
  const entry = { "mount-work": join(import.meta.dirname, "mount-work.ts") };
  await build({ ...program, config: false, entry, outDir });
  return join(outDir, "mount-work.js");
}

interface Place {
  fill(mount: string, tree: Tree): Promise<void>;
  work(work: Pick<Work, "verb" | "mount" | "prefix" | "count">): Promise<Taken>;
  /** Removes a mount from the builder. */
  drop(mount: string): Promise<void>;
}

/** An empty builder and an empty bucket. */
async function withPlace<T>(use: (place: Place) => Promise<T>): Promise<T> {
  const s3 = await startVersitygw({ base: makeTempDir("s3", findStateDir()) });
  try {
    await s3.createBucket(bucket);
    const buildkit = await startBuildkit();
    try {
      const builder = await makeGatewayBuilder(buildkit);
      const gateway = await builder.open();
      try {
        return await use(openPlace(builder, gateway, s3, buildkit.address));
      } finally {
        await gateway.close();
      }
    } finally {
      await buildkit.stop();
    }
  } finally {
    await s3.stop();
  }
}

function openPlace(builder: GatewayBuilder, gateway: Gateway, s3: S3Server, address: string): Place {
  return {
    async fill(mount, { root, names }) {
      const tar = spawn("tar", ["-C", root, "-c", ...names], { stdio: ["ignore", "pipe", "inherit"] });
      await inMount(gateway, { id: mount, namespace: "" }, async ({ exec }) => {
        const { exitCode, stderr } = await exec(["tar", "-x", "-f", "-"], { input: tar.stdout });
        if (exitCode !== 0) throw new Error(`tar exits ${exitCode}: ${stderr}`);
      });
    },
    async work(work) {
      const whole: Work = { builder: builder.name, address, bucket, ...work };
      const { exitCode, stdout, stderr } = await runCommand(
        process.execPath,
        [await (bundled ??= bundleWork()), JSON.stringify(whole)],
        { cwd: builder.host.cwd, env: { ...builder.host.env, ...s3.env } },
      );
      if (exitCode !== 0) throw new Error(`${work.verb} exits ${exitCode}: ${stderr.slice(-2000)}`);
      const taken: Taken = JSON.parse(stdout);
      return taken;
    },
    async drop(mount) {
      const records = await gateway.listMountRecords();
      await gateway.removeRecords(records.flatMap(({ mountId, recordId }) => (mountId === mount ? [recordId] : [])));
    },
  };
}

interface Result {
  readonly a: readonly Taken[];
  readonly b?: readonly Taken[] | undefined;
  readonly checks: (ratio: number) => readonly Check[];
}

function rowOf(name: string, labels: Pick<Row, "a" | "b">, { a, b, checks }: Result): Row {
  const medianA = median(a.map(({ ms }) => ms));
  const medianB = b === undefined ? null : median(b.map(({ ms }) => ms));
  const ratio = medianB === null ? null : round(medianA / medianB, 100);
  const checked = checks(ratio ?? 0);
  return {
    name,
    ...labels,
    medianA,
    medianB,
    cpuA: median(a.map(({ cpuMs }) => cpuMs)),
    cpuB: b === undefined ? null : median(b.map(({ cpuMs }) => cpuMs)),
    ratio,
    checks: checked,
    ok: checked.every(({ ok }) => ok),
    runs: a.length,
    load: loadNow(),
  };
}

function describe(name: string, { files, bytes }: Tree): void {
  say(`${name}: ${files} files, ${Math.round(bytes / megabyte)} MB`);
}

function expectKind(taken: Taken, kind: string): Taken {
  if (taken.kind !== kind) throw new Error(`"${taken.kind}" where "${kind}" is expected`);
  return taken;
}

const listing = "find | xargs stat";
const twentyThousand = { files: 20_000 };

async function measureUnchanged(name: string): Promise<Row> {
  const { tree } = findModules(twentyThousand);
  describe(name, tree);
  return withPlace(async ({ fill, work }) => {
    await fill("source", tree);
    const save = () => work({ verb: "save", mount: "source", prefix: "p/" });
    expectKind(await save(), "saved");
    const [a, b]: [Taken[], Taken[]] = [[], []];
    for (let i = 0; i < runs; i += 1) {
      a.push(expectKind(await save(), "unchanged"));
      b.push(await work({ verb: "list", mount: "source", prefix: "" }));
    }
    const content = a.reduce((sum, { contentBytes }) => sum + contentBytes, 0);
    return rowOf(
      name,
      { a: "save again", b: listing },
      { a, b, checks: (ratio) => [check("ratio", ratio, 2), check("bytes of content up", content, 0)] },
    );
  });
}

async function measureChange(name: string): Promise<Row> {
  const { tree, lots } = findModules(twentyThousand, runs);
  describe(name, tree);
  return withPlace(async ({ fill, work }) => {
    await fill("source", tree);
    const save = () => work({ verb: "save", mount: "source", prefix: "p/" });
    expectKind(await save(), "saved");
    const [a, b]: [Taken[], Taken[]] = [[], []];
    const ratios: number[] = [];
    for (const lot of lots) {
      await fill("source", lot);
      const taken = expectKind(await save(), "saved");
      a.push(taken);
      b.push(await work({ verb: "list", mount: "source", prefix: "" }));
      ratios.push(taken.contentBytes / compressedSize(lot));
    }
    return rowOf(
      name,
      { a: "save after modules were added", b: listing },
      {
        a,
        b,
        checks: (ratio) => [
          check("ratio", ratio, 3),
          check("bytes of content up, against the added contents compressed", round(median(ratios), 100), 1.3),
        ],
      },
    );
  });
}

/** The contents one after the other, by `zstd -3`. */
function compressedSize({ root, names }: Tree): number {
  const script = `find "$@" -type f -print0 | sort -z | xargs -0 cat | zstd -q -3 -c | wc -c`;
  return Number(execFileSync("sh", ["-c", script, "sh", ...names], { cwd: root, encoding: "utf8" }));
}

async function measureCold(name: string, tree: Tree): Promise<Row> {
  describe(name, tree);
  return withPlace(async ({ fill, work }) => {
    await fill("source", tree);
    const [a, b]: [Taken[], Taken[]] = [[], []];
    // The first round fills file caches and counts for nothing.
    for (let i = 0; i <= runs; i += 1) {
      const taken = expectKind(await work({ verb: "save", mount: "source", prefix: `run-${i}/` }), "saved");
      const piped = await work({ verb: "pipe-out", mount: "source", prefix: `run-${i}.tar.zst` });
      if (i === 0) continue;
      a.push(taken);
      b.push(piped);
    }
    return rowOf(
      name,
      { a: "save into an empty bucket", b: "tar -c | zstd -3 -T2 | upload in parts" },
      { a, b, checks: (ratio) => [check("ratio", ratio, 0.85)] },
    );
  });
}

async function measureRestore(name: string, tree: Tree): Promise<Row> {
  describe(name, tree);
  return withPlace(async ({ fill, work, drop }) => {
    await fill("source", tree);
    expectKind(await work({ verb: "save", mount: "source", prefix: "p/" }), "saved");
    await work({ verb: "pipe-out", mount: "source", prefix: "p.tar.zst" });
    const [a, b]: [Taken[], Taken[]] = [[], []];
    for (let i = 0; i <= runs; i += 1) {
      const taken = expectKind(await work({ verb: "restore", mount: `own${i}`, prefix: "p/" }), "restored");
      await drop(`own${i}`);
      const piped = await work({ verb: "pipe-in", mount: `pipe${i}`, prefix: "p.tar.zst" });
      await drop(`pipe${i}`);
      if (i === 0) continue;
      a.push(taken);
      b.push(piped);
    }
    return rowOf(
      name,
      { a: "restore into an empty mount", b: "download | zstd -d | tar -x" },
      { a, b, checks: (ratio) => [check("ratio", ratio, 0.8)] },
    );
  });
}

async function measureMany(name: string): Promise<Row> {
  const trees = makeSmallTrees(60);
  const [{ root }] = trees as [Tree];
  const names = trees.flatMap((tree) => tree.names);
  say(`${name}: ${trees.length} mounts of 1 MB`);
  return withPlace(async ({ fill, work }) => {
    for (const [i, tree] of trees.entries()) await fill(`small${i}`, tree);
    await fill("large", { root, names, files: 0, bytes: 0 });
    const [a, b]: [Taken[], Taken[]] = [[], []];
    for (let i = 0; i <= runs; i += 1) {
      const many = { verb: "save", mount: "small", count: trees.length, prefix: `many-${i}/` } as const;
      const taken = expectKind(await work(many), "saved");
      const one = expectKind(await work({ verb: "save", mount: "large", prefix: `one-${i}/` }), "saved");
      if (i === 0) continue;
      a.push(taken);
      b.push(one);
    }
    return rowOf(
      name,
      { a: "save 60 mounts of 1 MB", b: "save one mount of 60 MB" },
      { a, b, checks: (ratio) => [check("ratio", ratio, 1.5)] },
    );
  });
}

async function measureMemory(name: string): Promise<Row> {
  const tree = findCompiled({ bytes: 1000 * megabyte });
  describe(name, tree);
  return withPlace(async ({ fill, work }) => {
    await fill("source", tree);
    const saved = expectKind(await work({ verb: "save", mount: "source", prefix: "p/" }), "saved");
    const restored = expectKind(await work({ verb: "restore", mount: "own", prefix: "p/" }), "restored");
    return rowOf(
      name,
      { a: "save, then restore", b: null },
      {
        a: [saved, restored],
        checks: () => [
          check("MB of memory to save", Math.round(saved.memory), 450),
          check("MB of memory to restore", Math.round(restored.memory), 450),
        ],
      },
    );
  });
}

const trees = {
  "go modules": () => findModules(twentyThousand).tree,
  "go build cache": () => findCompiled({ bytes: 400 * megabyte }),
  node_modules: () => findPackages(),
};

export const mountMeasures: readonly Measure[] = [
  { name: "mounts: save unchanged", run: () => measureUnchanged("mounts: save unchanged") },
  { name: "mounts: save a small change", run: () => measureChange("mounts: save a small change") },
  ...Object.entries(trees).flatMap(([content, find]) => {
    const [save, restore] = [`mounts: save ${content}`, `mounts: restore ${content}`];
    return [
      { name: save, run: async () => measureCold(save, find()) },
      { name: restore, run: async () => measureRestore(restore, find()) },
    ];
  }),
  { name: "mounts: save 60 small ones", run: () => measureMany("mounts: save 60 small ones") },
  { name: "mounts: memory for 1 GB", run: () => measureMemory("mounts: memory for 1 GB") },
];
