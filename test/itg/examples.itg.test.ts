import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect } from "vitest";
import type { Report } from "../../src/outcome/report.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { makeGoContext, makeNodeContext } from "../support/contexts.ts";
import { makeDockerConfig } from "../support/docker-config.ts";
import { cleanEnv } from "../support/env.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { bucket, test } from "../support/servers.ts";
import { copyExample } from "../support/workspace.ts";

describe("examples/node-monorepo", () => {
  const example = copyExample("node-monorepo");
  const toBoth = ["disk", "remote"];
  const writtenTo: Readonly<Record<string, readonly string[]>> = {
    "app-api": toBoth,
    "app-web": toBoth,
    test: ["remote"],
    docs: toBoth,
  };

  const cacheNames = (backend: string): string[] =>
    Object.keys(writtenTo)
      .filter((target) => writtenTo[target]?.includes(backend))
      .map((target) => `node-monorepo.${target}.main`);

  /** `bkcache bake ci` on a new, empty builder. */
  const bakingTest = test.extend("bakeAll", ({ s3, newBuilder }) =>
    async (node: string, home: string): Promise<Report> => {
      const file = join(makeTempDir("report"), "report.json");
      const env = cleanEnv({
        ...makeDockerConfig().env,
        ...s3.env,
        HOME: home,
        BUILDKIT_HOST: (await newBuilder()).address,
        BUILDKIT_INSECURE: "true", // the S3 server speaks plain http
        BKCACHE: "read-write",
        BUCKET: bucket,
        NODE_IMAGE: node,
      });
      const { exitCode, stderr } = await runBkcache(["bake", "ci", "--report", file], { cwd: example.dir, env });
      expect(exitCode, stderr).toBe(0);
      const report = JSON.parse(readFileSync(file, "utf8")) as Report;
      expect(report).toMatchObject({ failures: [], leftOut: [] });
      return report;
    });

  /** What a bake must say where every step of `first` was taken from `sources`. */
  function allFrom(first: Report, sources: Readonly<Record<string, string>>) {
    const targets = Object.entries(first.targets).map(([name, { steps }]) => {
      const total = steps?.total ?? 0;
      expect(total).toBeGreaterThanOrEqual(5);
      return [name, { steps: { total, cached: total, ran: [] }, source: { backend: sources[name] } }];
    });
    return { targets: Object.fromEntries(targets) as Record<string, unknown> };
  }

  bakingTest(
    "an empty builder re-runs nothing: from the folder on one machine, from the bucket on another",
    async ({ s3, bakeAll }) => {
      const node = makeNodeContext(makeTempDir("node"));
      const home = makeTempDir("home");
      const first = await bakeAll(node, home);
      const written = Object.entries(first.targets).map(([name, target]) => [
        name,
        target.written.map(({ backend }) => backend),
      ]);
      expect(Object.fromEntries(written)).toEqual(writtenTo);
      // bkcache keeps notes of its own in that folder too.
      expect(readdirSync(join(home, ".cache", "bkcache"))).toEqual(expect.arrayContaining(cacheNames("disk")));
      const manifests = await s3.objects(bucket, "node-monorepo/manifests/");
      expect(new Set(manifests.map(({ key }) => key.split("/").at(-1)))).toEqual(new Set(cacheNames("remote")));

      const sameMachine = { "app-api": "disk", "app-web": "disk", docs: "disk", test: "remote" };
      expect(await bakeAll(node, home)).toMatchObject(allFrom(first, sameMachine));
      const otherMachine = { "app-api": "remote", "app-web": "remote", docs: "remote", test: "remote" };
      expect(await bakeAll(node, makeTempDir("home"))).toMatchObject(allFrom(first, otherMachine));
    },
  );
});

describe("examples/go-modules", () => {
  // Go compiles its own library there.
  test(
    "after a change, an empty builder compiles with the modules of the mount, and may not download any",
    { timeout: 600_000 },
    async ({ s3, busybox, newBuilder }) => {
      const example = copyExample("go-modules");
      const images = { GO_IMAGE: makeGoContext(makeTempDir("golang")), BUSYBOX_IMAGE: busybox };
      const bake = async (proxy: string): Promise<Report> => {
        const env = cleanEnv({
          ...makeDockerConfig().env,
          ...s3.env,
          ...images,
          BUILDKIT_HOST: (await newBuilder()).address,
          BUILDKIT_INSECURE: "true",
          BKCACHE: "read-write",
          BKCACHE_HELPER: join(busybox, "bin", "busybox"),
          BUCKET: bucket,
          GOPROXY: proxy,
        });
        const args = ["bake", "--strict", "--report", "report.json"];
        const { exitCode, stderr } = await runBkcache(args, { cwd: example.dir, env });
        expect(exitCode, stderr).toBe(0);
        return JSON.parse(example.read("report.json")) as Report;
      };

      const first = await bake(execFileSync("go", ["env", "GOPROXY"], { cwd: tmpdir(), encoding: "utf8" }).trim());
      expect(first.mounts.map(({ name, save }) => [name, save?.outcome])).toEqual([
        ["gomod", "saved"],
        ["gobuild", "saved"],
      ]);
      example.write("main.go", example.read("main.go").replace("%s %v", "%s costs %v"));
      const second = await bake("off");
      expect(second.mounts.map(({ name, restore }) => [name, restore?.outcome])).toEqual([
        ["gomod", "restored"],
        ["gobuild", "restored"],
      ]);
      const ran = second.targets["prices"]?.steps?.ran.map(({ name }) => name) ?? [];
      expect(ran.some((name) => name.includes("go build"))).toBe(true);
      expect(ran.some((name) => name.includes("go mod download"))).toBe(false);
    },
  );
});
