import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { importConfig } from "../../src/config/module-loader.ts";
import { waitFor } from "../support/poll.ts";
import { binFile, runBkcache, runCommand } from "../support/run-bkcache.ts";
import { cleanEnv } from "../support/env.ts";
import { makeWorkspace } from "../support/workspace.ts";

const config = `project: shop
backends:
  remote: { type: s3, bucket: acme-ci, region: eu-central-1 }
cache: { read: [remote], write: [remote] }
mounts: { gomod: go-mod }
targets:
  api: { tags: ["acme/api:dev"], mounts: [gomod] }
  worker: { inherits: [api], target: worker }
`;

const dockerfile = { Dockerfile: "FROM scratch\nFROM scratch AS worker\n" };

function run(args: readonly string[], files: Record<string, string> = { "bkcache.config.yaml": config }, env = {}) {
  const workspace = makeWorkspace(files);
  return { workspace, result: runBkcache(args, { cwd: workspace.dir, env: cleanEnv(env) }) };
}

test("affected prints one form of its result", async () => {
  const { exitCode, stdout, stderr } = await run(["affected", "--json", "--matrix"]).result;
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toMatch(/^error BK1002: .*--matrix.* cannot be used with .*--json/);
});

describe("help", () => {
  test("no command: the help on standard error, exit 2", async () => {
    const { exitCode, stdout, stderr } = await run([]).result;
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("Usage: bkcache COMMAND");
  });

  test.each([["--help"], ["-h"], ["help"]])("%s prints every command", async (flag) => {
    const { exitCode, stdout } = await run([flag]).result;
    expect(exitCode).toBe(0);
    for (const name of [
      "init",
      "generate",
      "bake",
      "build",
      "plan",
      "validate",
      "mounts",
      "lint",
      "doctor",
      "eject",
      "schema",
      "completion",
    ]) {
      expect(stdout).toMatch(new RegExp(`^  ${name} `, "m"));
    }
  });

  test.each([
    "init",
    "generate",
    "bake",
    "build",
    "plan",
    "validate",
    "lint",
    "doctor",
    "eject",
    "schema",
    "completion",
  ])("%s has help of its own, by --help and by help", async (name) => {
    const [direct, asked] = await Promise.all([run([name, "--help"]).result, run(["help", name]).result]);
    expect(direct.exitCode).toBe(0);
    expect(direct.stdout).toContain(`Usage: bkcache ${name}`);
    expect(asked.stdout).toBe(direct.stdout);
  });

  test("an unknown command names the nearest", async () => {
    const { exitCode, stderr } = await run(["genrate"]).result;
    expect(exitCode).toBe(2);
    expect(stderr).toContain('error BK1001: unknown command "genrate"');
    expect(stderr).toContain("bkcache generate");
  });

  test("an unknown flag is one error with the way to the help", async () => {
    const { exitCode, stderr } = await run(["generate", "--chekc"]).result;
    expect(exitCode).toBe(2);
    expect(stderr).toContain("error BK1001: unknown option '--chekc'");
    expect(stderr).toContain("bkcache generate --help");
  });

  test.each([
    [["init", "--format", "yml"], "yaml"],
    [["completion", "fich"], "fish"],
    [["plan", "--cache", "raed"], "read"],
    [["mounts", "restore", "--scope", "x"], "--read-scope or --write-scope"],
    [["mounts", "presets", "go-mdo"], "go-mod"],
  ])("%j names what may be meant", async (args, expected) => {
    const { exitCode, stderr } = await run(args).result;
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`did you mean ${expected}?`);
  });

  test.each(["--version", "-V", "-v", "version"])("%s is that of the package", async (word) => {
    const { stdout } = await run([word]).result;
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test("--help has every exit code, and an address for what the package does not hold", async () => {
    const { stdout } = await run(["--help"]).result;
    for (const code of [0, 1, 2, 3, 70, 130]) expect(stdout).toMatch(new RegExp(`^  ${code} +\\w`, "m"));
    expect(stdout).toMatch(/^Documentation: https:\/\//m);
  });
});

describe("generate", () => {
  test("writes the bake file once, and says what it did", async () => {
    const { workspace, result } = run(["generate"]);
    const first = await result;
    expect(first).toMatchObject({ exitCode: 0, stdout: "" });
    expect(first.stderr).toContain("docker-bake.hcl: created");
    const again = await runBkcache(["generate"], { cwd: workspace.dir, env: cleanEnv() });
    expect(again.stderr).toContain("docker-bake.hcl: unchanged");
    const check = await runBkcache(["generate", "--check"], { cwd: workspace.dir, env: cleanEnv() });
    expect(check).toMatchObject({ exitCode: 0, stdout: "", stderr: "bkcache: 1 of 1 generated files up to date\n" });
    const quiet = await runBkcache(["generate", "--check", "--quiet"], { cwd: workspace.dir, env: cleanEnv() });
    expect(quiet).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
  });

  test("--stdout prints and writes nothing", async () => {
    const { workspace, result } = run(["generate", "--stdout"]);
    const { exitCode, stdout } = await result;
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^# bkcache format 1, generated from bkcache\.config\.yaml/);
    expect(workspace.list()).toEqual(["bkcache.config.yaml"]);
  });

  test.each([[[]], [["--check"]], [["--stdout"]]])("a folder in the place of the file is said: %j", async (args) => {
    const { workspace, result } = run(["generate", ...args], {
      "bkcache.config.yaml": "targets: { api: {} }\n",
      "docker-bake.hcl/x": "",
    });
    const { exitCode, stderr } = await result;
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/error BK3004: cannot read .*docker-bake\.hcl: EISDIR/);
    expect(workspace.has("docker-bake.hcl/x")).toBe(true);
  });

  test.runIf(existsSync("/dev/full"))("an output that cannot be written is said", async () => {
    const { workspace, result } = run(["validate"]);
    await result;
    const script = '"$0" "$1" generate --stdout > /dev/full';
    const options = { cwd: workspace.dir, env: cleanEnv() };
    const { exitCode, stderr } = await runCommand("sh", ["-c", script, process.execPath, binFile], options);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("error BK3003: cannot write to standard output (ENOSPC)");
  });

  test("--config without a value", async () => {
    expect((await run(["validate", "--config="]).result).stderr).toContain("error BK1002: --config needs a value");
  });

  test("--check on a stale file prints a diff, exits 1 and touches nothing", async () => {
    const { workspace, result } = run(["generate"]);
    await result;
    const stale = workspace.read("docker-bake.hcl").replace("acme/api:dev", "acme/api:old");
    workspace.write("docker-bake.hcl", stale);
    const check = await runBkcache(["generate", "--check"], { cwd: workspace.dir, env: cleanEnv() });
    expect(check.exitCode).toBe(1);
    expect(check.stdout).toMatch(/^-.*acme\/api:old/m);
    expect(check.stdout).toMatch(/^\+.*acme\/api:dev/m);
    expect(check.stderr).toContain("error BK3001: docker-bake.hcl is stale");
    expect(check.stderr).toContain("0 of 1 generated files up to date");
    expect(workspace.read("docker-bake.hcl")).toBe(stale);
  });

  test("--check without a file exits 1", async () => {
    const { exitCode, stderr } = await run(["generate", "--check"]).result;
    expect(exitCode).toBe(1);
    expect(stderr).toContain("docker-bake.hcl does not exist");
  });

  test("a header of another version with the same body is a warning", async () => {
    const { workspace, result } = run(["generate"]);
    await result;
    const other = workspace.read("docker-bake.hcl").replace(/^# bkcache format 1\b.*/, "# bkcache format 0, of old");
    workspace.write("docker-bake.hcl", other);
    const check = await runBkcache(["generate", "--check"], { cwd: workspace.dir, env: cleanEnv() });
    expect(check.exitCode).toBe(0);
    expect(check.stderr).toContain("warning BK3001");
  });

  test("a bake file of the user's own is refused with both ways out, and overwritten with --force", async () => {
    const files = { "bkcache.config.yaml": config, "docker-bake.hcl": 'target "mine" {}\n' };
    const { workspace, result } = run(["generate"], files);
    const refused = await result;
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toMatch(/error BK3002.*\n.*bake: docker-bake\.hcl.*--force/);
    expect(workspace.read("docker-bake.hcl")).toBe(files["docker-bake.hcl"]);
    const forced = await runBkcache(["generate", "--force"], { cwd: workspace.dir, env: cleanEnv() });
    expect(forced.exitCode).toBe(0);
    expect(workspace.read("docker-bake.hcl")).toContain('target "api"');
  });

  test.each([["generate"], ["generate", "--force"], ["generate", "--check"], ["generate", "--stdout"]])(
    "beside `bake:` %s %s writes nothing and says so",
    async (...args) => {
      const files = { "bkcache.config.yaml": "bake: docker-bake.hcl\n", "docker-bake.hcl": 'target "mine" {}\n' };
      const { workspace, result } = run(args, files);
      const { exitCode, stdout, stderr } = await result;
      expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
      expect(stderr).toContain("no docker-bake.hcl is generated");
      expect(workspace.list()).toEqual(Object.keys(files).toSorted());
      expect(workspace.read("docker-bake.hcl")).toBe(files["docker-bake.hcl"]);
    },
  );

  test("works from a folder below, on the config above", async () => {
    const { workspace } = run(["--version"]);
    workspace.write("deep/er/x", "");
    const { exitCode } = await runBkcache(["generate"], { cwd: workspace.path("deep/er"), env: cleanEnv() });
    expect(exitCode).toBe(0);
    expect(workspace.has("docker-bake.hcl")).toBe(true);
  });

  test("no config: one error that says what to do", async () => {
    const { exitCode, stderr } = await run(["generate"], { "x.txt": "" }).result;
    expect(exitCode).toBe(2);
    expect(stderr).toContain("error BK2001: no config found");
  });

  test("a broken config: all findings with their places, and nothing is written", async () => {
    const broken = config.replace("tags:", "tagz:").replace("inherits: [api]", "inherits: [apu]");
    const { workspace, result } = run(["generate"], { "bkcache.config.yaml": broken });
    const { exitCode, stderr } = await result;
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/bkcache\.config\.yaml:7:\d+/);
    expect(stderr).toMatch(/bkcache\.config\.yaml:8:\d+/);
    expect(stderr).not.toContain("    at ");
    expect(workspace.list()).toEqual(["bkcache.config.yaml"]);
  });

  test("in GitHub Actions findings are annotations, and said once", async () => {
    const { stderr } = await run(
      ["validate"],
      { "bkcache.config.yaml": config.replace("tags:", "tagz:") },
      { GITHUB_ACTIONS: "true" },
    ).result;
    expect(stderr).toMatch(/^::error file=bkcache\.config\.yaml,line=7,col=\d+,title=bkcache BK2010::/m);
    expect(stderr.match(/unknown key/g)).toHaveLength(1);
  });
});

describe("a config in TypeScript that has not come to its end", () => {
  test.each([
    ["SIGINT", 130, "while (true);"],
    ["SIGTERM", 143, "while (true);"],
    ["SIGINT", 130, "await new Promise((resolve) => setTimeout(resolve, 1e6));"],
  ] as const)("is ended by %s, with %i: %s", async (signal, exitCode, wait) => {
    const begin = 'import { writeFileSync } from "node:fs"; writeFileSync("began", "");';
    const workspace = makeWorkspace({ "bkcache.config.ts": `${begin}\n${wait}\nexport default {};\n` });
    let child: ChildProcess | undefined;
    const running = runBkcache(["validate"], {
      cwd: workspace.dir,
      env: cleanEnv(),
      onStart: (started) => (child = started),
    });
    await waitFor(() => existsSync(workspace.path("began")), { what: "the config runs" });
    child?.kill(signal);
    expect((await running).exitCode).toBe(exitCode);
  });

  test("leaves the next signal to who listened before", async () => {
    // The build of a run that has read its config is interrupted in good order.
    const heard: string[] = [];
    const listener = () => void heard.push("once");
    process.once("SIGTERM", listener);
    const workspace = makeWorkspace({ "bkcache.config.mjs": "export default { targets: {} };\n" });
    await importConfig({ file: workspace.path("bkcache.config.mjs"), shownFile: "bkcache.config.mjs" });
    process.emit("SIGTERM");
    process.emit("SIGTERM");
    process.off("SIGTERM", listener);
    expect(heard).toEqual(["once"]);
  });
});

describe("a config in TypeScript that throws from a timer", () => {
  const boom = (after: number, rest: string) =>
    `setTimeout(() => { throw new Error("late"); }, ${after});\n${rest}\nexport default { targets: { api: {} } };\n`;

  test("while it is loaded", async () => {
    const wait = "await new Promise((resolve) => setTimeout(resolve, 300));";
    const { exitCode, stderr } = await run(["validate"], { "bkcache.config.ts": boom(1, wait) }).result;
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringMatching(
        /^error BK2004: bkcache\.config\.ts threw in a timer or callback: late\n {2}at bkcache\.config\.ts:1:\d+\n/,
      ) as string,
    });
    expect(stderr).not.toContain("    at ");
  });

  test("when all is done", async () => {
    const files = { "bkcache.config.ts": boom(700, ""), ...dockerfile };
    const { exitCode, stderr } = await run(["validate"], files).result;
    expect(exitCode).toBe(70);
    expect(stderr.match(/^error /gm)).toHaveLength(1);
    expect(stderr).toContain("error BK9001: internal error: late");
    expect(stderr).not.toContain("    at ");
  });
});

