import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Report } from "../../src/outcome/report.ts";
import { buildExecutables } from "../scripts/release/executables.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { copyLibraries, makeBusyboxContext } from "../support/contexts.ts";
import { cleanEnv } from "../support/env.ts";
import { addToMount, baseStage } from "../support/mount-project.ts";
import { runBkcache, runCommand } from "../support/run-bkcache.ts";
import { bucket, test } from "../support/servers.ts";
import { findTool, repositoryDir } from "../support/toolchain.ts";
import { makeWorkspace } from "../support/workspace.ts";
import { moduleVersion } from "../toolchain/locate.mjs";

/* The single executable is Node with dist inside: what a file of dist finds by its own place has to be found there too. */

const { version } = JSON.parse(readFileSync(join(repositoryDir, "package.json"), "utf8")) as {
  readonly version: string;
};
const out = makeTempDir("executables");
let executable: string;

test.beforeAll(async () => {
  [executable = ""] = await buildExecutables({ root: repositoryDir, out });
}, 120_000);

test("there is one for each machine, and the checksums are theirs", () => {
  const machines = ["amd64", "arm64"].map((arch) => {
    const header = readFileSync(join(out, `bkcache-linux-${arch}`)).subarray(0, 20);
    // ELF: e_machine, see elf(5)
    return [header.toString("latin1", 1, 4), header.readUInt16LE(18)];
  });
  expect(machines).toEqual([
    ["ELF", 62],
    ["ELF", 183],
  ]);
  execFileSync("sha256sum", ["--check", "--strict", "SHA256SUMS"], { cwd: out, stdio: "pipe" });
});

test("it says what the package says", async () => {
  const { dir } = makeWorkspace({});
  const env = cleanEnv({ HOME: dir });
  for (const args of [["--version"], ["--help"], ["bake", "--help"], ["explain", "BK5007"], ["schema"], ["nothing"]]) {
    const [inside, plain] = await Promise.all([
      runCommand(executable, args, { cwd: dir, env }),
      runBkcache(args, { cwd: dir, env }),
    ]);
    expect(inside).toEqual(plain);
  }
  expect((await runCommand(executable, ["--version"], { cwd: dir, env })).stdout).toBe(`${version}\n`);
});

test("it bakes by a TypeScript config, and carries layers and mounts", async ({ environment, busybox, newBuilder }) => {
  const workspace = makeWorkspace({
    "bkcache.config.ts": `import { defineConfig } from "bkcache";
const mount: string = "data";
export default defineConfig({
  project: "shop",
  backends: { remote: { type: "s3", bucket: ${JSON.stringify(bucket)}, prefix: "executable/", insecure: true } },
  cache: { read: ["remote"], write: ["remote"], mounts: "remote" },
  mounts: { [mount]: { target: "/data" } },
  targets: { app: { contexts: { busybox: ${JSON.stringify(busybox)} } } },
});
`,
    Dockerfile: `${baseStage}${addToMount("id=shop-data")}`,
    "src/a.txt": "one",
  });
  const bake = async () => {
    const extra = { BKCACHE_HELPER: join(busybox, "bin/busybox") };
    const args = ["bake", "app", "--strict", "--progress", "plain", "--report", "report.json"];
    const run = await runCommand(executable, args, {
      cwd: workspace.dir,
      env: environment(await newBuilder(), extra),
    });
    expect(run.exitCode, run.stderr).toBe(0);
    return { ...run, report: JSON.parse(workspace.read("report.json")) as Report };
  };
  await bake();
  const second = await bake();
  expect(second.report.targets["app"]?.steps).toMatchObject({ ran: [] });
  workspace.write("src/a.txt", "two");
  expect((await bake()).stderr).toContain("found data: one\n");
});

test("the image has it, with a buildx that it finds", async ({ sharedBuilder, environment }) => {
  // In place of the images that are pulled elsewhere.
  const base = makeBusyboxContext(makeTempDir("base"));
  copyLibraries(executable, base);
  const buildx = makeTempDir("buildx");
  copyFileSync(findTool("buildx"), join(buildx, "buildx"));
  const env = environment(sharedBuilder, { BUILDKIT_REMOTE_CACHE: `s3://${bucket}/image/` });
  const layout = join(makeTempDir("image"), "layout");
  const build = async (cwd: string, ...args: readonly string[]) => {
    const words = ["build", "--cache", "off", "--progress", "plain", ...args, "."];
    const run = await runBkcache(words, { cwd, env });
    expect(run.exitCode, run.stderr).toBe(0);
    return run.stderr;
  };
  await build(
    out,
    `--build-context=buildpack-deps:bookworm-scm=${base}`,
    `--build-context=docker/buildx-bin:${moduleVersion("github.com/docker/buildx").slice(1)}=${buildx}`,
    `--file=${join(repositoryDir, "image/Dockerfile")}`,
    `--output=type=oci,tar=false,dest=${layout}`,
  );
  const { manifests } = JSON.parse(readFileSync(join(layout, "index.json"), "utf8")) as {
    readonly manifests: readonly { readonly digest: string }[];
  };
  const script = "docker-buildx version && bkcache --version";
  const user = makeWorkspace({
    Dockerfile: `FROM image\nRUN ["/bin/busybox", "sh", "-c", ${JSON.stringify(script)}]\n`,
  });
  const shown = await build(user.dir, `--build-context=image=oci-layout://${layout}@${manifests[0]?.digest}`);
  expect(shown).toContain(` ${version}\n`);
  expect(shown).toContain("github.com/docker/buildx");
});
