import { describe, expect, test } from "vitest";
import { fakeBuildx } from "../support/fake-buildx.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { makeWorkspace } from "../support/workspace.ts";

const compose = "services:\n  api:\n    build: .\n";
const printed = (entries: object) =>
  JSON.stringify({
    group: { default: { targets: ["api"] } },
    target: { api: { context: ".", dockerfile: "Dockerfile", ...entries } },
  });
const own = {
  "cache-from": [{ type: "registry", ref: "acme/api:cache" }],
  "cache-to": [{ type: "registry", ref: "acme/api:cache" }],
};

async function run(args: readonly string[], options: { readonly config?: string; readonly remote?: string } = {}) {
  const { config, remote } = options;
  const { dir } = makeWorkspace({
    "compose.yaml": compose,
    Dockerfile: "FROM scratch\n",
    ...(config !== undefined && { "bkcache.config.yaml": config }),
  });
  const { docker, env } = fakeBuildx(dir, [
    { when: ["buildx", "bake"], has: ["--print", "*.cache-to="], stdout: printed({ ...own, "cache-to": undefined }) },
    { when: ["buildx", "bake"], has: ["--print"], stdout: printed(own) },
  ]);
  const { exitCode, stdout, stderr } = await runBkcache(args, {
    cwd: dir,
    env: {
      ...env,
      ...(remote !== undefined && {
        BUILDKIT_REMOTE_CACHE: remote,
        AWS_REGION: "eu-central-1",
        AWS_ACCESS_KEY_ID: "a",
        AWS_SECRET_ACCESS_KEY: "b",
        AWS_ENDPOINT_URL: "http://127.0.0.1:1",
        BUILDKIT_INSECURE: "true",
      }),
    },
  });
  const built = docker.calls().findLast(({ argv }) => argv.includes("--metadata-file"));
  return { exitCode, stdout, stderr, built: built?.stdin ?? null };
}

const config = "project: shop\nbake: compose.yaml\n";

describe("cache entries of a compose file", () => {
  test("pass as they are where the config says nothing", async () => {
    const { exitCode, stderr, built } = await run(["bake", "--cache", "read-write"], { config });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(built).toMatch(/cache-from\b[\s\S]*acme\/api:cache[\s\S]*cache-to\b[\s\S]*acme\/api:cache/);
  });

  test("--set '*.cache-to=' is bake's own flag there", async () => {
    const { exitCode, stderr, built } = await run(["bake", "--cache", "read-write", "--set", "*.cache-to="], {
      config,
    });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(built).toContain("cache-from");
    expect(built).not.toContain("cache-to");
  });

  test("--set '*.cache-to=' is an error where bkcache chooses", async () => {
    const more = "backends: { disk: { type: local, path: .cache } }\ncache: { write: [disk] }\n";
    const { exitCode, stderr, built } = await run(["bake", "--set", "*.cache-to="], { config: config + more });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("error BK1003") });
    expect(built).toBeNull();
  });

  test("--cache off switches them off for that run, and plan shows the same", async () => {
    const [baked, planned] = await Promise.all([
      run(["bake", "--cache", "off"], { config }),
      run(["plan", "--cache", "off", "--json"], { config }),
    ]);
    expect(baked.exitCode).toBe(0);
    expect(baked.built).toContain('target "api"');
    expect(baked.built).not.toContain("cache-");
    expect(JSON.parse(planned.stdout).targets.api).toMatchObject({ sources: [], destinations: [] });
  });
});

describe("without a config", () => {
  const remote = "s3://bucket/prefix/";

  test("plan works with BUILDKIT_REMOTE_CACHE", async () => {
    const { exitCode, stdout, stderr } = await run(["plan"], { remote });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain("the cache is read and written, since BUILDKIT_REMOTE_CACHE is set");
    expect(stdout).toContain("from  remote (s3): s3://bucket/prefix/");
  });

  test("plan without either is BK2001", async () => {
    const { exitCode, stderr } = await run(["plan"]);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("error BK2001") });
  });

  test("--set '*.cache-to=' takes the place of the policy", async () => {
    const { stderr, built } = await run(["bake", "--cache", "read-write", "--set", "*.cache-to="], { remote });
    expect(stderr).not.toContain("BK1003");
    expect(built).toContain('target "api"');
    expect(built).not.toContain("cache-to");
  });
});