test("a secret of the environment does not get into the committed file", async () => {
  const { workspace, result } = run(
    ["generate"],
    {
      "bkcache.config.ts": "export default { targets: { api: { args: { K: process.env.AWS_SECRET_ACCESS_KEY } } } };\n",
    },
    { AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG" },
  );
  const { exitCode, stderr } = await result;
  expect(exitCode).toBe(2);
  expect(stderr).toContain("error BK2040: the string holds the value of AWS_SECRET_ACCESS_KEY\n  at bkcache.config.ts");
  expect(workspace.has("docker-bake.hcl")).toBe(false);
});

test("compiled code is kept in a folder of the user, not in the shared temporary folder", async () => {
  const { workspace, result } = run(["--version"]);
  await result;
  const [home, temporary] = [workspace.path("home"), workspace.path("tmp")];
  mkdirSync(temporary);
  const env = cleanEnv({ HOME: home, TMPDIR: temporary, XDG_CACHE_HOME: undefined });
  await runBkcache(["--version"], { cwd: workspace.dir, env });
  expect(readdirSync(join(home, ".cache/bkcache/node"))).toHaveLength(1);
  expect(readdirSync(temporary)).toEqual([]);
});

describe("generate and Dockerfiles", () => {
  const files = {
    "bkcache.config.yaml":
      "project: shop\nmounts: { gomod: go-mod }\ntargets: { api: {}, web: { context: web }, gone: { context: gone } }\n",
    Dockerfile: "FROM a\n# bkcache: gomod\nRUN go build\n",
    "web/Dockerfile": "FROM a\nRUN --mount=type=cache,id=shop-gomod,target=/x go build\n",
  };
  const flag = "--mount=type=cache,id=shop-gomod,target=/go/pkg/mod";

  test("writes the flags below markers, touches no other Dockerfile, and then finds nothing to do", async () => {
    const { workspace, result } = run(["generate"], files);
    const first = await result;
    expect(first.exitCode, first.stderr).toBe(0);
    expect(first.stderr).toContain("Dockerfile: updated");
    expect(first.stderr).not.toContain("web/Dockerfile: ");
    expect(workspace.read("Dockerfile")).toBe(`FROM a\n# bkcache: gomod\nRUN ${flag} go build\n`);
    expect(workspace.read("web/Dockerfile")).toBe(files["web/Dockerfile"]);
    const again = await runBkcache(["generate"], { cwd: workspace.dir, env: cleanEnv() });
    expect(again.stderr).toContain("Dockerfile: unchanged");
    const check = await runBkcache(["generate", "--check"], { cwd: workspace.dir, env: cleanEnv() });
    expect(check).toMatchObject({ exitCode: 0, stdout: "" });
  });

  test("--check shows drift as a diff and touches nothing; --stdout is the bake file alone", async () => {
    const { workspace, result } = run(["generate"], files);
    await result;
    const stale = workspace.read("Dockerfile").replace("target=/go/pkg/mod", "target=/old");
    workspace.write("Dockerfile", stale);
    const check = await runBkcache(["generate", "--check"], { cwd: workspace.dir, env: cleanEnv() });
    expect(check.exitCode).toBe(1);
    expect(check.stdout).toMatch(/^-RUN .*target=\/old go build$/m);
    expect(check.stdout).toMatch(/^\+RUN .*target=\/go\/pkg\/mod go build$/m);
    expect(check.stderr).toContain("error BK3001: Dockerfile is stale");
    const printed = await runBkcache(["generate", "--stdout"], { cwd: workspace.dir, env: cleanEnv() });
    expect(printed.stdout).not.toContain("--mount");
    expect(workspace.read("Dockerfile")).toBe(stale);
  });

  test("markers that are wrong are located, in generate and validate, and nothing is written", async () => {
    const wrong = {
      ...files,
      Dockerfile: files.Dockerfile.replace("gomod", "gomd"),
      "web/Dockerfile": "# bkcache: gomod\nFROM a\n",
    };
    const { workspace, result } = run(["generate"], wrong);
    const { exitCode, stderr } = await result;
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/error BK2075[^]*at Dockerfile:2:12[^]*did you mean gomod\?/);
    expect(stderr).toMatch(/error BK2076[^]*at web\/Dockerfile:1:1/);
    expect(workspace.has("docker-bake.hcl")).toBe(false);
    const valid = await run(["validate", "--json"], wrong).result;
    expect(valid.exitCode).toBe(2);
    expect(JSON.parse(valid.stdout)).toMatchObject({
      ok: false,
      errors: [{ code: "BK2075" }, { code: "BK2076" }, { code: "BK6021", path: "targets.gone.dockerfile" }],
    });
  });

  test("a template makes the Dockerfile, but not over one of the user's own without --force", async () => {
    const { workspace, result } = run(["generate"], {
      ...files,
      "web/Dockerfile.hbs": 'FROM a\nRUN {{mounts "gomod"}} x\n',
    });
    const refused = await result;
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toMatch(/error BK3002: web\/Dockerfile exists.*\n.*--force/);
    expect(workspace.has("docker-bake.hcl")).toBe(false);
    expect(workspace.read("Dockerfile")).toBe(files.Dockerfile);
    const forced = await runBkcache(["generate", "--force"], { cwd: workspace.dir, env: cleanEnv() });
    expect(forced.exitCode, forced.stderr).toBe(0);
    expect(workspace.read("web/Dockerfile")).toMatch(
      /^# Written by bkcache from Dockerfile\.hbs: .*\nFROM a\nRUN --mount/,
    );
    const check = await runBkcache(["generate", "--check"], { cwd: workspace.dir, env: cleanEnv() });
    expect(check.exitCode, check.stderr).toBe(0);
    workspace.write("web/Dockerfile.hbs", "FROM a\nRUN {{nope}} x\n");
    const broken = await runBkcache(["generate", "--check"], { cwd: workspace.dir, env: cleanEnv() });
    expect(broken.exitCode).toBe(2);
    expect(broken.stderr).toMatch(/error BK2078[^]*at web\/Dockerfile\.hbs:2:7/);
  });

  test("a Dockerfile that is not UTF-8 is left alone, and refused where it has markers", async () => {
    const { workspace, result } = run(["--version"], files);
    await result;
    const latin = Buffer.concat([Buffer.from("FROM a\n# caf"), Buffer.from([0xe9]), Buffer.from("\n")]);
    writeFileSync(workspace.path("web/Dockerfile"), latin);
    const plain = await runBkcache(["generate"], { cwd: workspace.dir, env: cleanEnv() });
    expect(plain.exitCode, plain.stderr).toBe(0);
    writeFileSync(workspace.path("web/Dockerfile"), Buffer.concat([latin, Buffer.from("# bkcache: gomod\nRUN x\n")]));
    const marked = await runBkcache(["generate"], { cwd: workspace.dir, env: cleanEnv() });
    expect(marked.exitCode).toBe(2);
    expect(marked.stderr).toContain("error BK2079: web/Dockerfile is not UTF-8");
  });
});

