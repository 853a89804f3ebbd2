/**
 * Shows what comes from a bucket on builders that have nothing, and exits 1 where it does not:
 * - examples/go-app, baked on one empty builder and then on another: the second takes every step from the S3 server;
 * - examples/go-modules, baked on an empty builder; then, on another one, after a change of its source and with downloads
 *   forbidden: the step that compiles runs, and finds the modules and compiled packages in its cache mounts.
 * With BKCACHE_BUILDER=NAME both are baked on that builder, with the argument `--docker` on builders in containers of a
 * Docker engine that is started for them. `--executable FILE` has all of it done by a single executable.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs, styleText } from "node:util";
import { onEmptyBuilder } from "../support/buildkit.ts";
import { makeTempDir, onProcessEnd } from "../support/cleanup.ts";
import { makeBusyboxContext, makeGoContext } from "../support/contexts.ts";
import { makeDockerConfig } from "../support/docker-config.ts";
import { cleanEnv } from "../support/env.ts";
import { binFile } from "../support/run-bkcache.ts";
import { startVersitygw } from "../support/s3-server.ts";
import { installToolchain } from "../toolchain/install.mjs";
import { repositoryDir } from "../support/toolchain.ts";
import { copyExample, type Workspace } from "../support/workspace.ts";
import { compare, hasMounts, isServed, megabytes, mountLines, ranSteps, type Report, sources } from "./demo-result.ts";
import { findUserBuilder, startEngineBuilders } from "./user-builder.ts";

type Env = Readonly<Record<string, string>>;
/** Bakes a folder and leaves the report under this name. */
type Bake = (dir: string, report: string, env: Env) => Promise<Report>;

const { values: options } = parseArgs({ options: { docker: { type: "boolean" }, executable: { type: "string" } } });
const program = options.executable === undefined ? [process.execPath, binFile] : [resolve(options.executable)];
const bucket = "acme-ci";
const start = performance.now();

function say(text: string): void {
  const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(6);
  process.stderr.write(styleText("bold", `[${seconds} s] ${text}`, { stream: process.stderr }) + "\n");
}

function print(...lines: readonly string[]): void {
  process.stdout.write(`\n${lines.join("\n")}\n\n`);
}

/** Runs bkcache with its output indented, which sets it apart from what is said here. */
async function bkcache(args: readonly string[], cwd: string, env: Env): Promise<number> {
  say(`bkcache ${args.join(" ")}`);
  const [command = "", ...first] = program;
  const child = spawn(command, [...first, ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on("line", (line) => process.stderr.write(`  | ${line}\n`));
  }
  const forget = onProcessEnd(() => void child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      forget();
      resolve(code ?? 1);
    });
  });
}

async function checkGenerated(example: Workspace, env: Env): Promise<void> {
  if ((await bkcache(["generate", "--check"], example.dir, env)) === 0) return;
  throw new Error("what is committed of the example is stale; run `npx bkcache generate` there");
}

/** @throws Error where the build failed, or the cache did. */
async function bake(dir: string, name: string, env: Env): Promise<Report> {
  const file = join(reportDir, name);
  const exitCode = await bkcache(["bake", "--cache", "read-write", "--strict", "--report", file], dir, env);
  if (exitCode !== 0) throw new Error(`the bake failed with exit code ${exitCode}`);
  const report: Report = JSON.parse(readFileSync(file, "utf8"));
  return report;
}

/** A daemon for this bake alone, which knows nothing of any other. */
const bakeOnEmptyBuilder: Bake = async (dir, name, env) => {
  say("starting an empty BuildKit");
  return onEmptyBuilder(async (builder) => {
    const report = await bake(dir, name, { ...env, ...makeDockerConfig().env, BUILDKIT_HOST: builder.address });
    say("stopping it and deleting all that it has stored");
    return report;
  });
};

async function showLayers(bakeOn: Bake, env: Env): Promise<boolean> {
  const example = copyExample("go-app");
  await checkGenerated(example, env);
  // A builder of the user's may know the example; a source that no build has seen makes the first bake run what uses it.
  if (userBuilder !== null) example.write("internal/report/run.go", `package report\n\n// ${crypto.randomUUID()}\n`);
  say("first bake: every step runs, which takes as long as Go compiles the example");
  const first = await bakeOn(example.dir, "first.json", env);
  say("second bake: nothing is to run, all comes from the bucket");
  const second = await bakeOn(example.dir, "second.json", env);
  print(
    ...compare(["first bake", "second bake"], first, second),
    `layers       ${sources(second)}`,
    `reports      .demo/first.json, .demo/second.json`,
    ...ranSteps(second).map((name) => `run again    ${name}`),
  );
  return isServed(second);
}

