import { describe, expect, test } from "vitest";
import { makeDockerConfig } from "../support/docker-config.ts";
import { cleanEnv } from "../support/env.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { makeWorkspace } from "../support/workspace.ts";

/** What a machine lacks, or a file does not say, stops only what needs it. */
describe("a bake file that cannot be read entirely here", () => {
  const { env } = makeDockerConfig();
  const open = (bakeFile: string, extra: Readonly<Record<string, string>> = {}) => {
    const workspace = makeWorkspace({
      "bkcache.config.yaml": "project: shop\nbake: docker-bake.hcl\nmounts: { npm: npm }\n",
      "docker-bake.hcl": bakeFile,
      Dockerfile: "FROM node:24\n# bkcache: npm\nRUN --mount=type=cache,id=shop-npm,target=/root/.npm npm ci\n",
    });
    const bkcache = (...args: readonly string[]) =>
      runBkcache(args, {
        cwd: workspace.dir,
        env: cleanEnv({ ...env, SSH_AUTH_SOCK: undefined, ...extra }),
      });
    return { workspace, bkcache };
  };

  const secret = `target "default" {
  secret = ["type=file,id=t,src=./nope", "id=gone"]
  ssh    = ["default", "key=./no-key"]
}
`;
  test.each([["lint"], ["plan"], ["generate", "--check"], ["eject", "--dry-run"]])(
    "secrets and keys that are not here do not stop %s",
    async (...args) => {
      const { exitCode, stderr } = await open(secret).bkcache(...args);
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      expect(stderr).not.toContain("failed to");
    },
  );

  test("they stop a bake, as they do without bkcache", async () => {
    const { exitCode, stderr } = await open(secret).bkcache("bake", "--print");
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain("failed to");
  });

  test("init beside such a file keeps it, and knows what it builds", async () => {
    const { workspace, bkcache } = open(secret);
    const { exitCode, stderr } = await bkcache("init", "--yes", "--force", "--format", "yaml");
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(stderr).not.toContain("BK1012");
    expect(workspace.read("bkcache.config.yaml")).not.toContain("targets:");
  });

  const named = 'target "api" {}\ntarget "web" {}\ngroup "all" {\n  targets = ["api", "web"]\n}\n';
  test("without a group default the names are said, and what needs none goes on", async () => {
    const { bkcache } = open(named);
    for (const args of [["plan"], ["bake", "--print"]]) {
      const { exitCode, stderr } = await bkcache(...args);
      expect(exitCode).toBe(2);
      expect(stderr).toContain("name what is meant, of all, api, web");
    }
    for (const args of [["lint"], ["generate", "--check"], ["plan", "all"], ["init", "--yes", "--stdout"]]) {
      expect(await bkcache(...args)).toMatchObject({ exitCode: 0 });
    }
  });

  const required = `variable "FOO" {
  validation {
    condition = FOO != ""
    error_message = "FOO is required"
  }
}
variable "LIST" {
  type = list(string)
}
target "default" {
  args = { FOO = FOO, LIST = join(",", LIST) }
}
`;
  test("variables that must be set are taken from the environment", async () => {
    const { workspace, bkcache } = open(required, { FOO: "x", LIST: "a,b" });
    const { exitCode, stderr } = await bkcache("init", "--from-bake", "docker-bake.hcl", "--force", "--format", "yaml");
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(workspace.read("bkcache.config.yaml")).toMatch(/FOO: x\n\s+LIST: a,b/);
    expect(stderr).not.toContain("BK1013");
  });

  test("files may be named as bake names those of this machine", async () => {
    const { bkcache } = open('target "default" {}\n');
    const made = await bkcache("init", "--from-bake", "cwd://docker-bake.hcl", "--stdout", "--format", "yaml");
    expect(made).toMatchObject({ exitCode: 0 });
    expect(made.stdout).toContain("default: {}");
  });
});
