import { describe, expect, test } from "vitest";
import { makeDockerConfig } from "../support/docker-config.ts";
import { cleanEnv } from "../support/env.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { makeWorkspace } from "../support/workspace.ts";

/** What init makes of a folder whose files only bake can read. */
describe("init of a folder", () => {
  const { env } = makeDockerConfig();
  async function init(files: Readonly<Record<string, string>>, extra: Readonly<Record<string, string>> = {}) {
    const workspace = makeWorkspace(files);
    const bkcache = (...args: readonly string[]) =>
      runBkcache(args, { cwd: workspace.dir, env: cleanEnv({ ...env, ...extra }) });
    const { exitCode, stderr } = await bkcache("init", "--yes", "--stdout", "--format", "json");
    const { stdout } = await bkcache("init", "--yes", "--stdout", "--format", "json");
    expect({ exitCode, stderr: stderr.includes("error") }).toEqual({ exitCode: 0, stderr: false });
    await bkcache("init", "--yes", "--format", "yaml");
    return { config: JSON.parse(stdout) as Record<string, unknown>, stderr, bkcache };
  }
  const from = "FROM scratch\n";

  test("a bake file at the top stays the source, and what it does not build becomes targets", async () => {
    const { config, bkcache } = await init({
      "docker-bake.hcl": 'target "api" {\n  context = "api"\n}\n',
      "api/Dockerfile": from,
      "worker/Dockerfile": from,
      "api/Dockerfile.dev": from,
    });
    expect(config).toMatchObject({ bake: "docker-bake.hcl", targets: { worker: { context: "worker" } } });
    expect(Object.keys(config["targets"] as object)).toEqual(["dev", "worker"]);
    expect((await bkcache("generate", "--check")).exitCode).toBe(0);
    expect((await bkcache("plan", "worker", "api")).exitCode).toBe(0);
  });

  test("a bake file in a folder that is run at the top is the source", async () => {
    const { config } = await init({
      "docker/docker-bake.hcl": 'target "all" {\n  dockerfile = "docker/Dockerfile"\n}\n',
      "docker/Dockerfile": from,
    });
    expect(config["bake"]).toBe("docker/docker-bake.hcl");
    expect(config["targets"]).toBeUndefined();
  });

  test("a compose file that is run in its own folder becomes targets with its contexts, .env and includes", async () => {
    const { config, bkcache } = await init({
      "src/docker-compose.yml":
        'include: [common.yml]\nservices:\n  web:\n    build:\n      context: .\n      dockerfile: Web/Dockerfile\n      args: { A: "${A}" }\n',
      "src/common.yml": "services:\n  db:\n    image: postgres\n",
      "src/.env": "A=1\n",
      "src/Web/Dockerfile": "FROM scratch\nCOPY Web/x .\n",
      "src/Web/x": "",
    });
    expect(config).toMatchObject({
      targets: { web: { context: "src", dockerfile: "Web/Dockerfile", args: { A: "1" } } },
    });
    expect(Object.keys(config["targets"] as object)).toEqual(["web"]);
    expect((await bkcache("generate")).exitCode).toBe(0);
  });

  test("compose files with equal names come together under names of their own", async () => {
    const compose = "services:\n  web:\n    build: .\n";
    const { config } = await init({
      "a/compose.yaml": compose,
      "a/Dockerfile": from,
      "b/compose.yaml": compose,
      "b/Dockerfile": from,
      "c/compose.yaml": "services:\n  web:\n    env_file: gone.env\n    build: .\n",
      "c/Dockerfile": from,
    });
    expect(config["targets"]).toEqual({ "b-web": { context: "b" }, c: { context: "c" }, web: { context: "a" } });
  });

  test("what bake refuses is said, and the rest is there", async () => {
    const { config, stderr } = await init({
      "docker-bake.hcl": 'target "api" {\n  context = NOPE\n}\n',
      Dockerfile: from,
    });
    expect(config).toMatchObject({ bake: "docker-bake.hcl" });
    expect(stderr).toMatch(/warning BK1012: docker-bake\.hcl: .*bake refuses it/);
  });

  const mounted = `FROM rust:1.91
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/app/target cargo build --release
RUN --mount=type=cache,target=/root/.cache/go-build go build
`;

  test.each([
    ["alone", {}],
    ["beside a bake file", { "docker-bake.hcl": 'target "default" {}\n' }],
  ])("mounts that were carried are carried after it: %s", async (_, more) => {
    const { config, bkcache } = await init({ Dockerfile: mounted, "Cargo.toml": "", "Cargo.lock": "", ...more });
    expect(config["mounts"]).toEqual({
      gobuild: { preset: "go-build", id: "/root/.cache/go-build", perArch: false },
    });
    const { stdout } = await bkcache("init", "--yes", "--force", "--format", "yaml", "--stdout");
    expect(stdout).toContain("not declared: /usr/local/cargo/registry (Dockerfile), /app/target (Dockerfile)");
    expect((await bkcache("generate", "--check")).stderr).not.toContain("BK2077");
  });
});
