/** What it costs to know what targets are made of, and what that saves. */
import { writeFileSync } from "node:fs";
import { findStateDir, onEmptyBuilder } from "../../support/buildkit.ts";
import { makeTempDir } from "../../support/cleanup.ts";
import { makeBusyboxContext } from "../../support/contexts.ts";
import { makeDockerConfig } from "../../support/docker-config.ts";
import { cleanEnv } from "../../support/env.ts";
import { binFile, runCommand } from "../../support/run-bkcache.ts";
import { startVersitygw } from "../../support/s3-server.ts";
import { makeWorkspace, type Workspace } from "../../support/workspace.ts";
import { type Check, check, loadNow, type Measure, median, round, type Row, say } from "./row.ts";

const runs = 5;

interface Taken {
  readonly ms: number;
  readonly stderr: string;
}

type Run = () => Promise<Taken>;

async function timed(
  [program, ...args]: readonly [string, ...string[]],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<Taken> {
  const began = performance.now();
  const { exitCode, stderr } = await runCommand(program, args, options);
  const ms = performance.now() - began;
  if (exitCode !== 0) throw new Error(`${program} ${args.join(" ")} exits ${exitCode}:\n${stderr.slice(-2000)}`);
  return { ms, stderr };
}

interface Sides {
  readonly a: { readonly label: string; readonly run: Run };
  readonly b: { readonly label: string; readonly run: Run };
  readonly checks: (ratio: number, moreMs: number) => readonly Check[];
}

async function compare(name: string, { a, b, checks }: Sides): Promise<Row> {
  say(`${name}: ${a.label} against ${b.label}, ${runs} runs each`);
  const times = { a: [] as number[], b: [] as number[] };
  // The first round fills file caches and counts for nothing.
  for (let i = 0; i <= runs; i += 1) {
    const [takenA, takenB] = [await a.run(), await b.run()];
    if (i === 0) continue;
    times.a.push(takenA.ms);
    times.b.push(takenB.ms);
  }
  const [medianA, medianB] = [median(times.a), median(times.b)];
  const ratio = round(medianA / medianB, 100);
  const checked = checks(ratio, round(medianA - medianB, 10));
  const cpu = { cpuA: null, cpuB: null };
  const ok = checked.some((each) => each.ok);
  return { name, a: a.label, b: b.label, medianA, medianB, ...cpu, ratio, checks: checked, ok, runs, load: loadNow() };
}

const megabytes = 1_000;

/** A bake of which all is cached, on an empty builder, with a mount that nothing compresses and without. */
async function measureIdleMount(name: string): Promise<Row> {
  const s3 = await startVersitygw({ base: makeTempDir("s3", findStateDir()) });
  try {
    await s3.createBucket("bench");
    const make = (mounts: string): Workspace => {
      const remote = { type: "s3", bucket: "bench", prefix: `${mounts}/`, insecure: true };
      const cache = { read: ["remote"], write: ["remote"], ...(mounts === "none" && { mounts: false }) };
      const config = {
        project: "bench",
        backends: { remote },
        cache,
        targets: { app: { contexts: { busybox: "busybox" } } },
      };
      const script = "dd if=/dev/urandom of=/data/$i bs=1000000 count=10";
      const argv = [
        "/bin/busybox",
        "sh",
        "-c",
        `for i in $(/bin/busybox seq ${megabytes / 10}); do /bin/busybox ${script}; done`,
      ];
      const workspace = makeWorkspace({
        "bkcache.config.json": JSON.stringify({ ...config, mounts: {} }),
        Dockerfile: `FROM scratch\nCOPY --link --from=busybox /bin /bin\nRUN --mount=type=cache,target=/data ${JSON.stringify(argv)}\n`,
        ".dockerignore": "busybox\n",
      });
      makeBusyboxContext(workspace.path("busybox"));
      return workspace;
    };
    const helper = makeBusyboxContext(makeTempDir("busybox"));
    const docker = makeDockerConfig();
    const bake = (workspace: Workspace) => (): Promise<Taken> =>
      onEmptyBuilder((builder) => {
        const own = { BKCACHE: "read-write", BKCACHE_HELPER: `${helper}/bin/busybox`, BUILDKIT_HOST: builder.address };
        const env = cleanEnv({ ...docker.env, ...s3.env, ...own });
        return timed([process.execPath, binFile, "bake"], { cwd: workspace.dir, env });
      });
    const [withMount, without] = [make("mounts"), make("none")];
    for (const each of [withMount, without]) await bake(each)();
    return await compare(name, {
      a: { label: "bkcache bake", run: bake(withMount) },
      b: { label: "the same with cache.mounts: false", run: bake(without) },
      checks: (ratio) => [check("ratio", ratio, 1.3)],
    });
  } finally {
    await s3.stop();
  }
}

const applications = 60;
const filesOfEach = 300;

/** 60 targets of one context of 20,000 files that git tracks. */
async function measureAffected(name: string): Promise<Row> {
  const names = Array.from({ length: applications }, (_, index) => `app${index}`);
  const config = {
    project: "bench",
    backends: { disk: { type: "local", path: makeTempDir("caches") } },
    cache: { read: ["disk"], write: ["disk"] },
    targets: Object.fromEntries(names.map((each) => [each, { dockerfile: `${each}/Dockerfile` }])),
    groups: { default: names },
  };
  const workspace = makeWorkspace({ "bkcache.config.json": JSON.stringify(config) });
  const write = (path: string, index: number) => workspace.write(path, `${path}\n`.repeat(1 + (index % 50)));
  for (const each of names) {
    workspace.write(`${each}/Dockerfile`, `FROM alpine\nCOPY ${each} lib /src/\nRUN make\n`);
    for (let index = 0; index < filesOfEach; index += 1) write(`${each}/src/file${index}.ts`, index);
  }
  for (let index = 0; index < 2_000; index += 1) write(`lib/file${index}.ts`, index);
  const options = { cwd: workspace.dir, env: cleanEnv({ ...makeDockerConfig().env, HOME: makeTempDir("home") }) };
  await timed(["git", "init", "--quiet"], options);
  await timed(["git", "add", "--all"], options);
  // What was written as the index was is read again.
  await new Promise((resolve) => setTimeout(resolve, 50));
  await timed(["git", "update-index", "--refresh"], options);
  writeFileSync(workspace.path("marker"), "");
  await timed(["git", "add", "marker"], options);
  await timed([process.execPath, binFile, "generate"], options);
  const print = ["bake", "-f", "docker-bake.hcl", "--print"] as const;
  return compare(name, {
    a: {
      label: "bkcache affected",
      run: () => timed([process.execPath, binFile, "affected", "--matrix"], options),
    },
    b: { label: "buildx bake --print", run: () => timed(["buildx", ...print], options) },
    checks: (_, moreMs) => [check("ms more", moreMs, 500)],
  });
}

const idleName = "inputs: all cached, 1 GB mount, empty builder";
const affectedName = "inputs: 60 targets, 20,000 files";

export const inputMeasures: readonly Measure[] = [
  { name: idleName, run: () => measureIdleMount(idleName) },
  { name: affectedName, run: () => measureAffected(affectedName) },
];
