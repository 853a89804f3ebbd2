import { describe, expect, test } from "vitest";
import { presetNames, presets } from "../../src/config/presets.ts";
import { cleanEnv } from "../support/env.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { makeWorkspace } from "../support/workspace.ts";

const config = `project: shop
mounts:
  gomod: go-mod
  gobuild: go-build
  apt: apt
  models: { target: /models, uid: 1000, mode: "0750", sharing: locked }
targets:
  api: { mounts: [gomod, gobuild] }
  multi: { mounts: [gobuild, apt], platforms: [linux/amd64, linux/arm64] }
  ml: { mounts: [models] }
  open: {}
  bare: { mounts: [] }
groups: { both: [api, ml] }
`;
const names = ["ls", "save", "restore", "prune", "verify", "repair", "export", "presets", "snippet"];
const single = config.replace(", platforms: [linux/amd64, linux/arm64]", "");

function run(args: readonly string[], text = config) {
  const workspace = makeWorkspace({ "bkcache.config.yaml": text });
  return runBkcache(args, { cwd: workspace.dir, env: cleanEnv() });
}

describe("mounts", () => {
  test("alone prints its commands on standard error, exit 2; with --help on standard output", async () => {
    const [alone, asked] = await Promise.all([run(["mounts"]), run(["mounts", "--help"])]);
    expect(alone).toMatchObject({ exitCode: 2, stdout: "", stderr: asked.stdout });
    expect(asked.exitCode).toBe(0);
    for (const name of names) expect(asked.stdout).toMatch(new RegExp(`^  ${name} `, "m"));
  });

  test.each(names)("%s has help of its own, by --help and by help", async (name) => {
    const [direct, asked] = await Promise.all([run(["mounts", name, "--help"]), run(["help", "mounts", name])]);
    expect(direct.exitCode).toBe(0);
    expect(direct.stdout).toContain(`Usage: bkcache mounts ${name}`);
    expect(asked.stdout).toBe(direct.stdout);
  });

  test("an unknown command names the nearest", async () => {
    const { exitCode, stderr } = await run(["mounts", "snipet"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('error BK1001: unknown command "snipet" of bkcache mounts');
    expect(stderr).toContain("`bkcache mounts snippet`");
  });

  test("an unknown flag leads to the help of the command", async () => {
    const { exitCode, stderr } = await run(["mounts", "presets", "--jsn"]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/error BK1001.*\n.*bkcache mounts presets --help/);
  });
});

describe("mounts prune, export and the rest, before they reach anything", () => {
  const withStore = `backends: { disk: { type: local, path: store } }\ncache: { mounts: disk }\n${config}`;

  test.each([
    [["prune", "--keep-last", "0"], "BK1002"],
    [["prune", "--keep-within", "2 weeks"], "BK1002"],
    [["prune", "--max-bytes", "10"], "BK1002"],
    [["prune", "--grace", "-1h"], "BK1002"],
    [["prune", "gomod"], "BK1001"],
    [["prune", "--cache", "sometimes"], "BK1002"],
    [["prune", "--cache", "read"], "BK5056"],
    [["prune"], "BK1002"],
    [["save", "--cache", "off"], "BK5056"],
    [["export", "gomod"], "BK1002"],
    [["export", "-o", "x.tar"], "BK1002"],
    [["ls", "--everything"], "BK1001"],
  ])("%j: exit code 2 with %s, and nothing on standard output", async (args, code) => {
    const { exitCode, stdout, stderr } = await run(["mounts", ...args], withStore);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(`error ${code}`);
  });

  test.each([[["prune", "--yes"]], [["verify"]], [["export", "gomod", "-o", "x.tar"]], [["ls", "--remote"]]])(
    "%j without a backend for mounts: BK2050",
    async (args) => {
      const { exitCode, stderr } = await run(["mounts", ...args]);
      expect(exitCode).toBe(2);
      expect(stderr).toContain("error BK2050");
    },
  );

  test("an empty store is listed, pruned and verified without a builder", async () => {
    const [listed, pruned, verified] = await Promise.all(
      [["ls", "--remote"], ["prune", "--yes"], ["verify"]].map((args) => run(["mounts", ...args, "--json"], withStore)),
    );
    expect(JSON.parse(listed?.stdout ?? "")).toEqual({
      version: 1,
      local: null,
      remote: { backend: "disk", error: null, snapshots: [] },
    });
    expect(JSON.parse(pruned?.stdout ?? "")).toMatchObject({ version: 1, dryRun: false, snapshots: [] });
    expect(JSON.parse(verified?.stdout ?? "")).toMatchObject({ version: 1, snapshots: 0, broken: [] });
  });
});

describe("mounts presets", () => {
  test("lists every preset with its folder, and needs no config", async () => {
    const { dir } = makeWorkspace({ "x.txt": "" });
    const { exitCode, stdout } = await runBkcache(["mounts", "presets"], { cwd: dir, env: cleanEnv() });
    expect(exitCode).toBe(0);
    const rows = stdout.trimEnd().split("\n").slice(1);
    expect(rows.map((row) => row.split(" ")[0])).toEqual(presetNames);
    for (const [i, name] of presetNames.entries()) {
      expect(rows[i]).toContain(presets[name].target ?? "(given by the config)");
    }
  });

  test("NAME prints the whole entry, notes and source included", async () => {
    const { exitCode, stdout } = await run(["mounts", "presets", "uv", "apt"]);
    expect(exitCode).toBe(0);
    for (const name of ["uv", "apt"] as const) {
      for (const text of [presets[name].source, ...presets[name].notes, ...presets[name].setup]) {
        expect(stdout).toContain(text);
      }
    }
    expect(stdout).toContain("UV_CACHE_DIR=/root/.cache/uv");
    expect(stdout).not.toContain("go-mod");
  });

  test("--json prints the table as it is", async () => {
    const { stdout } = await run(["mounts", "presets", "npm", "next", "--json"]);
    expect(JSON.parse(stdout)).toEqual({ version: 1, presets: { npm: presets.npm, next: presets.next } });
  });

  test.each([
    ["go-modd", "did you mean go-mod?"],
    ["yarn", "did you mean yarn-classic or yarn-berry?"],
    ["fortran", "bkcache mounts presets"],
  ])("%s is no preset: exit 2 and a hint", async (name, hint) => {
    const { exitCode, stdout, stderr } = await run(["mounts", "presets", name]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("error BK1002");
    expect(stderr).toContain(hint);
  });
});

describe("mounts snippet", () => {
  const flagsOf = (stdout: string) => stdout.match(/--mount=\S+/g);

  test("of a target holds its mounts; ids are for each architecture where a target has several", async () => {
    const { exitCode, stdout } = await run(["mounts", "snippet", "api"]);
    expect(exitCode).toBe(0);
    expect(flagsOf(stdout)).toEqual([
      "--mount=type=cache,id=shop-gobuild-${TARGETARCH},target=/root/.cache/go-build",
      "--mount=type=cache,id=shop-gomod,target=/go/pkg/mod",
    ]);
    expect(stdout).toMatch(/^ARG TARGETARCH$/m);
    expect(stdout).toMatch(/^ENV GOCACHE=\/root\/\.cache\/go-build \\\n {4}GOMODCACHE=\/go\/pkg\/mod$/m);
    expect(stdout).toMatch(/^# bkcache: gobuild gomod\nRUN --mount/m);
  });

  test("of one platform alone needs no ARG", async () => {
    const { stdout } = await run(["mounts", "snippet", "api"], single);
    expect(flagsOf(stdout)?.[0]).toBe("--mount=type=cache,id=shop-gobuild,target=/root/.cache/go-build");
    expect(stdout).not.toContain("TARGETARCH");
  });

  test("locks what must be locked and says what must come before", async () => {
    const { stdout } = await run(["mounts", "snippet", "multi"]);
    expect(flagsOf(stdout)?.[0]).toBe(
      "--mount=type=cache,id=shop-apt-${TARGETARCH},target=/var/cache/apt,sharing=locked",
    );
    for (const line of presets.apt.setup) expect(stdout).toContain(`\n${line}\n`);
    for (const note of presets.apt.notes) expect(stdout).toContain(`\n# - ${note}\n`);
  });

  test("of a target that names no mounts holds all; of a group those of its members", async () => {
    const [open, both] = await Promise.all([run(["mounts", "snippet", "open"]), run(["mounts", "snippet", "both"])]);
    expect(flagsOf(open.stdout)).toHaveLength(4);
    expect(both.stdout).toContain("# bkcache: gobuild gomod models\n");
  });

  test("of named mounts, with owner and mode", async () => {
    const { stdout } = await run(["mounts", "snippet", "--mount", "models"]);
    expect(flagsOf(stdout)).toEqual([
      "--mount=type=cache,id=shop-models,target=/models,sharing=locked,uid=1000,mode=0750",
    ]);
  });

  test("--json gives the parts", async () => {
    const { stdout } = await run(["mounts", "snippet", "ml", "--json"]);
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      target: "ml",
      args: [],
      env: {},
      setup: [],
      mounts: [
        {
          name: "models",
          id: "shop-models",
          target: "/models",
          preset: null,
          flag: "--mount=type=cache,id=shop-models,target=/models,sharing=locked,uid=1000,mode=0750",
          notes: [],
        },
      ],
    });
  });

  test("of a target without mounts prints nothing and says so", async () => {
    const { exitCode, stdout, stderr } = await run(["mounts", "snippet", "bare"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
    expect(stderr).toContain("bare has no mounts");
  });

  test.each([
    [["apii"], "did you mean api?"],
    [["--mount", "gomd"], "did you mean gomod?"],
    [[], "--mount NAME"],
    [["api", "--mount", "gomod"], "--mount NAME"],
  ])("%s: exit 2 and a hint", async (args, hint) => {
    const { exitCode, stdout, stderr } = await run(["mounts", "snippet", ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("error BK1002");
    expect(stderr).toContain(hint);
  });

  test("two mounts that want different values of one variable are refused", async () => {
    const text = "project: shop\nmounts: { a: npm, b: { preset: npm, target: /b } }\ntargets: { x: {} }\n";
    const { exitCode, stderr } = await run(["mounts", "snippet", "x"], text);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("error BK2071: a and b both set npm_config_cache");
  });
});
