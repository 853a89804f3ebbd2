import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBuildx } from "../../src/builder/buildx.ts";
import { type Gateway, openGateway } from "../../src/builder/gateway/gateway.ts";
import { createHost } from "../../src/host/node-host.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { makeBusyboxContext } from "../support/contexts.ts";
import { type DockerEngine, startDockerEngine } from "../support/docker-engine.ts";
import { canRunEngine, type EngineAge } from "../support/docker-packages.ts";
import { cleanEnv } from "../support/env.ts";
import { inMount, runIn } from "../support/gateway-builder.ts";
import { waitFor } from "../support/poll.ts";

/* Much goes to a mount by a process that the engine starts, for users who are not root on its machine too. */

const mount = { id: "bulk", namespace: "" };
const much = { expectedBytes: Number.POSITIVE_INFINITY };
const data = randomBytes(20 << 20);
const digest = createHash("sha256").update(data).digest("hex");

describe.skipIf(!canRunEngine).each<EngineAge>(["old", "current"])("much, by the %s engine", (age) => {
  let engine: DockerEngine;
  beforeAll(async () => {
    engine = await startDockerEngine({ age });
    const create = ["buildx", "create", "--name", "ci", "--driver", "docker-container", "--driver-opt", "network=host"];
    await engine.docker(...create, "--bootstrap");
  });
  afterAll(() => engine?.stop());
  const name = "buildx_buildkit_ci0";

  async function withGateway<T>(use: (gateway: Gateway) => Promise<T>): Promise<T> {
    const dir = makeBusyboxContext(makeTempDir("bulk"));
    const host = createHost({
      cwd: dir,
      env: cleanEnv({ ...engine.env, BKCACHE_HELPER: join(dir, "bin/busybox") }),
      signal: new AbortController().signal,
      tell: () => {},
    });
    const container = { name, engine: engine.address.slice("unix://".length) };
    const gateway = await openGateway(host, await findBuildx(host), "ci", { container });
    try {
      return await use(gateway);
    } finally {
      await gateway.close();
    }
  }

  /** Numbers of the programs by which the engine has entered a container of BuildKit's, and of what they have started. */
  async function listProcesses(): Promise<readonly number[]> {
    const top = await engine.docker("top", name, "-e", "-o", "pid,args");
    const lines = top.split("\n").filter((line) => /busybox (nsenter |sh -c echo |yes$)/.test(line));
    return lines.map((line) => Number.parseInt(line, 10));
  }

  /** What tells a process of the engine: BuildKit gives those that it starts more of an environment. */
  const isByBuildkit = "busybox env | busybox grep -c OTEL_ || true";

  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < data.length; at += 100_000) yield data.subarray(at, at + 100_000);
  }

  test("goes in and comes out whole, in the container that BuildKit has made and in no other", async () => {
    await withGateway((gateway) =>
      inMount(gateway, mount, async (shell) => {
        const inside = "busybox readlink /proc/self/ns/mnt /proc/self/ns/pid /proc/self/ns/net; busybox pwd";
        const byBuildkit = await runIn(shell, ["sh", "-c", inside]);
        expect(await runIn(shell, ["sh", "-c", isByBuildkit])).not.toMatchObject({ stdout: "0\n" });
        const byEngine = await runIn(shell, ["sh", "-c", inside], much);
        expect(byEngine).toEqual(byBuildkit);
        expect(await runIn(shell, ["sh", "-c", isByBuildkit], much)).toMatchObject({ exitCode: 0, stdout: "0\n" });
        expect(await listProcesses()).not.toEqual([]);
        const script = ["sh", "-c", "busybox cat > data; busybox sha256sum data; echo said >&2; exit 3"];
        const put = await runIn(shell, script, { ...much, input: pieces() });
        expect(put).toEqual({ exitCode: 3, stdout: `${digest}  data\n`, stderr: "said\n" });
        const hash = createHash("sha256");
        // Slower than it comes.
        const onOutput = (piece: Buffer) => {
          hash.update(piece);
          return new Promise<void>((resolve) => void setTimeout(resolve, 1));
        };
        expect(await shell.exec(["cat", "data"], { ...much, onOutput })).toEqual({ exitCode: 0, stderr: "" });
        expect(hash.digest("hex")).toBe(digest);
      }),
    );
    await waitFor(async () => (await listProcesses()).length === 0, { what: "the processes have ended" });
  });

  test("ends with its container where it is broken off, and the mount is free again", async () => {
    await withGateway(async (gateway) => {
      const shell = await gateway.openShell(mount);
      const aborter = new AbortController();
      const stubborn = ["sh", "-c", "trap '' TERM HUP PIPE; while :; do echo; busybox sleep 0.01; done"];
      const onOutput = () => aborter.abort(new Error("enough"));
      await expect(shell.exec(stubborn, { ...much, signal: aborter.signal, onOutput })).rejects.toThrow("enough");
      await shell.close();
      await waitFor(async () => (await listProcesses()).length === 0, { what: "the process has ended" });
      await inMount(gateway, mount, async (again) => {
        expect(await runIn(again, ["sh", "-c", isByBuildkit], much)).toMatchObject({ stdout: "0\n" });
      });
    });
  });

  test("goes through BuildKit once the engine has ended one, which is said", async () => {
    await withGateway(async (gateway) => {
      const shell = await gateway.openShell(mount);
      let killing: Promise<unknown> | undefined;
      const killAll = async () => {
        for (const pid of await listProcesses()) process.kill(pid, "SIGKILL");
      };
      const endless = shell.exec(["yes"], { ...much, onOutput: () => void (killing ??= killAll()) });
      await expect(endless).rejects.toMatchObject({
        code: "BK4022",
        message: expect.stringContaining("the Docker engine"),
      });
      await killing;
      await shell.close();
      await inMount(gateway, mount, async (again) => {
        const found = await runIn(again, ["sh", "-c", `${isByBuildkit}; busybox cat data | busybox sha256sum`], much);
        expect(found.stdout).toMatch(new RegExp(`^[1-9]\\d*\n${digest}  -\n$`));
      });
    });
  });

  test("goes through BuildKit where the builder's image has no shell", async () => {
    await engine.docker("exec", name, "/bin/busybox", "mv", "/bin/sh", "/bin/sh.away");
    try {
      await withGateway((gateway) =>
        inMount(gateway, mount, async (shell) => {
          expect(await runIn(shell, ["sh", "-c", isByBuildkit], much)).not.toMatchObject({ stdout: "0\n" });
          const put = await runIn(shell, ["sha256sum"], { ...much, input: pieces() });
          expect(put).toMatchObject({ exitCode: 0, stdout: `${digest}  -\n` });
        }),
      );
    } finally {
      await engine.docker("exec", name, "/bin/busybox", "mv", "/bin/sh.away", "/bin/sh");
    }
  });
});
