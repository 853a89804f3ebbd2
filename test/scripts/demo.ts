/**
 * Bakes examples/go-app on an empty builder, throws the builder away, and bakes again on another empty one:
 * the second must take every step from the S3 server. Exits 1 where it does not.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { styleText } from "node:util";
import { startBuildkit } from "../support/buildkit.ts";
import { makeTempDir, onProcessEnd } from "../support/cleanup.ts";
import { makeBusyboxContext, makeGoContext } from "../support/contexts.ts";
import { makeDockerConfig } from "../support/docker-config.ts";
import { cleanEnv } from "../support/env.ts";
import { binFile } from "../support/run-bkcache.ts";
import { startVersitygw, type S3Server } from "../support/s3-server.ts";
import { repositoryDir } from "../support/toolchain.ts";
import { copyExample } from "../support/workspace.ts";
import { findUserBuilder, type UserBuilder } from "./user-builder.ts";

interface Report {
  readonly targets: Readonly<Record<string, TargetReport>>;
  readonly failures: readonly unknown[];
  readonly ms: number;
}
interface TargetReport {
  readonly steps: {
    readonly total: number;
    readonly cached: number;
    readonly ran: readonly { readonly name: string }[];
  };
  readonly source: { readonly backend: string; readonly scope: string } | null;
}
type Env = Readonly<Record<string, string>>;

const bucket = "acme-ci";
const start = performance.now();

function say(text: string): void {
  const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(6);
  process.stderr.write(styleText("bold", `[${seconds} s] ${text}`, { stream: process.stderr }) + "\n");
}

/** Runs bkcache with its output on this terminal. */
async function bkcache(args: readonly string[], cwd: string, env: Env): Promise<number> {
  say(`bkcache ${args.join(" ")}`);
  const child = spawn(process.execPath, [binFile, ...args], { cwd, env, stdio: ["ignore", 2, 2] });
  const forget = onProcessEnd(() => void child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      forget();
      resolve(code ?? 1);
    });
  });
}

async function bake(file: string, cwd: string, env: Env): Promise<Report> {
  rmSync(file, { force: true });
  const exitCode = await bkcache(["bake", "--cache", "read-write", "--strict", "--report", file], cwd, env);
  if (exitCode !== 0) throw new Error(`the bake failed with exit code ${exitCode}`);
  const report: Report = JSON.parse(readFileSync(file, "utf8"));
  return report;
}

/** Two daemons, one after the other; the second knows nothing of the first. */
async function bakeOnEmptyBuilders(env: Env, files: readonly string[]): Promise<Report[]> {
  const reports: Report[] = [];
  const docker = makeDockerConfig();
  for (const [i, file] of files.entries()) {
    say(`starting an empty BuildKit (${i + 1} of ${files.length})`);
    const builder = await startBuildkit();
    reports.push(await bake(file, exampleDir, { ...env, ...docker.env, BUILDKIT_HOST: builder.address }));
    say("stopping it and deleting all that it has stored");
    await builder.stop();
  }
  return reports;
}

/**
 * A builder of the user's is not emptied. A source that no build has seen makes the first bake run every step
 * from there on; the second may find them in the builder as well as in the bucket.
 */
async function bakeOnUserBuilder(builder: UserBuilder, env: Env, files: readonly string[]): Promise<Report[]> {
  say(`using your builder ${builder.name} (driver ${builder.driver}) instead of empty ones; nothing of it is pruned,`);
  say("so the second bake shows that nothing re-runs, not that the bucket alone was enough");
  const example = copyExample("go-app");
  example.write("internal/report/run.go", `package report\n\n// Run is ${crypto.randomUUID()}.\n`);
  const reports: Report[] = [];
  for (const file of files) reports.push(await bake(file, example.dir, { ...env, BUILDX_BUILDER: builder.name }));
  return reports;
}

