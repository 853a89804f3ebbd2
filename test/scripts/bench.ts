/**
 * What bkcache costs on top of what it drives. Each row runs A and B in turn, each time in a process of its own, and
 * compares medians. Prints one JSON table on standard output; exits 1 where a limit is passed. Arguments are parts of the
 * names of the rows to run.
 */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { startBuildkit } from "../support/buildkit.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { makeBusyboxContext, makeGoContext } from "../support/contexts.ts";
import { makeDockerConfig } from "../support/docker-config.ts";
import { cleanEnv } from "../support/env.ts";
import { binFile, runCommand, type RunOptions } from "../support/run-bkcache.ts";
import { startVersitygw } from "../support/s3-server.ts";
import { copyExample, makeWorkspace } from "../support/workspace.ts";
import { inputMeasures } from "./bench/inputs.ts";
import { mountMeasures } from "./bench/mounts.ts";
import { relayMeasures } from "./bench/relay.ts";
import { check, loadNow, type Measure, median, round, type Row, say } from "./bench/row.ts";

interface Limit {
  readonly ratio: number;
  /** Milliseconds of difference that are allowed whatever the ratio. */
  readonly orMs?: number;
}
interface Side {
  readonly label: string;
  readonly command: readonly [string, ...string[]];
  readonly options: RunOptions;
}

const runs = 9;

async function time({ label, command: [program, ...args], options }: Side): Promise<number> {
  const start = performance.now();
  const { exitCode, stderr } = await runCommand(program, args, options);
  const ms = performance.now() - start;
  if (exitCode !== 0) throw new Error(`${label} exits ${exitCode}:\n${stderr.slice(-2000)}`);
  return ms;
}

async function compare(name: string, limit: Limit, a: Side, b: Side): Promise<Row> {
  say(`${name}: ${a.label} against ${b.label}, ${runs} runs each`);
  const times = { a: [] as number[], b: [] as number[] };
  // The first round fills file caches and counts for nothing.
  for (let i = 0; i <= runs; i += 1) {
    const [msA, msB] = [await time(a), await time(b)];
    if (i === 0) continue;
    times.a.push(msA);
    times.b.push(msB);
  }
  const [medianA, medianB] = [median(times.a), median(times.b)];
  const ratio = round(medianA / medianB, 100);
  const { ratio: maxRatio, orMs } = limit;
  const checks = [check("ratio", ratio, maxRatio)];
  // Either will do.
  if (orMs !== undefined) checks.push(check("ms more", round(medianA - medianB, 10), orMs));
  const ok = checks.some((each) => each.ok);
  const cpu = { cpuA: null, cpuB: null };
  return { name, a: a.label, b: b.label, medianA, medianB, ...cpu, ratio, checks, ok, runs, load: loadNow() };
}

function configOf(count: number): string {
  const targets = Array.from(
    { length: count },
    (_, i) => `  app-${i}:\n    target: app\n    args: { INDEX: "${i}" }\n    tags: ["acme/app-${i}:\${TAG}"]\n`,
  );
  return [
    "project: bench",
    "variables: { TAG: dev }",
    'backends: { remote: { type: s3, url: "s3://acme-ci/bench/", region: eu-central-1 } }',
    "cache: { read: [remote], write: [remote] }",
    `targets:\n${targets.join("")}`,
  ].join("\n");
}

const docker = makeDockerConfig();
const env = cleanEnv(docker.env);
// The one that bkcache itself takes.
const hasDocker = docker.env.PATH.split(delimiter).some((folder) => existsSync(join(folder, "docker")));
const buildx: [string, ...string[]] = hasDocker ? ["docker", "buildx"] : ["buildx"];
const bkcache = (label: string, args: readonly string[], options: RunOptions): Side => ({
  label,
  command: [process.execPath, binFile, ...args],
  options,
});

const startName = "start: 10 targets";
const printName = "compile: 1,000 targets";
/** Each with what the config says under cache.mounts. */
const bakes = {
  "bake: examples/go-app, all cached": "",
  "bake: examples/go-app, all cached, without mounts": "mounts: false, ",
};

async function compareStart(): Promise<Row> {
  const { dir } = makeWorkspace({ "bkcache.config.yaml": configOf(10) });
  const options = { cwd: dir, env };
  const bare: Side = { label: "node -e 0", command: [process.execPath, "-e", "0"], options };
  const limit = { ratio: 2.5 };
  return compare(startName, limit, bkcache("bkcache generate --stdout", ["generate", "--stdout"], options), bare);
}

