import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { codes } from "../../src/diagnostics/codes.ts";
import { cleanEnv } from "../support/env.ts";
import { clean, findingsOf, fixable, lint } from "../support/lint.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { repositoryDir } from "../support/toolchain.ts";
import { copyExample, makeWorkspace } from "../support/workspace.ts";

const warns = "FROM node:24\nRUN npm ci\n";
const fails = "FROM node:24\nRUN --mount=type=cache,id=x,taget=/x y\n";
const config = `project: shop
backends: { disk: { type: local, path: ./cache } }
cache: { read: [disk], write: [disk] }
targets: { api: { target: api }, worker: { target: worker } }
`;

describe("exit codes", () => {
  test.each([
    ["nothing found", clean, [], 0],
    ["warnings alone", warns, [], 0],
    ["warnings under --strict", warns, ["--strict"], 1],
    ["an error", fails, [], 1],
    ["an error, as JSON", fails, ["--json"], 1],
    ["a name that is nothing", clean, ["nowhere"], 2],
    ["an unknown flag", clean, ["--fxi"], 2],
  ] as const)("%s", async (_, dockerfile, args, expected) => {
    const { exitCode } = await lint(makeWorkspace({ Dockerfile: dockerfile }), args);
    expect(exitCode).toBe(expected);
  });

  test("no Dockerfile at all", async () => {
    const { exitCode, stderr } = await lint(makeWorkspace({ "readme.md": "" }));
    expect(exitCode).toBe(2);
    expect(stderr).toContain("BK6021");
  });
});

