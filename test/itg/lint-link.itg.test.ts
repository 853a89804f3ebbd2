import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { cacheEntry } from "../../src/bake/cache-entry.ts";
import { findBuildx } from "../../src/builder/buildx.ts";
import { createHost } from "../../src/host/node-host.ts";
import { readHistory } from "../../src/outcome/history.ts";
import { lint } from "../../src/run/lint.ts";
import { readSteps } from "../../src/outcome/steps.ts";
import type { Buildkit } from "../support/buildkit.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { makeBusyboxContext } from "../support/contexts.ts";
import { makeDockerConfig } from "../support/docker-config.ts";
import { cleanEnv } from "../support/env.ts";
import { test as serverTest } from "../support/servers.ts";
import { makeWorkspace } from "../support/workspace.ts";

const names = ["t0", "t1", "t2", "t3", "t4"];
const shell = (script: string) => `RUN ["/bin/busybox", "sh", "-c", ${JSON.stringify(script)}]`;

/** Five targets that share copies of the context in every form that --fix mends. */
const dockerfile = `FROM scratch AS base
COPY --from=busybox /bin/busybox /bin/busybox
WORKDIR /app
COPY shared.txt ./
COPY rules rules
COPY open.txt rules/
COPY tree/deep /app/tree/deep
COPY open.txt tree/
COPY --chown=1000:1000 owned /srv/owned/
COPY ["open.txt", "shared.txt", "/data/"]
${shell("cat shared.txt rules/b.sh > /all")}
${names.map((name) => `FROM base AS ${name}\n${shell(`echo ${name} >> /all`)}\n`).join("")}`;

const config = `project: shop
backends: { remote: { type: s3, bucket: cache, region: eu-central-1 } }
cache: { read: [remote], write: [remote] }
defaults: { contexts: { busybox: busybox } }
targets: { ${names.map((name) => `${name}: { target: ${name} }`).join(", ")} }
`;

const test = serverTest.extend("project", ({ s3, newBuilder }) => {
  const workspace = makeWorkspace({
    Dockerfile: dockerfile,
    ".dockerignore": "cache\n",
    "bkcache.config.yaml": config,
    "shared.txt": "shared",
    "open.txt": "open",
    "rules/one/a.txt": "a",
    "rules/b.sh": "b",
    "owned/file": "x",
    "tree/deep/file": "y",
  });
  makeBusyboxContext(workspace.path("busybox"));
  chmodSync(workspace.path("rules/one"), 0o700);
  chmodSync(workspace.path("rules"), 0o775);
  chmodSync(workspace.path("tree/deep"), 0o777);
  chmodSync(workspace.path("open.txt"), 0o666);
  const docker = makeDockerConfig();

  const host = () =>
    createHost({
      cwd: workspace.dir,
      env: cleanEnv({ ...docker.env, ...s3.env, AWS_ENDPOINT_URL: undefined, XDG_CACHE_HOME: docker.dir }),
      signal: new AbortController().signal,
      tell: () => {},
    });

  const entry = (name: string, direction: "from" | "to") =>
    cacheEntry(
      {
        type: "s3",
        bucket: "cache",
        prefix: "layers/",
        region: s3.region,
        endpointUrl: s3.endpoint,
        usePathStyle: true,
      },
      { direction, name, ...(direction === "to" ? { mode: "max" as const } : {}) },
    );

  /** One plain bake; returns the steps that ran, by target. */
  const bake = async (
    builder: Buildkit,
    targets: readonly string[],
    more: (name: string) => object,
  ): Promise<Readonly<Record<string, readonly string[]>>> => {
    const buildx = await findBuildx(host());
    const name = `lint-${builder.root.replaceAll(/\W/g, "")}`;
    await buildx.exec(["create", "--name", name, "--driver", "remote", builder.address]);
    const metadataFile = join(makeTempDir("metadata"), "metadata.json");
    const startedAt = Date.now();
    const definition = {
      target: Object.fromEntries(
        targets.map((target) => [
          target,
          { context: ".", contexts: { busybox: "busybox" }, target, output: ["type=cacheonly"], ...more(target) },
        ]),
      ),
    };
    const flags = ["--builder", name, "-f", "-", "--progress", "plain", "--metadata-file", metadataFile];
    const { exitCode, stderr } = await buildx.exec(["bake", ...flags, ...targets], {
      input: JSON.stringify(definition),
    });
    expect(exitCode, stderr).toBe(0);
    const history = await readHistory(host(), {
      buildx,
      builder: name,
      targets,
      metadataFiles: [metadataFile],
      startedAt,
    });
    return Object.fromEntries(
      targets.map((target) => {
        const progress = history.targets[target]?.progress;
        if (progress === null || progress === undefined) throw new Error(`no history of ${target}`);
        return [target, readSteps(progress).steps.ran.map((step) => step.name)];
      }),
    );
  };

  /** Fills the caches one by one, then builds all of them at once on an empty builder. */
  const reRun = async (scope: string): Promise<readonly string[]> => {
    const first = await newBuilder();
    for (const name of names) await bake(first, [name], () => ({ "cache-to": [entry(`${name}.${scope}`, "to")] }));
    const ran = await bake(await newBuilder(), names, (name) => ({
      "cache-from": [entry(`${name}.${scope}`, "from")],
    }));
    return Object.values(ran).flat();
  };

  /** Every file of the image: mode, numeric owner, size, name. Times are those of the build. */
  const files = async (): Promise<readonly string[]> => {
    const out = workspace.path("cache/image.tar");
    await bake(await newBuilder(), ["t0"], () => ({ output: [`type=tar,dest=${out}`] }));
    const list = execFileSync("tar", ["-tvf", out, "--numeric-owner"], { encoding: "utf8" }).trim().split("\n");
    return list.map((line) => line.replace(/\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?/, "")).sort();
  };
  return { host, reRun, files };
});

