import { execFileSync } from "node:child_process";
import { expect } from "vitest";
import type { Buildkit } from "../support/buildkit.ts";
import { makeDockerConfig } from "../support/docker-config.ts";
import { cleanEnv } from "../support/env.ts";
import { addToMount, baseStage, mountRecords, runWithMounts } from "../support/mount-project.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { bucket, test } from "../support/servers.ts";
import { findTool } from "../support/toolchain.ts";
import { makeWorkspace } from "../support/workspace.ts";

/* Builders of two nodes that both build for the same platforms, as two machines or two deployments in a cluster are. */

interface Node {
  readonly builder: Buildkit;
  /** Value of --platform, where the node was made for some. */
  readonly platform?: string;
}

/** Makes a builder of these nodes. */
function makeBuilder(env: Readonly<Record<string, string>>, nodes: readonly Node[]): string {
  const name = `nodes-${crypto.randomUUID().slice(0, 8)}`;
  for (const [index, { builder, platform }] of nodes.entries()) {
    const more = [...(index > 0 ? ["--append"] : []), ...(platform === undefined ? [] : ["--platform", platform])];
    execFileSync(findTool("buildx"), ["create", "--name", name, "--driver", "remote", ...more, builder.address], {
      env,
    });
  }
  return name;
}

test("mounts of all platforms of a build are on the nodes that build them", async ({ s3, busybox, newBuilder }) => {
  const env = cleanEnv({ ...makeDockerConfig().env, ...s3.env, BKCACHE_HELPER: "/bin/busybox", BKCACHE: "read-write" });
  const config = {
    project: "shop",
    backends: { remote: { type: "s3", bucket, prefix: "nodes/", insecure: true } },
    cache: { read: [], write: [], mounts: "remote", mountBudget: { restore: "20s", save: "20s" } },
    targets: {
      // Both of them are built on one node.
      both: { contexts: { busybox }, platforms: ["linux/386", "linux/amd64"], output: ["type=cacheonly"] },
      plain: { contexts: { busybox }, output: ["type=cacheonly"] },
    },
  };
  const workspace = makeWorkspace({
    "bkcache.config.json": JSON.stringify(config),
    Dockerfile: `${baseStage}ARG TARGETARCH\n${addToMount("id=shop-$TARGETARCH")}`,
    "src/a.txt": "one",
  });
  const bake = (builder: string, target: string) =>
    runWithMounts(workspace, ["bake", target, "--builder", builder], env);
  const [a, b] = await Promise.all([newBuilder(), newBuilder()]);
  const alike = makeBuilder(env, [{ builder: a }, { builder: b }]);
  const first = await bake(alike, "both");
  expect(first.exitCode, first.stderr).toBe(0);
  expect(first.mounts.map(({ platform, save }) => [platform, save?.outcome])).toEqual([
    ["linux/386", "saved"],
    ["linux/amd64", "saved"],
  ]);
  expect([await mountRecords(a), await mountRecords(b)]).toEqual([["/shop-386", "/shop-amd64"], []]);
  const listed = await runBkcache(["mounts", "ls", "--local", "--json", "--builder", alike], {
    cwd: workspace.dir,
    env,
  });
  const { local } = JSON.parse(listed.stdout) as { local: { records: readonly { id: string }[] } };
  expect(local.records.map(({ id }) => id).toSorted()).toEqual(["shop-386", "shop-amd64"]);

  // One that was made for the platform comes before one that merely can; without a platform the first one builds.
  const [c, d] = await Promise.all([newBuilder(), newBuilder()]);
  const pinned = makeBuilder(env, [{ builder: c }, { builder: d, platform: "linux/amd64" }]);
  workspace.write("src/a.txt", "two");
  const second = await bake(pinned, "plain");
  expect([second.exitCode, second.found["data"]], second.stderr).toEqual([0, "one"]);
  expect([await mountRecords(c), await mountRecords(d)]).toEqual([["/shop-amd64"], []]);
  expect(second.mounts.map(({ restore, save }) => [restore?.outcome, save?.outcome])).toEqual([["restored", "saved"]]);
});
