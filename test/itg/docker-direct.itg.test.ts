import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBuildx } from "../../src/builder/buildx.ts";
import { openBuilderSession } from "../../src/builder/session.ts";
import { createHost } from "../../src/host/node-host.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { makeBusyboxContext } from "../support/contexts.ts";
import { type DockerEngine, startDockerEngine } from "../support/docker-engine.ts";
import { canRunEngine } from "../support/docker-packages.ts";
import { cleanEnv } from "../support/env.ts";
import { inMount, runIn } from "../support/gateway-builder.ts";

/* The socket in the container of a builder, which root may open without the programs in between, and the engine's own exec. */

describe.skipIf(!canRunEngine)("the way into a docker-container builder", () => {
  let engine: DockerEngine;
  beforeAll(async () => {
    engine = await startDockerEngine();
    const create = ["buildx", "create", "--name", "ci", "--driver", "docker-container", "--driver-opt", "network=host"];
    await engine.docker(...create, "--bootstrap");
  });
  afterAll(() => engine?.stop());

  /** Opens the builder; how many programs stood between, what it answers, and who starts what moves much. */
  async function open(extra: Readonly<Record<string, string>>) {
    const dir = makeBusyboxContext(makeTempDir("direct"));
    const host = createHost({
      cwd: dir,
      env: cleanEnv({ ...engine.env, XDG_CACHE_HOME: dir, BKCACHE_HELPER: join(dir, "bin/busybox"), ...extra }),
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
      const records = await gateway.listMountRecords();
      const starter = await inMount(gateway, { id: "direct", namespace: "" }, async (shell) => {
        const expectedBytes = Number.POSITIVE_INFINITY;
        // Of BuildKit alone, for what it starts.
        const script = ["sh", "-c", "busybox env | busybox grep -q OTEL_"];
        return (await runIn(shell, script, { expectedBytes })).exitCode === 0 ? "BuildKit" : "engine";
      });
      await gateway.removeRecords((await gateway.listMountRecords()).map(({ recordId }) => recordId));
      return { pipes, records, starter };
    } finally {
      await session.close();
    }
  }

  test.each([
    ["by its name", { BUILDX_BUILDER: "ci" }],
    ["by its container", { BUILDKIT_HOST: "docker-container://buildx_buildkit_ci0" }],
  ])("%s is its socket for root, and buildx with BKCACHE_SHORTCUTS=off", async (_, env: Record<string, string>) => {
    expect(await open(env)).toEqual({ pipes: 0, records: [], starter: "engine" });
    expect(await open({ ...env, BKCACHE_SHORTCUTS: "off" })).toEqual({ pipes: 1, records: [], starter: "BuildKit" });
  });
});