describe("lint --fix of a plain COPY that targets share", () => {
  test("a mount that hides the file of an earlier step fails the build, and does not after --fix", async ({
    newBuilder,
  }) => {
    const hidden = makeWorkspace({
      Dockerfile: `FROM scratch
COPY --from=busybox /bin/busybox /bin/busybox
${shell("mkdir /app && echo app > /app/my-app")}
RUN --mount=type=cache,id=shop-app,target=/app/my-app ["/bin/busybox", "cp", "/app/my-app", "/my-app"]
`,
    });
    makeBusyboxContext(hidden.path("busybox"));
    const builder = await newBuilder();
    const build = () =>
      builder.buildctl(
        "build",
        "--frontend=dockerfile.v0",
        "--opt=context:busybox=local:busybox",
        `--local=context=${hidden.dir}`,
        `--local=dockerfile=${hidden.dir}`,
        `--local=busybox=${hidden.path("busybox")}`,
      );
    await expect(build()).rejects.toThrow(/omitting directory|did not complete successfully/);
    const there = createHost({ cwd: hidden.dir, env: {}, signal: new AbortController().signal, tell: () => {} });
    const { findings, fixed } = await lint(there, { names: ["Dockerfile"], config: undefined, shouldFix: true });
    expect({ findings, fixed }).toEqual({ findings: [], fixed: ["Dockerfile"] });
    await build();
  });

  test("steps run again before, none after, and the image is the same", async ({ project: { host, reRun, files } }) => {
    const options = { names: [], config: undefined };
    const found = await lint(host(), { ...options, shouldFix: false });
    expect(found.findings.map(({ code, span, isFixable }) => `${code}:${span?.line} ${isFixable}`)).toEqual(
      [4, 5, 6, 7, 8, 9, 10].map((line) => `BK6016:${line} true`),
    );

    const before = await reRun("plain");
    expect(before.length).toBeGreaterThan(0);
    const image = await files();

    const { findings, fixed } = await lint(host(), { ...options, shouldFix: true });
    expect({ findings, fixed }).toEqual({ findings: [], fixed: ["Dockerfile"] });
    expect(await files()).toEqual(image);
    expect(await reRun("linked")).toEqual([]);
  });
});
