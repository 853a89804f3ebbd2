import { expect, test } from "vitest";
import { compile, loadConfig } from "../src/index.ts";
import { makeWorkspace } from "./support/workspace.ts";

test("compile returns the bake file, and none where existing ones are the source", async () => {
  const own = makeWorkspace({ "bkcache.config.json": '{"targets":{"a":{}}}' });
  expect(Object.keys(compile(await loadConfig({ cwd: own.dir })).files)).toEqual(["docker-bake.hcl"]);
  const files = makeWorkspace({
    "bkcache.config.json": '{"bake":"x.hcl","targets":{"a":{"cache":false},"b":{"pull":true}}}',
  });
  const { files: written, plan } = compile(await loadConfig({ cwd: files.dir }));
  expect(written).toEqual({});
  expect(Object.keys(plan.targets)).toEqual(["b"]);
  expect(plan.bakeFiles).toMatchObject({ paths: ["x.hcl"], additions: { a: {} } });
});
