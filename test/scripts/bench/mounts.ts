/** Cache mounts of real content against what a pipe of tar and zstd takes for the same, builder and bucket on a tmpfs. */
import { execFileSync } from "node:child_process";
import { canRunEngine } from "../../support/docker-packages.ts";
import type { Taken } from "./mount-work.ts";
import { type Way, withPlace } from "./place.ts";
import { check, type Check, loadNow, type Measure, median, round, type Row, say } from "./row.ts";
import { findCompiled, findModules, findPackages, makeLargeTree, makeSmallTrees, type Tree } from "./trees.ts";

const runs = 5;
const megabyte = 1e6;

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

/** What one machine has at most of it: time and memory of each step, once. */
async function measureLarge(name: string, way: Way): Promise<readonly Row[]> {
  const { tree, lots } = makeLargeTree(1);
  describe(name, tree);
  return withPlace(async ({ fill, work }) => {
    await fill("source", tree);
    const save = () => work({ verb: "save", mount: "source", prefix: "p/" });
    const saved = expectKind(await save(), "saved");
    const restored = expectKind(await work({ verb: "restore", mount: "own", prefix: "p/" }), "restored");
    for (const lot of lots) await fill("source", lot);
    const changed = expectKind(await save(), "saved");
    return Object.entries({ save: saved, restore: restored, "small change": changed }).map(([step, taken]) =>
      rowOf(
        `${name}: ${step}`,
        { a: step, b: null },
        { a: [taken], checks: () => [check("MB of memory", Math.round(taken.memory), 450)] },
      ),
    );
  }, way);
}

async function measureContainer(name: string, tree: Tree): Promise<readonly Row[]> {
  describe(name, tree);
  const ways = ["docker-container", "unix socket"] as const;
  const taken = { save: { a: [] as Taken[], b: [] as Taken[] }, restore: { a: [] as Taken[], b: [] as Taken[] } };
  await withPlace(
    async (container) =>
      withPlace(async (socket) => {
        const places = { a: container, b: socket };
        for (const { fill } of [container, socket]) await fill("source", tree);
        for (let i = 0; i <= runs; i += 1) {
          for (const side of ["a", "b"] as const) {
            const { work, drop } = places[side];
            const saved = expectKind(await work({ verb: "save", mount: "source", prefix: `run-${i}/` }), "saved");
            const restored = await work({ verb: "restore", mount: `own${i}`, prefix: `run-${i}/` });
            expectKind(restored, "restored");
            await drop(`own${i}`);
            if (i === 0) continue;
            taken.save[side].push(saved);
            taken.restore[side].push(restored);
          }
        }
      }),
    ways[0],
  );
  return Object.entries(taken).map(([step, sides]) =>
    rowOf(
      `${name}: ${step}`,
      { a: ways[0], b: ways[1] },
      { ...sides, checks: (ratio) => [check("ratio", ratio, 1.3)] },
    ),
  );
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
  ...(["unix socket", ...(canRunEngine ? (["docker-container"] as const) : [])] as const).map((way) => {
    const name = `mounts: 1 GB in 50,000 files, ${way}`;
    return { name, run: () => measureLarge(name, way) };
  }),
  ...(canRunEngine ? ["mounts: docker-container"] : []).map((name) => {
    return { name, run: () => measureContainer(name, findCompiled({ bytes: 400 * megabyte })) };
  }),
  { name: "mounts: memory for 1 GB", run: () => measureMemory("mounts: memory for 1 GB") },
];
