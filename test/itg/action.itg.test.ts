import { createHash } from "node:crypto";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { parse } from "yaml";
import type { Report } from "../../src/outcome/report.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { addToMount, baseStage } from "../support/mount-project.ts";
import { binFile, runBkcache, runCommand } from "../support/run-bkcache.ts";
import { bucket, test as serverTest } from "../support/servers.ts";
import { repositoryDir } from "../support/toolchain.ts";
import { makeWorkspace } from "../support/workspace.ts";

/* The action from its own entry points, as a runner starts them: with its variables, and files for what they answer. */

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly runs: { readonly main: string; readonly post: string };
}
const action = parse(readFileSync(join(repositoryDir, "action.yml"), "utf8")) as Action;
const { version } = JSON.parse(readFileSync(join(repositoryDir, "package.json"), "utf8")) as {
  readonly version: string;
};

type Env = Readonly<Record<string, string>>;

/** A job on a runner: what its steps have answered lies in files until the job ends. */
function startJob(env: Env) {
  const dir = makeTempDir("runner");
  const file = (name: string) => join(dir, name);
  const read = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), "utf8") : "");
  const values = (name: string) =>
    Object.fromEntries(
      [...read(name).matchAll(/^([\w-]+)<<(\S+)\n(.*?)\n\2$/gms)].map(([, key = "", , value = ""]) => [key, value]),
    );
  const step = (entry: string, extra: Env) =>
    runCommand(process.execPath, [join(repositoryDir, entry)], {
      cwd: dir,
      env: {
        ...env,
        CI: "true",
        GITHUB_ACTIONS: "true",
        GITHUB_EVENT_NAME: "push",
        GITHUB_REF: "refs/heads/main",
        RUNNER_TEMP: dir,
        RUNNER_TOOL_CACHE: file("tools"),
        GITHUB_OUTPUT: file("output"),
        GITHUB_STATE: file("state"),
        GITHUB_PATH: file("path"),
        GITHUB_STEP_SUMMARY: file("summary"),
        ...extra,
      },
    });
  return {
    read,
    outputs: () => values("output"),
    main: (inputs: Env, extra: Env = {}) => {
      const all = {
        ...Object.fromEntries(Object.entries(action.inputs).map(([name, each]) => [name, each.default])),
        ...inputs,
      };
      const variables = Object.entries(all).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
      return step(action.runs.main, { ...Object.fromEntries(variables), ...extra });
    },
    post: (extra: Env = {}) => {
      const state = Object.entries(values("state")).map(([name, value]) => [`STATE_${name}`, value]);
      return step(action.runs.post, { ...Object.fromEntries(state), ...extra });
    },
  };
}

const test = serverTest
  /** What the input `program` names: the built bkcache. */
  .extend("program", { scope: "file" }, () => {
    const file = join(makeTempDir("program"), "bkcache");
    writeFileSync(file, `#!/bin/sh\nexec ${process.execPath} ${binFile} "$@"\n`);
    chmodSync(file, 0o755);
    return file;
  })
  .extend("project", ({ busybox }) =>
    makeWorkspace({
      "bkcache.config.json": JSON.stringify({
        project: "shop",
        backends: { remote: { type: "s3", bucket, prefix: `${crypto.randomUUID()}/`, insecure: true } },
        cache: { read: ["remote"], write: ["remote"], mounts: "remote" },
        mounts: { data: { target: "/data" } },
        targets: { app: { contexts: { busybox } } },
      }),
      Dockerfile: `${baseStage}${addToMount("id=shop-data")}`,
      "src/a.txt": "one",
    }),
  )
  /** A job of its own on an empty builder. */
  .extend("job", ({ environment, newBuilder }) => async () => {
    const env = environment(await newBuilder(), { BKCACHE: undefined, BKCACHE_HELPER: "/bin/busybox" });
    return { env, ...startJob(env) };
  });