describe("several RUNs of one package manager", () => {
  const runs = Array.from({ length: 8 }, (_, index) => `RUN npm ci --prefix p${index}`).join("\n");
  const files = {
    "bkcache.config.yaml": "project: shop\nmounts: { npm: npm, pip: pip }\ntargets: { app: {} }\n",
    Dockerfile: `FROM node:24\nWORKDIR /a\nCOPY . .\n${runs}\nRUN npm ci --prefix x && npm cache clean --force\n`,
  };

  test("--fix marks each that it is safe for", async () => {
    const workspace = makeWorkspace(files);
    const { stderr } = await lint(workspace, ["--fix"]);
    expect(workspace.read("Dockerfile").match(/^# bkcache: npm$/gm)).toHaveLength(8);
    expect(stderr).toContain("leave `npm cache clean --force` out");
    expect(stderr).toContain("1 Dockerfile: 0 errors, 2 warnings; --fix leaves them to you");
  });

  test("no mount is called unused whose markers are still to be written", async () => {
    const { stderr } = await lint(makeWorkspace(files));
    expect(stderr.match(/BK6004: .*/g)).toEqual(["BK6004: no RUN of any target uses the mount pip (id shop-pip)"]);
    const off = { ...files, "bkcache.config.yaml": `${files["bkcache.config.yaml"]}rules: { BK6003: off }\n` };
    expect((await lint(makeWorkspace(off))).stderr.match(/BK6004/g)).toHaveLength(2);
  });
});

describe("without a config", () => {
  test("all Dockerfiles of the folder, by any of their names", async () => {
    const workspace = makeWorkspace({
      "api.Dockerfile": warns,
      Dockerfile: warns,
      "Dockerfile.dev": warns,
      Containerfile: warns,
      "Dockerfile.dockerignore": warns,
      "deep/Dockerfile": warns,
    });
    const { stdout } = await lint(workspace, ["--json"]);
    const found = findingsOf(stdout);
    expect(found.map(({ file }) => file)).toEqual(["Containerfile", "Dockerfile", "Dockerfile.dev", "api.Dockerfile"]);
  });

  test("the one that is named", async () => {
    const workspace = makeWorkspace({ Dockerfile: clean, "deep/Dockerfile": warns });
    const { stderr } = await lint(workspace, ["deep/Dockerfile"]);
    expect(stderr).toContain("at deep/Dockerfile:2:5");
    expect(stderr).toContain("1 Dockerfile: 0 errors, 1 warning");
  });
});

describe("with a config", () => {
  const files = {
    "bkcache.config.yaml":
      "project: shop\ntargets:\n  api: { context: api }\n  web: { context: web }\n  far: { context: https://example.com/x.git }\ngroups: { both: [api, web] }\n",
    "api/Dockerfile": warns,
    "web/Dockerfile": fails,
    "other/Dockerfile": warns,
  };
  test.each([
    [[], ["api/Dockerfile", "web/Dockerfile"]],
    [["api"], ["api/Dockerfile"]],
    [["both"], ["api/Dockerfile", "web/Dockerfile"]],
    [["web/Dockerfile"], ["web/Dockerfile"]],
    [["other/Dockerfile"], ["other/Dockerfile"]],
    [
      ["api", "other/Dockerfile"],
      ["api/Dockerfile", "other/Dockerfile"],
    ],
  ])("names %j", async (args, expected) => {
    const { stdout } = await lint(makeWorkspace(files), [...args, "--json"]);
    const found = findingsOf(stdout);
    expect([...new Set(found.map(({ file }) => file))]).toEqual(expected);
  });

  test("a missing Dockerfile, at the target", async () => {
    const workspace = makeWorkspace({ "bkcache.config.yaml": "targets:\n  api: { context: api }\n" });
    const { exitCode, stderr } = await lint(workspace);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/error BK6021: .*\n\s+at bkcache\.config\.yaml:2:/);
  });
});

describe("--fix", () => {
  test("mends in place, keeps the mode, and looks again", async () => {
    const workspace = makeWorkspace({ "bkcache.config.yaml": config, Dockerfile: fixable });
    chmodSync(workspace.path("Dockerfile"), 0o640);
    const before = await lint(workspace);
    expect(before.stderr).toContain("`bkcache lint --fix` mends 1");
    expect(workspace.read("Dockerfile")).toBe(fixable);
    const { exitCode, stderr } = await lint(workspace, ["--fix"]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain("Dockerfile: mended");
    expect(stderr).toContain("nothing found");
    expect(workspace.read("Dockerfile")).toBe(fixable.replace("COPY", "COPY --link"));
    expect(statSync(workspace.path("Dockerfile")).mode & 0o777).toBe(0o640);
    expect(workspace.list()).toEqual(["Dockerfile", "bkcache.config.yaml"]);
  });

  test("mends nothing that the config turns off", async () => {
    const workspace = makeWorkspace({
      "bkcache.config.yaml": `${config}rules: { BK6016: off }\n`,
      Dockerfile: fixable,
    });
    await lint(workspace, ["--fix"]);
    expect(workspace.read("Dockerfile")).toBe(fixable);
  });
});

test("--json is one object with a version, and records with every key", async () => {
  const { stdout, stderr } = await lint(makeWorkspace({ Dockerfile: fails }), ["--json"]);
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual({
    version: 1,
    findings: [
      {
        code: "BK6018",
        level: "error",
        file: "Dockerfile",
        line: 2,
        column: 29,
        endLine: 2,
        endColumn: 34,
        message: expect.stringContaining("taget") as string,
        hint: expect.stringContaining("target") as string,
        fixable: false,
      },
    ],
  });
});

test("in GitHub Actions findings are annotations", async () => {
  const { stderr } = await lint(makeWorkspace({ Dockerfile: fails }), [], { GITHUB_ACTIONS: "true" });
  expect(stderr).toMatch(/^::error file=Dockerfile,line=2,col=29,title=bkcache BK6018::/m);
});

const sarif = createRequire(import.meta.url).resolve("@microsoft/jest-sarif/package.json");
/** The OASIS schema, without what names its own draft. */
const {
  $schema: _,
  id: __,
  ...sarifSchema
} = JSON.parse(readFileSync(join(dirname(sarif), "lib/schemas/sarif-2.1.0-rtm.5.json"), "utf8")) as Record<
  string,
  unknown
>;

interface SarifLog {
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
      readonly results: readonly {
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly level: string;
        readonly locations: readonly {
          readonly physicalLocation: {
            readonly artifactLocation: { readonly uri: string };
            readonly region: { readonly startLine: number };
          };
        }[];
      }[];
    },
  ];
}

