import { expect, test } from "vitest";
import { openMountSource } from "../../src/carry/source.ts";
import { makeWorkspace } from "../support/workspace.ts";
import { fakeHost } from "../support/fake-builder.ts";

const text = `
project: shop
trust: { main: { when: default-branch }, pr: { when: change-request, reads: [main] } }
backends: { disk: { type: local, path: /cache } }
cache: { read: [disk], write: [disk] }
targets: { api: {} }
`;

async function open(level: string | undefined, env: Readonly<Record<string, string>> = {}, config = text) {
  const workspace = makeWorkspace({ "bkcache.config.yaml": config });
  const host = { ...fakeHost().host, cwd: workspace.dir, env };
  return openMountSource(host, { config: undefined, level });
}

test.each([
  ["of no level, what the default branch has is looked at", undefined, {}, null, "/cache/trust/main"],
  ["the level of the run", undefined, { CHANGE_ID: "7" }, "pr", "/cache/trust/pr"],
  ["the level that is named", "pr", {}, "pr", "/cache/trust/pr"],
] as const)("%s", async (_, level, env, name, path) => {
  const source = await open(level, env);
  expect(source.level).toMatchObject({ name, write: name !== null });
  expect(source.plan.backends["disk"]?.["path"]).toBe(path);
});

test.each(["mian", "../main", ""])("there is no level %j", async (level) => {
  await expect(open(level)).rejects.toMatchObject({ code: "BK1002" });
  await expect(open(level, {}, "targets: { api: {} }")).rejects.toMatchObject({ code: "BK1002" });
});

test("a command hears of the level before anything else is opened, and may end there", async () => {
  const workspace = makeWorkspace({ "bkcache.config.yaml": text });
  const host = { ...fakeHost().host, cwd: workspace.dir, env: { CHANGE_ID: "7" } };
  const heard: (string | null | undefined)[] = [];
  const onLevel = (level: { readonly name: string | null } | null) => {
    heard.push(level?.name);
    throw new Error("not this one");
  };
  await expect(openMountSource(host, { config: undefined, onLevel })).rejects.toThrow("not this one");
  expect(heard).toEqual(["pr"]);
});