async function comparePrint(): Promise<Row> {
  const workspace = makeWorkspace({ "bkcache.config.yaml": configOf(1000) });
  const options = { cwd: workspace.dir, env };
  const { stdout } = await runCommand(process.execPath, [binFile, "generate", "--stdout"], options);
  workspace.write("docker-bake.hcl", stdout);
  const print: Side = {
    label: `${buildx.join(" ")} bake --print`,
    command: [...buildx, "bake", "-f", "docker-bake.hcl", "--print"],
    options,
  };
  const generate = bkcache("bkcache generate --stdout", ["generate", "--stdout"], options);
  return compare(printName, { ratio: 2 }, generate, print);
}

/** examples/go-app, all cached, with a bucket to read from and write to; both sides do the same work there. */
async function compareBake(row: string, mounts: string): Promise<Row> {
  const s3 = await startVersitygw();
  await s3.createBucket("acme-ci");
  const builder = await startBuildkit();
  try {
    const contexts = makeTempDir("contexts");
    const workspace = copyExample("go-app");
    const place = `region: "${s3.region}", endpointUrl: "${s3.endpoint}", usePathStyle: true, insecure: true`;
    const config = workspace
      .read("bkcache.config.ts")
      .replace(/(url: "[^"]*")/, `$1, ${place}`)
      .replace("cache: { ", `cache: { ${mounts}`);
    workspace.write("bkcache.config.ts", config);
    const busybox = makeBusyboxContext(join(contexts, "busybox"));
    const options = {
      cwd: workspace.dir,
      env: {
        ...env,
        ...s3.env,
        AWS_ENDPOINT_URL: undefined,
        BUILDKIT_HOST: builder.address,
        GO_IMAGE: makeGoContext(join(contexts, "golang")),
        BUSYBOX_IMAGE: busybox,
        BKCACHE_HELPER: join(busybox, "bin", "busybox"),
      },
    };
    // The plain bake takes the cache from and to the same place, which bkcache chooses by itself.
    const plainEnv = {
      ...options.env,
      BKCACHE_READ_SCOPE: "main",
      BKCACHE_WRITE_SCOPE: "main",
      BUILDKIT_HOST: undefined,
    };
    const name = "bench";
    await time(bkcache("bkcache generate", ["generate"], options));
    const create: [string, ...string[]] = [...buildx, "create", "--name", name, "--driver", "remote", builder.address];
    await time({ label: "buildx create", command: create, options: { ...options, env: plainEnv } });
    await time(bkcache("first bake", ["bake", "--cache", "read-write"], options));
    const plain: Side = {
      label: `${buildx.join(" ")} bake`,
      command: [...buildx, "bake", "--builder", name, "--allow", "fs.read=*", "-f", "docker-bake.hcl"],
      options: { ...options, env: plainEnv },
    };
    const own = bkcache("bkcache bake", ["bake", "--cache", "read-write"], options);
    const result = await compare(row, { ratio: 1.25, orMs: 150 }, own, plain);
    await time({ label: "buildx rm", command: [...buildx, "rm", name], options: { ...options, env: plainEnv } });
    return result;
  } finally {
    await builder.stop();
    await s3.stop();
  }
}

const measures: readonly Measure[] = [
  { name: startName, run: compareStart },
  { name: printName, run: comparePrint },
  ...Object.entries(bakes).map(([name, mounts]) => ({ name, run: () => compareBake(name, mounts) })),
  ...inputMeasures,
  ...mountMeasures,
  ...relayMeasures,
];
const wanted = process.argv.slice(2);
const chosen = measures.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
if (chosen.length === 0) say(`no row is called ${wanted.join(" or ")}: ${measures.map(({ name }) => name).join("; ")}`);
const rows: Row[] = [];
let failed = 0;
for (const { name, run } of chosen) {
  try {
    for (const row of [await run()].flat()) {
      rows.push(row);
      const against = row.medianB === null ? "" : ` against ${row.medianB} ms (${row.ratio}x)`;
      const figures = row.checks.map(({ what, value, limit }) => `${what} ${value}, at most ${limit}`).join("; ");
      say(`${row.ok ? "ok" : "NOT MET"}: ${row.name}: ${row.medianA} ms${against}: ${figures}`);
    }
  } catch (error) {
    failed++;
    say(`FAILED: ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
process.exit(chosen.length > 0 && failed === 0 && rows.every(({ ok }) => ok) ? 0 : 1);
