import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeTempDir } from "./cleanup.ts";
import { cleanEnv } from "./env.ts";
import { fakeDocker } from "./fake-docker.ts";
import { killAtRandomMoments } from "./kill.ts";
import { waitFor } from "./poll.ts";
import { isRunning, startServer } from "./process.ts";
import { runCommand } from "./run-bkcache.ts";
import { repositoryDir } from "./toolchain.ts";
import { makeWorkspace } from "./workspace.ts";

test("cleanEnv drops what tools react to, keeps the rest, and takes what it is given", () => {
  process.env["AWS_TEST_ONLY"] = "x";
  process.env["BKCACHE_TEST_ONLY"] = "x";
  process.env["PLAIN_TEST_ONLY"] = "x";
  const env = cleanEnv({ AWS_REGION: "r", PLAIN_TEST_ONLY: undefined });
  expect(env).toMatchObject({ AWS_REGION: "r", PATH: process.env["PATH"], AWS_EC2_METADATA_DISABLED: "true" });
  for (const name of ["AWS_TEST_ONLY", "BKCACHE_TEST_ONLY", "PLAIN_TEST_ONLY", "CI"])
    expect(env).not.toHaveProperty(name);
});

test("a workspace holds what it was given", () => {
  const workspace = makeWorkspace({ "b/c.txt": "c", "a.txt": "a" });
  expect(workspace.list()).toEqual(["a.txt", "b/c.txt"]);
  expect(workspace.read("b/c.txt")).toBe("c");
  expect(workspace.has("d")).toBe(false);
});

describe("fakeDocker", () => {
  test("records calls and answers the first that fits", async () => {
    const { dir } = makeWorkspace();
    const docker = fakeDocker(dir, {
      answers: [
        { when: ["buildx", "version"], stdout: "first", times: 1 },
        { when: ["buildx", "version"], stdout: "later", exitCode: 3 },
        { when: ["buildx"], has: ["--print"], stderr: "print" },
        { when: ["buildx", "bake"], files: { "--metadata-file": "{}" } },
      ],
    });
    const options = { cwd: dir, env: { PATH: docker.PATH, MARK: "1" } };
    const run = (...args: string[]) => runCommand("docker", args, { ...options, input: "in" });
    await expect(run("buildx", "version")).resolves.toEqual({ exitCode: 0, stdout: "first", stderr: "" });
    await expect(run("buildx", "version")).resolves.toMatchObject({ exitCode: 3, stdout: "later" });
    await expect(run("buildx", "bake", "--print")).resolves.toMatchObject({ exitCode: 0, stderr: "print" });
    await expect(run("buildx", "bake", "--metadata-file", "meta.json")).resolves.toMatchObject({ exitCode: 0 });
    await expect(run("ps")).resolves.toMatchObject({ exitCode: 97 });
    expect(existsSync(join(dir, "meta.json"))).toBe(true);
    const calls = docker.calls();
    expect(calls.map(({ argv }) => argv[1])).toEqual(["version", "version", "bake", "bake", undefined]);
    expect(calls[0]).toMatchObject({ stdin: "in", cwd: dir, env: { MARK: "1" } });
  });
});

describe("startServer", () => {
  const script = "sleep 300 & echo $! > $OUT/child; echo up; wait";

  test("stop ends the server and what it started", async () => {
    const dir = makeTempDir();
    const server = startServer("sh", ["-c", script], { env: { ...cleanEnv(), OUT: dir } });
    await waitFor(() => server.log().includes("up"), { what: "the server is up" });
    const child = Number(readFileSync(join(dir, "child"), "utf8"));
    expect(isRunning(child)).toBe(true);
    await server.stop();
    await waitFor(() => !isRunning(child), { what: "the child ends" });
    expect(server.hasExited()).toBe(true);
  });

  test.skipIf(!existsSync("/usr/bin/setpriv"))("a server ends when its parent is killed outright", async () => {
    const dir = makeTempDir();
    const parent = spawn(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        `const { startServer } = await import(${JSON.stringify(new URL("process.ts", import.meta.url).href)});
         const server = startServer("sleep", ["300"], { env: process.env });
         console.log(server.pid);
         setInterval(() => {}, 1000);`,
      ],
      { stdio: ["ignore", "pipe", "inherit"], env: cleanEnv({ TMPDIR: dir }) },
    );
    const pid = await new Promise<number>((resolve) => {
      parent.stdout.once("data", (data: Buffer) => resolve(Number(data.toString())));
    });
    // Until setpriv has become the server the kernel does not know of the signal.
    await waitFor(() => readFileSync(`/proc/${pid}/comm`, "utf8") === "sleep\n", { what: "the server runs" });
    parent.kill("SIGKILL");
    await waitFor(() => !isRunning(pid), { what: "the server ends", timeoutMs: 10_000 });
    expect(existsSync(`/proc/${pid}/exe`)).toBe(false);
  });
});

describe("killAtRandomMoments", () => {
  test("hits as often as it was asked to, also where runs have become a hundred times as fast", async () => {
    let killed = 0;
    await killAtRandomMoments(50, 10_000, async (delay) => {
      const took = delay > 100 ? 100 : undefined;
      if (took === undefined) killed++;
      return took;
    });
    expect(killed).toBe(50);
  });

  test("gives up where no run is ever caught", async () => {
    await expect(killAtRandomMoments(3, 100, async () => 0)).rejects.toThrow("0 of 18 runs were killed, not 3");
  });
});

describe("the runner", () => {
  const runner = new URL("runner.ts", import.meta.url).pathname;
  const { dir } = makeWorkspace({
    "vitest.config.js": `export default { test: { globals: true, runner: ${JSON.stringify(runner)} } };`,
    "all.test.js": 'describe.skip("all", () => test("a", () => {}));',
    "late.test.js": 'test("a", ({ skip }) => skip()); test("b", ({ skip }) => skip());',
    "some.test.js": 'test("a", () => {}); test.skip("b", () => {});',
  });
  const vitest = async (...more: string[]) => {
    const program = join(repositoryDir, "node_modules/vitest/vitest.mjs");
    const options = { cwd: dir, env: cleanEnv() };
    const { exitCode, stderr } = await runCommand(process.execPath, [program, "run", ...more], options);
    return {
      exitCode,
      failed: [...stderr.matchAll(/all tests of (\S+) were skipped/g)].map(([, file = ""]) => file).sort(),
    };
  };

  test("fails a file of which no test has run, and it alone", async () => {
    expect(await vitest()).toEqual({ exitCode: 1, failed: ["all.test.js", "late.test.js"] });
  });

  test("lets those skip that were not asked for by their name", async () => {
    expect(await vitest("-t", "^b$", "late", "some")).toEqual({ exitCode: 0, failed: [] });
  });
});
