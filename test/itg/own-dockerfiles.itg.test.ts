import { describe, expect, test } from "vitest";
import { makeDockerConfig } from "../support/docker-config.ts";
import { cleanEnv } from "../support/env.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { makeWorkspace, type Workspace } from "../support/workspace.ts";

const bakeFile = 'target "api" {\n  context = "services/api"\n  dockerfile = "Api.Dockerfile"\n}\ntarget "db" {}\n';
const config = `project: shop
bake: docker-bake.hcl
backends: { disk: { type: local, path: ./cache } }
cache: { read: [disk], write: [disk] }
mounts: { npm: npm }
`;
const marked = "FROM node:24\n# bkcache: npm\nRUN npm ci\n";
const managed = "FROM node:24\n# bkcache: npm\nRUN --mount=type=cache,id=shop-npm,target=/root/.npm npm ci\n";

/** Only bake can tell which Dockerfiles a config with `bake:` builds. */
describe("the Dockerfiles of an own bake file", () => {
  const { env } = makeDockerConfig();
  const run = (workspace: Workspace, ...args: readonly string[]) =>
    runBkcache(args, { cwd: workspace.dir, env: cleanEnv(env) });
  const make = (dockerfile: string) =>
    makeWorkspace({
      "bkcache.config.yaml": config,
      "docker-bake.hcl": bakeFile,
      "services/api/Api.Dockerfile": dockerfile,
      Dockerfile: "FROM scratch\n",
    });

  test.each([
    ["all", []],
    ["by target", ["api"]],
    ["by path", ["services/api/Api.Dockerfile"]],
  ])("lint looks at them: %s", async (_, names) => {
    const { stdout, exitCode } = await run(make("FROM node:24\nRUN npm ci\n"), "lint", "--strict", "--json", ...names);
    expect(exitCode).toBe(1);
    const { findings } = JSON.parse(stdout) as { readonly findings: readonly unknown[] };
    expect(findings).toContainEqual(
      expect.objectContaining({ code: "BK6003", file: "services/api/Api.Dockerfile", line: 2 }),
    );
  });

  test("lint without a declared mount", async () => {
    const workspace = make("FROM node:24\nRUN npm ci\n");
    workspace.write("bkcache.config.yaml", "project: shop\nbake: docker-bake.hcl\n");
    const { stderr } = await run(workspace, "lint");
    expect(stderr).toContain("BK6003");
    expect(stderr).toContain("2 Dockerfiles: 0 errors, 1 warning");
  });

  test("generate keeps them in step, and eject takes the comments out and leaves the bake file alone", async () => {
    const workspace = make(marked);
    expect((await run(workspace, "generate", "--check")).exitCode).toBe(1);
    expect((await run(workspace, "generate")).exitCode).toBe(0);
    expect(workspace.read("services/api/Api.Dockerfile")).toBe(managed);
    expect((await run(workspace, "generate", "--check")).exitCode).toBe(0);

    const refused = await run(workspace, "eject", "--cache", "read");
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("BK1002");
    const { exitCode, stderr } = await run(workspace, "eject");
    expect(exitCode).toBe(0);
    expect(stderr).toContain("services/api/Api.Dockerfile: ejected");
    expect(workspace.read("services/api/Api.Dockerfile")).toBe(managed.replace("# bkcache: npm\n", ""));
    expect(workspace.read("docker-bake.hcl")).toBe(bakeFile);

    const again = await run(workspace, "eject");
    expect(again.exitCode).toBe(0);
    expect(again.stderr).toContain("no Dockerfile of its targets speaks of bkcache");
    expect(workspace.has("bkcache.config.yaml")).toBe(true);
    expect((await run(workspace, "eject", "--delete-config")).exitCode).toBe(0);
    expect(workspace.has("bkcache.config.yaml")).toBe(false);
  });
});