function sum(report: Report, pick: (target: TargetReport) => number): number {
  return Object.values(report.targets).reduce((total, target) => total + pick(target), 0);
}

async function printResult(first: Report, second: Report, s3: S3Server): Promise<boolean> {
  const row = (name: string, a: string | number, b: string | number): string =>
    `${name.padEnd(24)}${String(a).padStart(12)}${String(b).padStart(12)}`;
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  const both = (name: string, pick: (target: TargetReport) => number): string =>
    row(name, sum(first, pick), sum(second, pick));
  const objects = await s3.objects(bucket);
  const megabytes = objects.reduce((total, { bytes }) => total + bytes, 0) / 1e6;
  const rerun = Object.entries(second.targets).flatMap(([name, { steps }]) =>
    steps.ran.map((step) => `${name}: ${step.name}`),
  );
  const sources = Object.entries(second.targets).map(
    ([name, { source }]) => `${name} from ${source === null ? "nowhere" : `${source.backend} (scope ${source.scope})`}`,
  );
  const lines = [
    "",
    row("", "first bake", "second bake"),
    both("steps of all targets", ({ steps }) => steps.total),
    both("taken from the cache", ({ steps }) => steps.cached),
    both("run", ({ steps }) => steps.ran.length),
    row("time", seconds(first.ms), seconds(second.ms)),
    "",
    `time saved   ${seconds(first.ms - second.ms)} (${Math.round(100 * (1 - second.ms / first.ms))} %)`,
    `cache of     ${sources.join(", ")}`,
    `bucket       ${bucket}: ${objects.length} objects, ${megabytes.toFixed(1)} MB`,
    `reports      .demo/first.json, .demo/second.json`,
    "",
    ...rerun.map((name) => `run again: ${name}`),
  ];
  process.stdout.write(lines.join("\n") + "\n");
  const isServed = sum(second, ({ steps }) => steps.total) > 0 && rerun.length === 0;
  return isServed && second.failures.length === 0 && objects.length > 0;
}

const exampleDir = join(repositoryDir, "examples", "go-app");
const reportDir = join(repositoryDir, ".demo");
const reportFiles = ["first.json", "second.json"].map((name) => join(reportDir, name));
mkdirSync(reportDir, { recursive: true });

const userBuilder = findUserBuilder();
say("laying out the Go SDK and busybox as folders, in place of base images");
const contexts = makeTempDir("contexts");
const images = {
  GO_IMAGE: makeGoContext(join(contexts, "golang")),
  BUSYBOX_IMAGE: makeBusyboxContext(join(contexts, "busybox")),
};
say("starting an S3 server with an empty bucket");
const s3 = await startVersitygw(userBuilder === null ? {} : { host: userBuilder.hostAddress });
await s3.createBucket(bucket);
const settings = {
  ...s3.env,
  ...images,
  BUCKET: bucket,
  // The server of this demo speaks plain HTTP.
  BUILDKIT_INSECURE: "true",
};
let isServed = false;
try {
  if ((await bkcache(["generate", "--check"], exampleDir, cleanEnv(settings))) !== 0) {
    throw new Error("examples/go-app/docker-bake.hcl is stale; run `npx bkcache generate` there");
  }
  const [first, second] =
    userBuilder === null
      ? await bakeOnEmptyBuilders(cleanEnv(settings), reportFiles)
      : await bakeOnUserBuilder(userBuilder, { ...cleanEnv(settings), ...userBuilder.env }, reportFiles);
  if (first === undefined || second === undefined) throw new Error("two reports are wanted");
  isServed = await printResult(first, second, s3);
  say(isServed ? "done: the second bake ran nothing" : "FAILED: the second bake was not served from the cache alone");
} catch (error) {
  say(`FAILED: ${error instanceof Error ? error.message : String(error)}`);
} finally {
  await s3.stop();
}
// Exit handlers stop what a failure left running.
process.exit(isServed ? 0 : 1);
