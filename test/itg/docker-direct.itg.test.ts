import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBuildx } from "../../src/builder/buildx.ts";
import { openBuilderSession } from "../../src/builder/session.ts";
import { createHost } from "../../src/host/node-host.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { type DockerEngine, startDockerEngine } from "../support/docker-engine.ts";
import { canRunEngine } from "../support/docker-packages.ts";
import { cleanEnv } from "../support/env.ts";

/* The socket in the container of a builder, which root may open without the programs in between. */

describe.skipIf(!canRunEngine)("the way into a docker-container builder", () => {
  let engine: DockerEngine;
  beforeAll(async () => {
    engine = await startDockerEngine();
    const create = ["buildx", "create", "--name", "ci", "--driver", "docker-container", "--driver-opt", "network=host"];
    await engine.docker(...create, "--bootstrap");
  });
  afterAll(() => engine?.stop());

  /** Opens the builder; how many programs stood between, and what it answers. */
  async function open(extra: Readonly<Record<string, string>>) {
    const dir = makeTempDir("direct");
    const host = createHost({
      cwd: dir,
      env: cleanEnv({ ...engine.env, XDG_CACHE_HOME: dir, ...extra }),
      signal: new AbortController().signal,
      tell: () => {},
    });
    let pipes = 0;
    const openPipe: typeof host.openPipe = (...args) => {
      pipes++;
      return host.openPipe(...args);
    };
    const session = await openBuilderSession({ ...host, openPipe }, await findBuildx(host), { dir });
    try {
      const gateway = await session.gateway({ platform: "" });
      return { pipes, records: await gateway.listMountRecords() };
    } finally {
      await session.close();
    }
  }

  test.each([
    ["by its name", { BUILDX_BUILDER: "ci" }],
    ["by its container", { BUILDKIT_HOST: "docker-container://buildx_buildkit_ci0" }],
  ])("%s is its socket for root, and buildx with BKCACHE_SHORTCUTS=off", async (_, env: Record<string, string>) => {
    expect(await open(env)).toEqual({ pipes: 0, records: [] });
    expect(await open({ ...env, BKCACHE_SHORTCUTS: "off" })).toEqual({ pipes: 1, records: [] });
  });
});
