import { hash } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cleanEnv } from "../support/env.ts";
import { age, makeFolderCache } from "../support/folder-cache.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { runOnTerminal } from "../support/terminal.ts";
import { makeWorkspace } from "../support/workspace.ts";

const config = `project: shop
retention: { keepWithin: 10d, mounts: { keepLast: 1 } }
backends:
  disk: { type: local, path: store }
  image: { type: registry, ref: r.example/cache }
cache: { read: [disk], write: [disk] }
targets: { api: {}, web: {} }
`;

/** Two targets of this project, another epoch, a branch, and another project; all but `main` are 20 days old. */
function makeStore() {
  const workspace = makeWorkspace({ "bkcache.config.yaml": config });
  const store = workspace.path("store");
  const old = ["shop.api.feature_2Fx", "shop._e1.api.main", "other.api.main"];
  for (const name of ["shop.api.main", "shop.web.linux-arm64.main", ...old]) makeFolderCache(store, name, ["a", name]);
  age(store, 24);
  for (const name of old) age(`${store}/${name}`, 20 * 24);
  const where = { cwd: workspace.dir, env: cleanEnv() };
  const has = (name: string) => existsSync(`${store}/${name}`);
  return {
    store,
    has,
    run: (...args: string[]) => runBkcache(args, where),
    ask: (keys: string, ...args: string[]) => runOnTerminal(args, [{ to: "[y/N]", keys }], where),
  };
}

describe("layers ls and du", () => {
  test("lists by target and scope, other epochs and projects as such", async () => {
    const { exitCode, stdout } = await makeStore().run("layers", "ls");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^backend disk: .*store\/\nTARGET +SCOPE +SAVED +SIZE +LAYERS +SHARED +STEPS +WRITER\n/);
    expect(stdout).toMatch(/^api +feature\/x +20 d .* -$/m);
    expect(stdout).toMatch(/^web \(linux\/arm64\) +main +1 d/m);
    expect(stdout).toMatch(/^api of epoch 1 +main/m);
    expect(stdout).toMatch(/^other: api +main/m);
  });

  test("of a target, of a scope, as JSON", async () => {
    const { run } = makeStore();
    const { stdout } = await run("layers", "ls", "api", "--scope", "main", "--json");
    const { version, backends, failed } = JSON.parse(stdout) as Record<string, unknown>;
    expect({ version, failed }).toEqual({ version: 1, failed: [] });
    expect(backends).toMatchObject([
      {
        backend: "disk",
        caches: [
          { name: "shop.api.main", project: "shop", target: "api", scope: "main", epoch: 0, platforms: [], layers: 2 },
          { name: "shop._e1.api.main", epoch: 1 },
        ],
      },
    ]);
  });

  test("du says what each target takes, and what nobody names", async () => {
    const { stdout } = await makeStore().run("layers", "du");
    expect(stdout).toMatch(/^TARGET +CACHES +SIZE +OWN$/m);
    expect(stdout).toMatch(/^api +2 /m);
    expect(stdout).toMatch(/^unused layers +0 +0 B$/m);
  });

  test.each([
    [["layers", "ls", "apu"], /there is no target "apu"[^]*did you mean api\?/],
    [["layers", "verify", "apu"], /there is no target "apu"[^]*did you mean api\?/],
    [["layers", "ls", "--backend", "disc"], /"disc" is no backend[^]*did you mean disk\?/],
    [["layers", "du", "--backend", "image"], /"image" is of type registry/],
    [["iam", "--repo", "*/*"], /--repo: "\*\/\*" cannot be one[^]*owner\/name/],
    [["iam", "--repo", "shop"], /--repo: "shop" cannot be one/],
    [["iam", "--account", "12"], /--account: "12" cannot be one[^]*12 digits/],
    [["iam", "--project", "a;b"], /--project: "a;b" cannot be one/],
    [["doctor", "--cache", "reed"], /--cache: "reed" is no way to use the cache[^]*did you mean read\?/],
    [["layers", "rm"], /neither a target nor a scope/],
    [["layers", "rm", "api"], /no terminal to ask on/],
    [["layers", "prune"], /no terminal to ask on/],
    [["layers", "prune", "--unreachable", "--keep-last", "1", "--yes"], /--unreachable stands for itself/],
    [["layers", "prune", "--keep-within", "2w", "--yes"], /--keep-within: "2w"/],
    [["layers", "prune", "--yes", "--cache", "read"], /BK5056: this run may not delete caches/],
    [["layers", "rm", "api", "--yes", "--cache", "off"], /BK5056/],
    [["prune"], /no terminal to ask on/],
    [["prune", "--yes", "--cache", "read"], /BK5056/],
  ] as const)("%j: exit code 2", async (args, message) => {
    const { exitCode, stdout, stderr } = await makeStore().run(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });
});

