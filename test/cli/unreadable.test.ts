import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fakeBuildx } from "../support/fake-buildx.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { makeWorkspace } from "../support/workspace.ts";

const config = `project: shop
backends: { disk: { type: local, path: .cache } }
cache: { read: [disk], write: [disk], mounts: disk }
mounts: { gomod: go-mod }
targets: { api: {} }
`;

/** A link that leads to itself, which nobody can read, root not either. */
function makeLoop(dir: string, name: string): void {
  symlinkSync(name, join(dir, name));
}

describe("a Dockerfile that cannot be read is one error", () => {
  test.each([
    ["bake"],
    ["build", "."],
    ["generate"],
    ["lint"],
    ["lint", "Dockerfile"],
    ["plan"],
    ["mounts", "save"],
    ["mounts", "restore"],
  ])("%s %s", async (...args) => {
    const { dir } = makeWorkspace({ "bkcache.config.yaml": config });
    makeLoop(dir, "Dockerfile");
    const { docker, env } = fakeBuildx(dir);
    const { exitCode, stderr } = await runBkcache(args, { cwd: dir, env });
    expect(stderr.match(/error BK\d+/g)).toEqual(["error BK3004"]);
    expect(stderr).toContain(`cannot read ${join(dir, "Dockerfile")} (ELOOP)`);
    expect(exitCode).toBe(2);
    expect(docker.calls().some(({ argv }) => argv.includes("--metadata-file"))).toBe(false);
  });
});

describe("a config that cannot be read is an error of its own", () => {
  test.each([
    ["nothing else", {}],
    ["BUILDKIT_REMOTE_CACHE", { BUILDKIT_REMOTE_CACHE: "s3://b/p/", AWS_REGION: "r" }],
  ])("beside %s", async (_, extra) => {
    const { dir } = makeWorkspace({ Dockerfile: "FROM scratch\n" });
    makeLoop(dir, "bkcache.config.yaml");
    const { docker, env } = fakeBuildx(dir);
    const { exitCode, stderr } = await runBkcache(["bake"], { cwd: dir, env: { ...env, ...extra } });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("error BK2002") });
    expect(stderr).toContain("bkcache.config.yaml");
    expect(docker.calls().some(({ argv }) => argv[1] === "bake")).toBe(false);
  });

  test("named by --config", async () => {
    const { dir } = makeWorkspace({ Dockerfile: "FROM scratch\n" });
    makeLoop(dir, "other.yaml");
    const { env } = fakeBuildx(dir);
    const { exitCode, stderr } = await runBkcache(["validate", "--config", "other.yaml"], { cwd: dir, env });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("error BK2002") });
  });
});

describe("a temporary folder that takes no file is said, and the build goes on", () => {
  test.each([
    ["bake", ["bake"]],
    ["build", ["build", "."]],
  ])("%s", async (verb, args) => {
    const { dir } = makeWorkspace({ "bkcache.config.yaml": config, Dockerfile: "FROM scratch\n" });
    const noFolder = join(dir, "bkcache.config.yaml");
    const { docker, env } = fakeBuildx(dir);
    const { exitCode, stderr } = await runBkcache(args, { cwd: dir, env: { ...env, TMPDIR: noFolder } });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(stderr).toContain(`${noFolder} takes no files (ENOTDIR)`);
    const call = docker.calls().findLast(({ argv }) => argv[1] === verb);
    expect(call?.argv).not.toContain("--metadata-file");
  });
});