describe("the action", () => {
  test("bakes, and says whether all came from the cache", async ({ job, project, program }) => {
    const inputs = { targets: "app", flags: "--progress=plain\n--strict", "working-directory": project.dir, program };
    const first = await job();
    const run = await first.main(inputs);
    expect(run.exitCode, run.stdout + run.stderr).toBe(0);
    expect(first.outputs()).toMatchObject({ "cache-hit": "false" });
    const report = JSON.parse(readFileSync(first.outputs()["report"] ?? "", "utf8")) as Report;
    expect(report.targets["app"]?.steps?.ran.length).toBeGreaterThan(0);
    expect(first.read("summary")).toContain("app");
    const post = await first.post();
    expect(post).toMatchObject({ exitCode: 0, stdout: "" });

    const second = await job();
    expect((await second.main(inputs)).exitCode).toBe(0);
    expect(second.outputs()).toMatchObject({ "cache-hit": "true" });
    expect(Object.keys(second.outputs()).every((name) => name in action.outputs)).toBe(true);
  });

  test("fails where the build fails, with the report", async ({ job, project, program }) => {
    project.write("Dockerfile", `${project.read("Dockerfile")}RUN ["/bin/busybox", "false"]\n`);
    const { main, outputs } = await job();
    expect((await main({ targets: "app", "working-directory": project.dir, program })).exitCode).toBe(1);
    expect(outputs()).toMatchObject({ "cache-hit": "false", report: expect.stringContaining("report.json") as string });
  });

  test("carries mounts for what other steps build", async ({ job, project, program }) => {
    const inputs = { "working-directory": project.dir, program };
    const build = async (env: Env) => {
      const args = ["bake", "--cache", "off", "--progress", "plain"];
      const run = await runBkcache(args, { cwd: project.dir, env });
      expect(run.exitCode, run.stderr).toBe(0);
      return run.stderr;
    };
    const first = await job();
    expect((await first.main(inputs)).exitCode).toBe(0);
    expect(await build(first.env)).toContain("found data: \n");
    const saved = await first.post();
    expect(saved.exitCode, saved.stderr).toBe(0);
    expect(saved.stderr + saved.stdout).toMatch(/data.*saved/);

    project.write("src/a.txt", "two");
    const second = await job();
    expect((await second.main(inputs)).exitCode).toBe(0);
    expect(await build(second.env)).toContain("found data: one\n");
  });

  test.for<readonly [string, Env, string]>([
    [
      "for a pull request",
      { GITHUB_EVENT_NAME: "pull_request", GITHUB_REF: "refs/pull/7/merge", GITHUB_BASE_REF: "main" },
      "nothing will be saved",
    ],
    ["where the cache-mode is read", { ACTIONS_CACHE_MODE: "read" }, "nothing will be saved"],
  ])("saves nothing %s", async ([, env, said], { job, project, program, s3 }) => {
    const { main, post } = await job();
    const run = await main({ "working-directory": project.dir, program }, env);
    expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(said) as string });
    expect(await post(env)).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
    const prefix = (JSON.parse(project.read("bkcache.config.json")) as { backends: { remote: { prefix: string } } })
      .backends.remote.prefix;
    expect((await s3.objects(bucket)).filter(({ key }) => key.startsWith(prefix))).toEqual([]);
  });

  test("names the targets that have changed, for a matrix", async ({ job, project, program }) => {
    const place = { "working-directory": project.dir, program };
    const { main } = await job();
    expect((await main({ ...place, targets: "app" })).exitCode).toBe(0);
    const matrix = async (affected: string) => {
      const { main: ask, outputs, post } = await job();
      const { exitCode, stderr } = await ask({ ...place, affected });
      expect(exitCode, stderr).toBe(0);
      expect(await post()).toMatchObject({ exitCode: 0, stdout: "" });
      return JSON.parse(outputs()["matrix"] ?? "") as unknown;
    };
    expect(await matrix("true")).toEqual({ include: [] });
    expect(await matrix("other")).toEqual({ include: [{ target: "app" }] });
    project.write("src/a.txt", "two");
    expect(await matrix("main")).toEqual({ include: [{ target: "app" }] });
  });

  test("takes the executable of its own version from the release, once", async () => {
    const content = `#!/bin/sh\necho "asked for $*" >&2\n`;
    const name = `bkcache-linux-${process.arch === "arm64" ? "arm64" : "amd64"}`;
    let sums = `${createHash("sha256").update(content).digest("hex")}  ${name}\n`;
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? "");
      // The first answer of a busy service.
      if (asked.length === 1) response.writeHead(503).end();
      else response.end(request.url?.endsWith("SHA256SUMS") === true ? sums : content);
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { readonly port: number };
    const release = { GITHUB_SERVER_URL: `http://127.0.0.1:${port}`, GITHUB_ACTION_REPOSITORY: "acme/bkcache" };
    const env = { PATH: process.env["PATH"] ?? "" };
    try {
      const job = startJob(env);
      for (const times of [1, 2]) {
        const { exitCode, stderr } = await job.main({ targets: "api web", builder: "ci" }, release);
        expect({ exitCode, stderr, times }).toMatchObject({
          exitCode: 0,
          stderr: expect.stringContaining("asked for bake api web --builder ci --report ") as string,
        });
      }
      const path = `/acme/bkcache/releases/download/v${version}`;
      expect(asked.sort()).toEqual([`${path}/SHA256SUMS`, `${path}/SHA256SUMS`, `${path}/${name}`].sort());
      expect(job.read("path").trim().split("\n")[0]).toContain(join("bkcache", version));

      sums = `${"0".repeat(64)}  ${name}\n`;
      const other = startJob(env);
      const { exitCode, stdout } = await other.main({ targets: "api" }, release);
      expect({ exitCode, stdout }).toMatchObject({
        exitCode: 1,
        stdout: expect.stringMatching(/^::error::.*SHA-256/) as string,
      });
      expect(other.read("path")).toBe("");
    } finally {
      server.close();
    }
  });

  test("every input that the code asks for is declared, and the other way round", () => {
    const code = ["main", "post", "program"]
      .map((name) => readFileSync(join(repositoryDir, `action/${name}.ts`), "utf8"))
      .join("");
    const asked = new Set([...code.matchAll(/input\("([\w-]+)"\)/g)].map(([, name = ""]) => name));
    expect([...asked].sort()).toEqual(Object.keys(action.inputs).sort());
    const set = new Set([...code.matchAll(/setOutput\("([\w-]+)"/g)].map(([, name = ""]) => name));
    expect([...set].sort()).toEqual(Object.keys(action.outputs).sort());
  });
});