describe("layers verify, rm and prune", () => {
  test("verify ends with 1 where a layer is missing, and prune removes that cache", async () => {
    const { run, store, has } = makeStore();
    expect((await run("layers", "verify")).exitCode).toBe(0);
    rmSync(`${store}/shop.api.main/blobs/sha256/${hash("sha256", "a")}`);
    const { exitCode, stdout } = await run("layers", "verify", "--contents");
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^api +main +1 layer missing: sha256:/m);
    await run("layers", "prune", "--unreachable", "--yes");
    expect([has("shop.api.main"), has("shop.api.feature_2Fx")]).toEqual([false, true]);
  });

  test("rm removes a target in a scope, after it was agreed to", async () => {
    const { ask, run, has } = makeStore();
    expect((await ask("n\n", "layers", "rm", "api", "--scope", "feature/x")).stdout).toContain("nothing was deleted");
    expect(has("shop.api.feature_2Fx")).toBe(true);
    const { exitCode, stdout } = await run("layers", "rm", "api", "--scope", "feature/x", "--yes");
    expect({ exitCode, isGone: !has("shop.api.feature_2Fx") }).toEqual({ exitCode: 0, isGone: true });
    expect(stdout).toContain("deleted 1 cache");
    await run("layers", "rm", "--scope", "main", "--yes");
    expect(["shop.api.main", "shop._e1.api.main", "other.api.main"].map(has)).toEqual([false, false, true]);
  });

  test("rm deletes nothing where one of its words means nothing", async () => {
    const { run, has } = makeStore();
    const { exitCode, stderr } = await run("layers", "rm", "api", "wep", "--yes");
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/there is no target "wep"[^]*did you mean web\?/);
    expect(has("shop.api.main")).toBe(true);
  });

  test("a run of no level of trust names the level whose place is meant", async () => {
    const workspace = makeWorkspace({ "bkcache.config.yaml": `${config}trust: { main: { when: default-branch } }\n` });
    const where = { cwd: workspace.dir, env: cleanEnv() };
    const refused = await runBkcache(["layers", "prune", "--yes"], where);
    expect(refused.stderr).toMatch(/BK5056: this run may not delete caches: [^]*-> --level NAME/);
    expect((await runBkcache(["layers", "prune", "--yes", "--level", "main"], where)).exitCode).toBe(0);
  });

  test("prune follows the rules of the config, or of the command line, and leaves other projects alone", async () => {
    const { run, has } = makeStore();
    const dry = await run("layers", "prune", "--keep-within", "30d", "--dry-run", "--json");
    expect(JSON.parse(dry.stdout)).toMatchObject({ dryRun: true, backends: [{ caches: [] }] });
    const { exitCode, stdout } = await run("layers", "prune", "--yes");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^api of epoch 1 +main$/m);
    expect(stdout).toMatch(/deleted 2 caches and 8 layers .*\n3 caches .* stay, 1 of them of other projects/);
    expect(["shop.api.main", "shop.api.feature_2Fx", "shop._e1.api.main", "other.api.main"].map(has)).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  test("a backend that does not answer is exit code 3, and the others are served", async () => {
    const workspace = makeWorkspace({
      "bkcache.config.yaml": config
        .replace(
          "backends:",
          "backends:\n  far: { type: s3, url: s3://b/x/, region: r, endpointUrl: http://127.0.0.1:9, insecure: true }",
        )
        .replace("write: [disk]", "write: [disk], mounts: far"),
    });
    makeFolderCache(workspace.path("store"), "shop.api.main", ["a"]);
    const env = cleanEnv({ AWS_ACCESS_KEY_ID: "k", AWS_SECRET_ACCESS_KEY: "s" });
    const { exitCode, stdout, stderr } = await runBkcache(["layers", "ls"], { cwd: workspace.dir, env });
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/^api +main/m);
    expect(stderr).toContain("error BK5007");
    const pruned = await runBkcache(["prune", "--dry-run"], { cwd: workspace.dir, env });
    expect({ exitCode: pruned.exitCode, said: pruned.stderr.match(/BK5007/g) }).toEqual({
      exitCode: 3,
      said: ["BK5007"],
    });
  });
});

describe("prune", () => {
  test("goes over layers and mounts by the config, and says what there was before and after", async () => {
    const { run, ask, has } = makeStore();
    expect((await ask("\n", "prune")).stdout).toMatch(
      /delete 2 caches and 0 snapshots of shop\?[^]*nothing was deleted/,
    );
    const dry = await run("prune", "--dry-run", "--json");
    expect(JSON.parse(dry.stdout)).toMatchObject({
      version: 1,
      dryRun: true,
      layers: { backends: [{ caches: [{}, {}] }] },
      mounts: { snapshots: [] },
    });
    expect(has("shop.api.feature_2Fx")).toBe(true);
    const { exitCode, stdout } = await run("prune", "--yes");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^PLACE +KIND +GONE +STAY +BEFORE +AFTER +UNUSED\n.*store\/ +layers +2 +3 .*\n.*store\/ +mounts +0 +0 /,
    );
    expect(has("shop.api.feature_2Fx")).toBe(false);
  });
});
