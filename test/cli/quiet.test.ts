import { describe, expect, test } from "vitest";
import { fakeBuildx } from "../support/fake-buildx.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { makeWorkspace } from "../support/workspace.ts";

const config = `project: shop
backends: { remote: { type: registry, ref: "acme/cache" } }
cache: { read: [remote], write: [remote] }
targets: { api: {} }
`;

async function run(args: readonly string[], extra: Readonly<Record<string, string>> = {}) {
  const { dir } = makeWorkspace({ "bkcache.config.yaml": config, Dockerfile: "FROM scratch\n" });
  const { env } = fakeBuildx(dir);
  const { exitCode, stdout, stderr } = await runBkcache(args, { cwd: dir, env: { ...env, ...extra } });
  expect({ exitCode, stderr, stdout }).toMatchObject({ exitCode: 0, stdout: "" });
  return stderr.replaceAll(/^(?:warning|  (?:->|at)) .*\n/gm, "");
}

describe("what is asked to be quiet says nothing but warnings", () => {
  test.each([
    ["bake --progress quiet", ["bake", "--progress", "quiet"], {}],
    ["bake --progress=quiet", ["bake", "--progress=quiet"], {}],
    ["build -q", ["build", "-q", "."], {}],
    ["build --quiet", ["build", "--quiet", "."], {}],
    ["build --progress quiet", ["build", "--progress", "quiet", "."], {}],
    ["BUILDKIT_PROGRESS=quiet", ["bake"], { BUILDKIT_PROGRESS: "quiet" }],
  ])("%s", async (_, args, extra) => {
    expect(await run(args, extra)).toBe("");
  });

  test.each([
    ["bake", ["bake"], {}],
    ["build", ["build", "."], {}],
    ["build --quiet=false", ["build", "--quiet=false", "."], {}],
    ["a flag above the variable", ["bake", "--progress", "plain"], { BUILDKIT_PROGRESS: "quiet" }],
  ])("not %s", async (_, args, extra) => {
    expect(await run(args, extra)).toMatch(/api|default/);
  });
});
