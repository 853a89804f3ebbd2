import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeTempDir } from "../support/cleanup.ts";
import { makeBusyboxContext } from "../support/contexts.ts";
import { type DockerEngine, startDockerEngine } from "../support/docker-engine.ts";
import { canRunEngine } from "../support/docker-packages.ts";
import { dockerEnvironment, makeDockerProject } from "../support/docker-project.ts";
import { runWithMounts } from "../support/mount-project.ts";
import { type PushRegistry, startPushRegistry } from "../support/push-registry.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { type S3Server, startVersitygw } from "../support/s3-server.ts";
import type { Workspace } from "../support/workspace.ts";

/* Builders of the docker-container driver on a real Docker engine, made in each of the ways that people make them. */

const network = ["--driver-opt", "network=host"];
/** The builder that bkcache makes by the config. */
const own = { driver: "docker-container", options: { network: "host" } };

describe.skipIf(!canRunEngine)("the docker-container driver", () => {
  let engine: DockerEngine;
  let s3: S3Server;
  let registry: PushRegistry;
  let busybox: string;

  beforeAll(async () => {
    [engine, s3, registry] = await Promise.all([startDockerEngine(), startVersitygw(), startPushRegistry()]);
    await s3.createBucket("cache");
    busybox = makeBusyboxContext(makeTempDir("busybox"));
  });
  afterAll(async () => {
    await Promise.all([engine?.stop(), s3?.stop(), registry?.stop()]);
  });

  const create = (...args: readonly string[]) =>
    engine.docker("buildx", "create", "--driver", "docker-container", ...network, ...args);
  const remove = async () => {
    const list = await engine.docker("buildx", "ls", "--format", "{{.Builder.Name}}");
    for (const name of new Set(list.trim().split("\n"))) {
      if (name !== "default" && name !== "") await engine.docker("buildx", "rm", "--force", name);
    }
  };
  beforeEach(remove);

  const bake = (workspace: Workspace, args: readonly string[] = [], extra: Readonly<Record<string, string>> = {}) =>
    runWithMounts(workspace, ["bake", ...args], dockerEnvironment(engine, s3, extra));

  /** Two builds on builders of their own; the source of the second is another one. */
  async function carryOver(workspace: Workspace, renew: () => Promise<Readonly<Record<string, string>>>) {
    const first = await bake(workspace, [], await renew());
    expect(first, first.stderr).toMatchObject({ exitCode: 0, found: { data: "" } });
    expect(first.mounts).toMatchObject([{ restore: { outcome: "absent" }, save: { outcome: "saved", files: 1 } }]);
    await remove();
    workspace.write("src/a.txt", "two");
    const second = await bake(workspace, [], await renew());
    expect(second, second.stderr).toMatchObject({ exitCode: 0, found: { data: "one" } });
    expect(second.report.targets).toMatchObject({ app: { steps: { cached: 2 } } });
    expect(second.mounts).toMatchObject([{ restore: { outcome: "restored" }, save: { outcome: "saved", files: 2 } }]);
  }

  test("made by bkcache, of `builder` in the config", async () => {
    const workspace = makeDockerProject({ busybox, prefix: "own/", builder: own });
    await carryOver(workspace, async () => ({}));
    expect(await engine.docker("buildx", "ls")).toMatch(/^bkcache-[0-9a-f]{12} /m);
    await remove();
    const last = await bake(workspace);
    expect(last, last.stderr).toMatchObject({ exitCode: 0, found: {} });
    expect(last.report.targets).toMatchObject({ app: { steps: { ran: [], total: 4, cached: 4 } } });
  });

  test("made as setup-buildx-action makes it, as buildx's current builder", async () => {
    await carryOver(makeDockerProject({ busybox, prefix: "action/" }), async () => {
      await create("--name", "action", "--use");
      return {};
    });
    expect(await engine.docker("ps", "--format", "{{.Names}}")).toBe("buildx_buildkit_action0\n");
  });

  test("by its container, in BUILDKIT_HOST", async () => {
    await carryOver(makeDockerProject({ busybox, prefix: "host/" }), async () => {
      await create("--name", "mine", "--bootstrap");
      return { BUILDKIT_HOST: "docker-container://buildx_buildkit_mine0" };
    });
    expect(await engine.docker("buildx", "ls")).toContain("docker-container://buildx_buildkit_mine0");
  });

  test("--load and --push with both caches", async () => {
    const image = `${registry.host}/tools/app:1`;
    const workspace = makeDockerProject({ busybox, prefix: "push/", builder: own, target: { tags: [image] } });
    const loaded = await bake(workspace, ["--load"]);
    expect(loaded.exitCode, loaded.stderr).toBe(0);
    expect(await engine.docker("images", "--format", "{{.Repository}}:{{.Tag}}")).toContain(image);
    const pushed = await bake(workspace, ["--push"]);
    expect(pushed.exitCode, pushed.stderr).toBe(0);
    expect(registry.images()).toEqual(["tools/app:1"]);
    expect(await engine.docker("pull", image)).toContain("Digest: sha256:");
  });

  test("two nodes on two engines, each with its mounts", async () => {
    const other = await startDockerEngine();
    try {
      await create("--name", "two", "--platform", "linux/amd64", engine.address);
      await create("--name", "two", "--append", "--platform", "linux/386", other.address);
      const workspace = makeDockerProject({
        busybox,
        prefix: "two/",
        target: { platforms: ["linux/amd64", "linux/386"], cacheTo: [] },
      });
      const first = await bake(workspace, ["--builder", "two"]);
      expect(first.exitCode, first.stderr).toBe(0);
      const states = ({ mounts }: typeof first) =>
        Object.fromEntries(mounts.map(({ platform, restore, save }) => [platform, [restore?.outcome, save?.outcome]]));
      expect(states(first)).toEqual({
        "linux/386": ["absent", "saved"],
        "linux/amd64": ["absent", "saved"],
      });
      // One that is stopped is started, whatever the other does.
      await engine.docker("stop", "buildx_buildkit_two0");
      const listed = await runBkcache(["mounts", "ls", "--builder", "two"], {
        cwd: workspace.dir,
        env: dockerEnvironment(engine, s3),
      });
      expect(listed.exitCode, listed.stderr).toBe(0);
      expect(listed.stderr).not.toContain("BK4003");
      await engine.docker("buildx", "rm", "two");
      await create("--name", "two", "--platform", "linux/amd64", engine.address);
      await create("--name", "two", "--append", "--platform", "linux/386", other.address);
      workspace.write("src/a.txt", "two");
      const second = await bake(workspace, ["--builder", "two"]);
      expect(states(second), second.stderr).toEqual({
        "linux/386": ["restored", "saved"],
        "linux/amd64": ["restored", "saved"],
      });
    } finally {
      await remove();
      await other.stop();
    }
  });
});