async function showMounts(bakeOn: Bake, env: Env): Promise<boolean> {
  const example = copyExample("go-modules");
  await checkGenerated(example, env);
  if (userBuilder !== null) example.write("run.go", `package main\n\n// ${crypto.randomUUID()}\n`);
  // The proxy of this machine. The example takes its address as a secret, so that no step depends on it.
  const proxy = execFileSync("go", ["env", "GOPROXY"], { cwd: tmpdir(), encoding: "utf8" }).trim();
  say(`first bake of the other example: waits for its modules from ${proxy}, and for Go to compile them`);
  const cold = await bakeOn(example.dir, "modules.json", { ...env, GOPROXY: proxy });
  say("changing main.go, and forbidding Go to download anything (GOPROXY=off)");
  example.write("main.go", example.read("main.go").replace("%s %v", "%s costs %v"));
  const third = await bakeOn(example.dir, "third.json", { ...env, GOPROXY: "off" });
  const downloads = ranSteps(third).filter((name) => name.includes("go mod download"));
  print(
    ...compare(["first bake", "main.go changed"], cold, third),
    `layers       ${sources(third)}`,
    ...mountLines(third),
    ...ranSteps(third).map((name) => `run          ${name}`),
    "downloads    none: Go was not allowed any (GOPROXY=off)",
    "reports      .demo/modules.json, .demo/third.json",
  );
  return third.failures.length === 0 && hasMounts(third) && ranSteps(third).length > 0 && downloads.length === 0;
}

const reportDir = join(repositoryDir, ".demo");
rmSync(reportDir, { recursive: true, force: true });
mkdirSync(reportDir, { recursive: true });

const isOnEngine = options.docker === true;
const userBuilder = isOnEngine ? null : findUserBuilder();
say("waiting for the programs of this demo, which are built the first time");
// A builder of the user's comes with a buildx.
if (userBuilder !== null) installToolchain({ programs: ["busybox"], tools: ["versitygw"] });
else installToolchain({ programs: ["busybox", "runc"], tools: ["buildkitd", "buildctl", "buildx", "versitygw"] });
say("laying out the Go SDK and busybox as folders, in place of base images");
const contexts = makeTempDir("contexts");
const images = {
  GO_IMAGE: makeGoContext(join(contexts, "golang")),
  BUSYBOX_IMAGE: makeBusyboxContext(join(contexts, "busybox")),
};
say("starting an S3 server with an empty bucket");
const s3 = await startVersitygw(userBuilder === null ? {} : { host: userBuilder.hostAddress });
await s3.createBucket(bucket);
const env = cleanEnv({
  ...s3.env,
  ...images,
  BUCKET: bucket,
  // The server of this demo speaks plain HTTP.
  BUILDKIT_INSECURE: "true",
  // bkcache works in cache mounts with a busybox, which it would take from an image. The images are of this machine too.
  BKCACHE_HELPER: join(images.BUSYBOX_IMAGE, "bin", "busybox"),
});
let bakeOn = bakeOnEmptyBuilder;
const engine = isOnEngine ? await startEngineBuilders() : null;
if (engine !== null) {
  say("started a Docker engine; each bake has a builder in a container of its own");
  bakeOn = (dir, report, ofBake) => engine.use((ofBuilder) => bake(dir, report, { ...ofBake, ...ofBuilder }));
}
if (userBuilder !== null) {
  const { name, driver, env: userEnv } = userBuilder;
  say(`using your builder ${name} (driver ${driver}) instead of empty ones; nothing of it is pruned,`);
  say("so a later bake shows that nothing re-runs or is downloaded, not that the bucket alone was enough");
  bakeOn = (dir, report, ofBake) => bake(dir, report, { ...ofBake, ...userEnv, BUILDX_BUILDER: name });
}
const failed: string[] = [];
try {
  if (!(await showLayers(bakeOn, env))) failed.push("the second bake was not served from the cache alone");
  if (!(await showMounts(bakeOn, env))) failed.push("the cache mounts were not brought along");
  const objects = await s3.objects(bucket);
  say(`the bucket has ${objects.length} objects, ${megabytes(objects.reduce((total, { bytes }) => total + bytes, 0))}`);
} catch (error) {
  failed.push(error instanceof Error ? error.message : String(error));
} finally {
  await s3.stop();
  await engine?.stop();
}
for (const reason of failed) say(`FAILED: ${reason}`);
if (failed.length === 0) {
  say("done: the second bake ran nothing, and after a change the modules were there without a download");
}
// Exit handlers stop what a failure left running.
process.exit(failed.length === 0 ? 0 : 1);
