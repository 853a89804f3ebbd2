import { userInfo } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cleanEnv } from "../support/env.ts";
import { fakeBuildx } from "../support/fake-buildx.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { makeWorkspace } from "../support/workspace.ts";

const config = `project: shop
backends: { disk: { type: local, path: .cache } }
cache: { read: [disk], write: [disk] }
targets: { api: {} }
`;

describe("a relative path of a backend counts from the config, wherever the command begins", () => {
  test.each([
    ["build", ["build", "."]],
    ["bake", ["bake"]],
  ])("%s", async (verb, args) => {
    const files = { "bkcache.config.yaml": config, Dockerfile: "FROM scratch\n", "sub/Dockerfile": "FROM scratch\n" };
    const { dir } = makeWorkspace(files);
    const { docker, env } = fakeBuildx(dir);
    const { stderr, exitCode } = await runBkcache([...args, "--cache", "read-write"], { cwd: join(dir, "sub"), env });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    const call = docker.calls().findLast(({ argv }) => argv[1] === verb);
    const passed = [...(call?.argv ?? []), call?.stdin].join(" ");
    expect(passed).toContain(join(dir, ".cache", "shop."));
    expect(passed).not.toContain(join(dir, "sub", ".cache"));
  });
});

test("without HOME the mounts' store is in the same home folder as the layers", async () => {
  const { dir } = makeWorkspace({
    "bkcache.config.yaml": config
      .replace("path: .cache", 'path: "~/.cache/bkcache-nowhere"')
      .replace(" }\ntar", ", mounts: disk }\ntar"),
  });
  const { stdout, stderr } = await runBkcache(["mounts", "prune", "--dry-run"], {
    cwd: dir,
    env: cleanEnv({ HOME: undefined }),
  });
  expect(stdout + stderr).toContain(join(userInfo().homedir, ".cache/bkcache-nowhere"));
});
