import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createFsStore } from "../../src/store/fs.ts";
import { makeMount, save } from "../mounts/support.ts";
import { cleanEnv } from "../support/env.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { runOnTerminal } from "../support/terminal.ts";
import { makeWorkspace } from "../support/workspace.ts";

const config = `project: shop
backends: { disk: { type: local, path: store } }
cache: { mounts: disk }
targets: { api: {} }
`;

/** A store with two snapshots each of this project and another. */
async function makeStore() {
  const workspace = makeWorkspace({ "bkcache.config.yaml": config });
  const { signal } = new AbortController();
  const store = createFsStore({ backend: "disk", dir: join(workspace.dir, "store"), signal });
  const dir = makeMount();
  for (const key of ["one", "two"]) {
    writeFileSync(join(dir, "file"), key);
    for (const project of ["shop", "other"]) {
      await save(store, dir, { mount: { id: `${project} linux-amd64  gomod`, scope: "main", key } });
    }
  }
  const snapshots = () => workspace.list().filter((file) => file.includes("/v1/m/"));
  expect(snapshots()).toHaveLength(4);
  const where = { cwd: workspace.dir, env: cleanEnv() };
  return {
    snapshots,
    prune: (...args: string[]) => runBkcache(["mounts", "prune", "--keep-last", "1", ...args], where),
    ask: (keys: string, ...args: string[]) =>
      runOnTerminal(["mounts", "prune", "--keep-last", "1", ...args], [{ to: "[y/N]", keys }], where),
  };
}

describe("mounts prune without a terminal", () => {
  test("needs --yes, and deletes nothing without", async () => {
    const { prune, snapshots } = await makeStore();
    const { exitCode, stdout, stderr } = await prune();
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(/error BK1002: .*no terminal[^]*--yes/);
    expect(snapshots()).toHaveLength(4);
  });

  test("deletes what is of this project; with --all of every one", async () => {
    const { prune, snapshots } = await makeStore();
    const own = await prune("--yes", "--json");
    expect(JSON.parse(own.stdout)).toMatchObject({
      project: "shop",
      dryRun: false,
      snapshots: [{ name: "gomod", key: "one" }],
      kept: { snapshots: 3, ofOthers: 2 },
    });
    expect(snapshots()).toHaveLength(3);
    const all = await prune("--yes", "--all");
    expect(all.stdout).toContain("other: gomod");
    expect(snapshots()).toHaveLength(2);
  });
});

describe("mounts prune on a terminal", () => {
  test.each([
    ["no", "n\n"],
    ["an empty answer", "\n"],
  ])("shows what would go; %s deletes nothing", async (_, keys) => {
    const { ask, snapshots } = await makeStore();
    const { exitCode, stdout } = await ask(keys);
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toMatch(/gomod +main +one[^]*would delete 1 snapshot[^]*delete 1 snapshot of shop\?/);
    expect(stdout).toContain("nothing was deleted");
    expect(snapshots()).toHaveLength(4);
  });

  test("yes deletes it; --yes asks nothing", async () => {
    const { ask, snapshots } = await makeStore();
    expect((await ask("y\n")).stdout).toContain("deleted 1 snapshot");
    expect(snapshots()).toHaveLength(3);
    const { stdout } = await ask("n\n", "--all", "--yes");
    expect(stdout).not.toContain("[y/N]");
    expect(snapshots()).toHaveLength(2);
  });
});