describe("validate", () => {
  test("--json is one document, also when the config is wrong", async () => {
    const good = await run(["validate", "--json"], { "bkcache.config.yaml": config, ...dockerfile }).result;
    expect(JSON.parse(good.stdout)).toMatchObject({ version: 1, ok: true, errors: [] });
    const bad = await run(["validate", "--json"], { "bkcache.config.yaml": "targets: 1\n" }).result;
    expect(bad.exitCode).toBe(2);
    expect(JSON.parse(bad.stdout)).toMatchObject({
      version: 1,
      ok: false,
      errors: [{ code: "BK2011", path: "targets" }],
    });
  });

  test("says as lint does which Dockerfiles or stages are missing, at the level that rules give it", async () => {
    const missing = await run(["validate"]).result;
    expect(missing.exitCode).toBe(2);
    expect(missing.stderr).toMatch(
      /error BK6021: Dockerfile does not exist, which api is built from\n {2}at bkcache.*:8/,
    );
    expect(missing.stderr).not.toContain("is valid");
    const other = { "bkcache.config.yaml": config, Dockerfile: "FROM scratch AS build\n" };
    expect((await run(["validate"], other).result).stderr).toContain('Dockerfile has no stage "worker"');
    const warned = await run(["validate"], { "bkcache.config.yaml": `${config}rules: { BK6021: warn }\n` }).result;
    expect(warned.exitCode).toBe(0);
    expect(warned.stderr).toContain("warning BK6021");
    expect(warned.stderr).toContain("is valid: 2 targets");
    const off = await run(["validate"], { "bkcache.config.yaml": `${config}rules: { BK6021: "off" }\n` }).result;
    expect(off.stderr).not.toContain("BK6021");
  });

  test("--quiet says nothing of what is right", async () => {
    const files = { "bkcache.config.yaml": config, ...dockerfile };
    expect(await run(["validate", "--quiet"], files).result).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect((await run(["validate", "--quiet"]).result).stderr).toContain("error BK6021");
  });

  test("needs no buildx for bake files, but the files", async () => {
    const files = { "bkcache.config.yaml": "bake: [a.hcl, compose.yaml]\n", "a.hcl": "" };
    const bad = await run(["validate"], files).result;
    expect(bad.exitCode).toBe(2);
    expect(bad.stderr).toMatch(/error BK2090.*compose\.yaml\n.*bkcache\.config\.yaml:1:15/);
    const good = await run(["validate"], { ...files, "compose.yaml": "" }, { PATH: "/nowhere" }).result;
    expect(good.exitCode).toBe(0);
    expect(good.stderr).toContain("0 targets beside those of a.hcl, compose.yaml");
  });

  test("a config that leaves a timer open does not keep the process", async () => {
    const text = "setInterval(() => {}, 1000);\nexport default { targets: { a: {} } };\n";
    const { exitCode, stderr } = await run(["validate"], { "bkcache.config.mjs": text, ...dockerfile }).result;
    expect(stderr).toContain("bkcache.config.mjs is valid: 1 target");
    expect(exitCode).toBe(0);
    const broken = text.replace("targets", "targetts");
    expect((await run(["validate"], { "bkcache.config.mjs": broken }).result).exitCode).toBe(2);
  });

  test.each([
    ["process.exit(0);", "calls process.exit()"],
    ["void Promise.reject(new Error('stray'));", "rejects a promise that nobody handles: stray"],
  ])("a config that says %s is refused", async (line, message) => {
    const text = `${line}\nexport default { targets: { a: {} } };\n`;
    const { exitCode, stderr } = await run(["generate", "--check"], { "bkcache.config.mjs": text }).result;
    expect(stderr).toContain(`error BK2004: bkcache.config.mjs ${message}`);
    expect(exitCode).toBe(2);
  });

  test("a config in TypeScript needs no local install", async () => {
    const text = 'import { defineConfig } from "bkcache";\nexport default defineConfig({ targets: { a: {} } });\n';
    const { exitCode, stderr } = await run(["validate"], { "bkcache.config.ts": text, ...dockerfile }).result;
    expect(stderr).toContain("bkcache.config.ts is valid: 1 target");
    expect(exitCode).toBe(0);
  });
});

