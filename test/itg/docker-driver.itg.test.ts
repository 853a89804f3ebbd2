import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeTempDir } from "../support/cleanup.ts";
import { makeBusyboxContext } from "../support/contexts.ts";
import { type DockerEngine, type EngineOptions, startDockerEngine } from "../support/docker-engine.ts";
import { canRunEngine } from "../support/docker-packages.ts";
import { dockerEnvironment, makeDockerProject } from "../support/docker-project.ts";
import { addToMount, runWithMounts } from "../support/mount-project.ts";
import { type PushRegistry, startPushRegistry } from "../support/push-registry.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { type S3Server, startVersitygw } from "../support/s3-server.ts";

/* The docker driver: the BuildKit in the Docker engine itself, which has no S3 cache for layers. */

/** For a BuildKit that knows neither COPY --link nor contexts by name. */
const plainDockerfile = `FROM scratch
ENV PATH=/bin
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
COPY src /src
${addToMount("id=shop-data")}`;

describe.skipIf(!canRunEngine)("the docker driver", () => {
  let s3: S3Server;
  let registry: PushRegistry;
  let busybox: string;
  beforeAll(async () => {
    [s3, registry] = await Promise.all([startVersitygw(), startPushRegistry()]);
    await s3.createBucket("cache");
    busybox = makeBusyboxContext(makeTempDir("busybox"));
  });
  afterAll(async () => {
    await Promise.all([s3?.stop(), registry?.stop()]);
  });

  async function onEngine<T>(options: EngineOptions, use: (engine: DockerEngine) => Promise<T>): Promise<T> {
    const engine = await startDockerEngine({ ...options, hasImage: false });
    try {
      return await use(engine);
    } finally {
      await engine.stop();
    }
  }

  test("of an engine whose BuildKit is too old says so before the build, and builds at once", async () => {
    const image = `${registry.host}/tools/old:1`;
    const target = { tags: [image], contexts: {}, network: "none" };
    const workspace = makeDockerProject({ busybox, prefix: "old/", dockerfile: plainDockerfile, target });
    copyFileSync(join(busybox, "bin", "busybox"), workspace.path("busybox"));
    const tooOld = "builder default: cache mounts need BuildKit 0.11 or later";
    await onEngine({ age: "old" }, async (engine) => {
      const env = dockerEnvironment(engine, s3);
      for (const args of [[], ["--cache", "off"]]) {
        workspace.write("src/a.txt", `one${args.length}`);
        const began = performance.now();
        const { exitCode, stderr, mounts } = await runWithMounts(workspace, ["bake", ...args], env);
        const ms = performance.now() - began;
        expect(exitCode, stderr).toBe(0);
        expect(stderr).not.toMatch(/unknown method|BK4022/);
        expect(ms, "no call that is never answered is waited for").toBeLessThan(20_000);
        const warning = stderr.indexOf(`warning BK4024: ${tooOld}`);
        if (args.length > 0) expect([warning, mounts]).toEqual([-1, []]);
        else {
          expect(warning, stderr).toBeGreaterThan(-1);
          expect(warning).toBeLessThan(stderr.indexOf("#0 building with"));
          expect(stderr.match(/BK4024/g)).toHaveLength(1);
          expect(mounts).toMatchObject([
            { restore: { outcome: "failed", reason: tooOld }, save: { outcome: "skipped", reason: tooOld } },
          ]);
        }
      }
      expect(await engine.docker("images", "--format", "{{.Repository}}:{{.Tag}}")).toContain(image);
      const pushed = await runWithMounts(workspace, ["bake", "--push"], env);
      expect([pushed.exitCode, registry.images()], pushed.stderr).toEqual([0, ["tools/old:1"]]);
      for (const args of [["save"], ["restore"], ["ls"], ["ls", "--local"], ["repair"]]) {
        const result = await runBkcache(["mounts", ...args], { cwd: workspace.dir, env });
        expect(`${result.stdout}${result.stderr}`).toContain(tooOld);
        expect(result.exitCode, args.join(" ")).not.toBe(0);
      }
      const strict = await runBkcache(["bake", "--strict"], { cwd: workspace.dir, env });
      expect([strict.exitCode, strict.stderr]).toEqual([2, expect.stringContaining(`error BK4024: ${tooOld}`)]);
    });
  });

  test.each([
    ["graph driver", false],
    ["containerd image store", true],
  ])("of a current engine with the %s carries mounts", async (_, hasContainerdStore) => {
    const prefix = `current-${hasContainerdStore}/`;
    const image = `${registry.host}/tools/current:1`;
    const workspace = makeDockerProject({ busybox, prefix, target: { tags: [image], network: "none" } });
    await onEngine({ age: "current", hasContainerdStore }, async (engine) => {
      const env = dockerEnvironment(engine, s3);
      const first = await runWithMounts(workspace, ["bake"], env);
      expect(first, first.stderr).toMatchObject({ exitCode: 0, found: { data: "" } });
      expect(first.stderr).toContain("warning BK4010");
      expect(first.mounts).toMatchObject([{ restore: { outcome: "absent" }, save: { outcome: "saved" } }]);
      expect(await engine.docker("images", "--format", "{{.Repository}}:{{.Tag}}")).toContain(image);
      await engine.docker("builder", "prune", "--all", "--force");
      workspace.write("src/a.txt", "two");
      const second = await runWithMounts(workspace, ["bake", "--push"], env);
      expect(second, second.stderr).toMatchObject({ exitCode: 0, found: { data: "one" } });
      expect(second.mounts).toMatchObject([{ restore: { outcome: "restored" }, save: { outcome: "saved", files: 2 } }]);
      expect(registry.images()).toContain("tools/current:1");
    });
  });
});