/** Fails where code scanning would refuse it. */
function readSarif(stdout: string): SarifLog {
  const log = JSON.parse(stdout) as SarifLog;
  const validate = new Ajv({ allErrors: true, strict: false, validateFormats: false, unicodeRegExp: false }).compile(
    sarifSchema,
  );
  validate(log);
  expect(validate.errors).toBeNull();
  for (const { locations } of log.runs[0].results) {
    expect(locations).toHaveLength(1);
    for (const { physicalLocation } of locations) {
      expect(physicalLocation.artifactLocation.uri).toMatch(/^(?![a-z]+:|\/|\.\.\/)[^\s\\]+$/);
      expect(physicalLocation.region.startLine).toBeGreaterThan(0);
    }
  }
  return log;
}

test("--sarif is SARIF 2.1.0 with every rule and a place for each result", async () => {
  const workspace = makeWorkspace({
    "bkcache.config.yaml": `${config}mounts: { npm: npm, pip: pip }\n`,
    Dockerfile: `${fixable}RUN npm ci\nRUN --mount=type=cache,id=shop-x,taget=/x y\n`,
  });
  const { stdout, exitCode } = await lint(workspace, ["--sarif"]);
  expect(exitCode).toBe(1);
  const log = readSarif(stdout);
  const [{ tool, results }] = log.runs;
  expect(tool.driver.rules.map(({ id }) => id)).toEqual(Object.keys(codes).filter((code) => code.startsWith("BK6")));
  expect(results.map(({ ruleId }) => ruleId).sort()).toEqual(["BK6003", "BK6004", "BK6005", "BK6016", "BK6018"]);
  for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
});

test("--sarif has paths of the repository, also below it", async () => {
  const workspace = makeWorkspace({ "deep/er/Dockerfile": warns });
  mkdirSync(workspace.path(".git"));
  const { stdout } = await runBkcache(["lint", "--sarif"], { cwd: workspace.path("deep/er"), env: cleanEnv() });
  const [{ results }] = readSarif(stdout).runs;
  expect(results.map(({ locations }) => locations[0]?.physicalLocation.artifactLocation.uri)).toEqual([
    "deep/er/Dockerfile",
  ]);
});

describe("generate", () => {
  test.each([[[]], [["--check"]]])("%j says what lint finds, and exits as without it", async (flags) => {
    const workspace = makeWorkspace({
      "bkcache.config.yaml": "project: shop\ntargets: { app: {} }\n",
      Dockerfile: `${warns}${fails}`,
    });
    await runBkcache(["generate"], { cwd: workspace.dir, env: cleanEnv() });
    const { exitCode, stderr } = await runBkcache(["generate", ...flags], { cwd: workspace.dir, env: cleanEnv() });
    expect(exitCode).toBe(0);
    expect(stderr).toContain("warning BK6003");
    expect(stderr).toContain("warning BK6018");
  });

  test("says nothing of a Dockerfile that is not there", async () => {
    const workspace = makeWorkspace({ "bkcache.config.yaml": "project: shop\ntargets: { app: {} }\n" });
    const { exitCode, stderr } = await runBkcache(["generate"], { cwd: workspace.dir, env: cleanEnv() });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "bkcache: docker-bake.hcl: created\n" });
  });
});

test.each(readdirSync(join(repositoryDir, "examples")))("nothing is found in examples/%s", async (name) => {
  const { exitCode, stdout } = await lint(copyExample(name), ["--json", "--strict"]);
  expect(findingsOf(stdout)).toEqual([]);
  expect(exitCode).toBe(0);
});

test("--quiet prints findings alone, and ends as without it", async () => {
  const { dir } = makeWorkspace({ Dockerfile: "FROM golang:1.26\nRUN --mount=type=cache,targt=/x go build\n" });
  const run = (...args: string[]) => runBkcache(["lint", ...args], { cwd: dir, env: cleanEnv() });
  const [said, quiet] = await Promise.all([run(), run("--quiet")]);
  expect(quiet.exitCode).toBe(1);
  expect(quiet.stderr).toContain("error BK6018");
  expect(said.stderr.startsWith(quiet.stderr)).toBe(true);
  expect(said.stderr).toMatch(/1 Dockerfile: \d+ error/);
  expect(quiet.stderr).not.toContain("1 Dockerfile");
});
