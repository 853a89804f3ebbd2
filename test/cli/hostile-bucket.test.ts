import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createFsStore } from "../../src/store/fs.ts";
import { makeMount, save } from "../mounts/support.ts";
import { cleanEnv } from "../support/env.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { makeWorkspace } from "../support/workspace.ts";

const config = `project: shop
backends: { disk: { type: local, path: store } }
cache: { mounts: disk }
targets: { api: {} }
`;
const text = "a\n::add-mask::b\r\u001b[2J\u202e##[error]c";
const mount = `shop linux-amd64  ::error::${text}`;

/** A store in which every name is hostile, one snapshot lacks its pack, and one manifest is none. */
async function makeStore() {
  const workspace = makeWorkspace({ "bkcache.config.yaml": config });
  const { signal } = new AbortController();
  const store = createFsStore({ backend: "disk", dir: join(workspace.dir, "store"), signal });
  const dir = makeMount();
  for (const key of [`one${text}`, `two${text}`]) {
    writeFileSync(join(dir, "file"), key);
    const writer = { version: text, commit: text, run: text, build: text, level: text };
    expect(await save(store, dir, { mount: { id: mount, scope: text, key }, writer })).toMatchObject({ kind: "saved" });
  }
  const packs: string[] = [];
  for await (const { key } of store.list("v1/p/")) packs.push(key);
  await store.delete(packs.slice(0, 1));
  await store.put("v1/m/##[error]/\u202e::error::x/y", Buffer.from("none"));
  const env = cleanEnv({ GITHUB_ACTIONS: "true" });
  return (...args: string[]) => runBkcache(["mounts", ...args], { cwd: workspace.dir, env });
}

const raw = /[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/u;
/** As GitHub's runner reads a line: commands of bkcache's own are annotations of its codes. */
const isForeignCommand = (line: string) =>
  line.includes("##[") || (/^\s*::/.test(line) && !/^::(?:error|warning) title=bkcache BK\d+::/.test(line));

describe("names in a bucket reach no terminal as they are", () => {
  test.each([
    [["ls", "--remote"]],
    [["verify"]],
    [["prune", "--keep-last", "1", "--dry-run"]],
    [["export", "x", "-o", "x.tar"]],
  ])("%j", async (args) => {
    const run = await makeStore();
    const { stdout, stderr } = await run(...args);
    expect(`${stdout}${stderr}`).not.toBe("");
    expect(`${stdout}${stderr}`).not.toMatch(raw);
    expect(`${stdout}\n${stderr}`.split("\n").filter(isForeignCommand)).toEqual([]);
  });

  test("and JSON has them exactly", async () => {
    const run = await makeStore();
    const { stdout } = await run("ls", "--remote", "--json");
    expect(stdout).not.toMatch(raw);
    const { remote } = JSON.parse(stdout) as { remote: { snapshots: readonly Record<string, unknown>[] } };
    const expected = {
      mount,
      scope: text,
      writer: { version: text, commit: text, run: text, build: text, level: text },
    };
    expect(remote.snapshots).toMatchObject([expected, expected]);
    expect(remote.snapshots.map(({ key }) => key).toSorted((a, b) => (String(a) < String(b) ? -1 : 1))).toEqual([
      `one${text}`,
      `two${text}`,
    ]);
  });
});