describe("plan", () => {
  test("for people: sources, mounts and the command line", async () => {
    const { exitCode, stdout } = await run(["plan", "api"]).result;
    expect(exitCode).toBe(0);
    expect(stdout).toContain("project shop; the cache is read only, since this is not CI");
    expect(stdout).toContain("from  remote (s3): s3://acme-ci/ shop.api.main");
    expect(stdout).toContain("mount gomod: /go/pkg/mod (id shop-gomod");
    expect(stdout).not.toContain("worker");
  });

  test("--json has destinations where the cache is written", async () => {
    const { stdout } = await run(["plan", "--json", "--write-scope", "feature/x"], undefined, { CI: "true" }).result;
    const { targets } = JSON.parse(stdout);
    expect(targets.api.destinations).toMatchObject([{ backend: "remote", scope: "feature/x" }]);
    expect(targets.worker.sources.map((source: { scope: string }) => source.scope)).toEqual(["feature/x", "main"]);
  });

  test("scopes with their reasons, once where all targets have the same", async () => {
    const env = { GITLAB_CI: "1", CI_COMMIT_BRANCH: "fix/\u001b[2Jx", CI_DEFAULT_BRANCH: "trunk" };
    const text = await run(["plan"], undefined, env).result;
    expect(text.stdout).toContain(
      [
        "scopes",
        String.raw`  write fix/\x1b[2Jx: fix/\x1b[2Jx is the branch, as GitLab says`,
        String.raw`  read  fix/\x1b[2Jx: fix/\x1b[2Jx is the branch, as GitLab says`,
        "  read  main: it is the default branch's (trunk, as GitLab says)",
        "",
      ].join("\n"),
    );
    const { targets } = JSON.parse((await run(["plan", "--json"], undefined, env).result).stdout);
    expect(targets.api.scopes).toMatchObject({
      write: { scope: "fix/\u001b[2Jx" },
      read: [{}, { scope: "main", why: "it is the default branch's (trunk, as GitLab says)" }],
    });
    const laptop = JSON.parse((await run(["plan", "--json", "--cache", "off"]).result).stdout);
    expect(laptop.targets.api.scopes).toEqual({ read: [], write: null });
  });

  test("mounts that the config does not list are those of the Dockerfile", async () => {
    const files = {
      "bkcache.config.yaml":
        "project: shop\nmounts: { gomod: go-mod, npm: npm }\ntargets: { api: {}, web: { context: web } }\n",
      Dockerfile: "FROM a\nRUN --mount=type=cache,id=shop-gomod,target=/go/pkg/mod x\n",
    };
    const { stdout } = await run(["plan"], files).result;
    expect(stdout).toContain("mount gomod: /go/pkg/mod (id shop-gomod, shared)");
    expect(stdout).not.toContain("mount npm");
    expect(stdout).toContain("mounts are up to the Dockerfile: web/Dockerfile does not exist");
    const { targets } = JSON.parse((await run(["plan", "--json"], files).result).stdout);
    expect(Object.keys(targets.api.mounts)).toEqual(["gomod"]);
    expect(targets.web).toMatchObject({ mounts: null, mountsUnknown: expect.stringContaining("web/Dockerfile") });
  });

  test("where the contents of mounts are kept, and which stay on the builder", async () => {
    const files = {
      "bkcache.config.yaml": `project: shop
variables: { TEAM: { default: web } }
backends: { disk: { type: local, path: /cache }, remote: { type: s3, url: "s3://acme/\${TEAM}/", region: r } }
cache: { read: [disk, remote], write: [disk, remote] }
mounts: { gomod: go-mod, gobuild: { preset: go-build, persist: false }, npm: { preset: npm, sharing: private } }
targets: { api: { mounts: [gomod, gobuild, npm] } }
rules: { BK2052: off }
`,
    };
    const { stdout } = await run(["plan"], files).result;
    expect(stdout).toContain("\ncache mounts are kept in remote: s3://acme/${TEAM}/\n");
    expect(stdout).toContain("(id shop-gomod, shared)\n");
    expect(stdout).toContain("(id shop-gobuild, shared), stays on the builder (persist: false)\n");
    expect(stdout).toContain("private), stays on the builder (sharing: private)\n");
    const { mountStore, targets } = JSON.parse((await run(["plan", "--json"], files).result).stdout);
    expect(mountStore).toEqual({ backend: "remote", place: "s3://acme/${TEAM}/" });
    expect(targets.api.mounts).toMatchObject({
      gomod: { staysBecause: null },
      gobuild: { staysBecause: "persist: false" },
    });
    const off = files["bkcache.config.yaml"].replace("cache: { ", "cache: { mounts: false, ");
    const without = await run(["plan"], { "bkcache.config.yaml": off }).result;
    expect(without.stdout).not.toContain("are kept in");
    expect(without.stdout).toContain("(id shop-gomod, shared), stays on the builder (no backend holds mounts)\n");
  });

  test("every mount of the stages that a build reaches, whether it is carried, and why", async () => {
    const files = {
      "bkcache.config.yaml": `project: shop
backends: { disk: { type: local, path: /cache } }
cache: { read: [disk], write: [disk] }
mounts: { gomod: go-mod, gobuild: go-build, npm: { preset: npm, persist: false } }
targets: { api: { target: api }, web: { target: web, mounts: [npm] } }
`,
      Dockerfile: [
        "FROM golang:1.26 AS unused",
        "RUN --mount=type=cache,id=never,target=/never x",
        "FROM golang:1.26 AS api",
        "ARG TARGETARCH",
        "RUN --mount=type=cache,id=shop-gomod,target=/go/pkg/mod x",
        "RUN --mount=type=cache,id=shop-gomod,target=/go/pkg/mod --mount=type=cache,id=lint-${TARGETARCH},target=/lint,uid=7 y",
        "RUN --mount=type=cache,target=/p,sharing=private --mount=type=cache,id=f,target=/f,from=golang,source=/x z",
        "# bkcache: gobuild",
        "RUN go build",
        "FROM node:24 AS web",
        "RUN --mount=type=cache,id=shop-npm,target=/root/.npm --mount=type=cache,id=other,target=/other npm ci",
        "",
      ].join("\n"),
    };
    const { stdout } = await run(["plan", "api", "web"], files).result;
    expect(stdout.split("\n").filter((line) => line.startsWith("  mount "))).toEqual([
      "  mount gomod: /go/pkg/mod (id shop-gomod, shared)",
      "  mount lint-${TARGETARCH}: /lint (id lint-${TARGETARCH}, shared, not declared)",
      "  mount /p: /p (id /p, private, not declared), stays on the builder (with sharing private each build may have one of its own)",
      "  mount f: /f (id f, shared, not declared), stays on the builder (it begins with the content of something else)",
      "  mount gobuild: /root/.cache/go-build (id shop-gobuild, shared), stays on the builder (no RUN has it yet; `bkcache generate` writes it below its marker)",
      "  mount npm: /root/.npm (id shop-npm, shared), stays on the builder (persist: false)",
      "  mount other: /other (id other, shared, not declared), stays on the builder (the target's `mounts` does not list it)",
    ]);
    const { targets } = JSON.parse((await run(["plan", "--json", "api"], files).result).stdout);
    expect(targets.api.mounts).toMatchObject({
      gomod: { isDeclared: true, preset: "go-mod", lines: [5, 6], staysBecause: null },
      "lint-${TARGETARCH}": { isDeclared: false, uid: 7, lines: [6], staysBecause: null },
    });
  });

  test("without declared mounts those that a bake carries all the same", async () => {
    const files = {
      "bkcache.config.yaml":
        "project: shop\nbackends: { disk: { type: local, path: /cache } }\ncache: { read: [disk], write: [disk] }\ntargets: { api: {} }\n",
      Dockerfile: "FROM a\nRUN --mount=type=cache,target=/m x\n",
    };
    expect((await run(["plan"], files).result).stdout).toContain("\n  mount /m: /m (id /m, shared, not declared)\n");
  });

  test("entries of the user's own, and those that this run leaves out", async () => {
    const files = {
      "bkcache.config.yaml":
        "project: shop\ntargets: { api: { cacheFrom: ['type=registry,ref=acme/api:cache'], cacheTo: ['type=registry,ref=acme/api:cache'] } }\n",
    };
    const laptop = await run(["plan", "--cache", "read"], files).result;
    expect(laptop.stdout).toContain("  from  type=registry,ref=acme/api:cache\n");
    expect(laptop.stdout).toContain(
      "  to    not your own type=registry,ref=acme/api:cache: nothing is written in this run\n",
    );
    const { targets } = JSON.parse((await run(["plan", "--cache", "off", "--json"], files).result).stdout);
    expect(targets.api.leftOut).toMatchObject([{ direction: "from" }, { direction: "to" }]);
  });

  test("a target without cache says so", async () => {
    const { stdout } = await run(
      ["plan"],
      { "bkcache.config.yaml": "project: x\ntargets: { api: {} }\n" },
      { CI: "true" },
    ).result;
    expect(stdout).toContain("\napi\n  from  nothing\n  to    nothing\n");
  });

  test("of bake files needs buildx, and says so", async () => {
    const files = { "bkcache.config.yaml": "bake: a.hcl\n", "a.hcl": "" };
    const { exitCode, stderr } = await run(["plan"], files, { PATH: "/nowhere" }).result;
    expect(exitCode).toBe(2);
    expect(stderr).toContain("error BK4001");
  });

  test("the home folder is ~", async () => {
    const text =
      "backends: { disk: { type: local, path: ~/.cache/x } }\ncache: { read: [disk] }\ntargets: { api: {} }\n";
    const { stdout } = await run(["plan"], { "bkcache.config.yaml": `project: shop\n${text}` }).result;
    expect(stdout).toContain("from  disk (local): ~/.cache/x/shop.api.main");
  });

  test("an unknown target names the nearest", async () => {
    const { exitCode, stderr } = await run(["plan", "apii"]).result;
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/no target or group "apii"[\s\S]*did you mean api\?/);
  });
});

describe("schema", () => {
  test("schema prints the schema of the config, or of the report", async () => {
    const [config, report] = await Promise.all([run(["schema"]).result, run(["schema", "--report"]).result]);
    expect(JSON.parse(config.stdout).properties).toHaveProperty("targets");
    expect(JSON.parse(report.stdout).properties).toHaveProperty("exitCode");
  });
});
