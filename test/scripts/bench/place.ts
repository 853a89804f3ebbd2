/** Where the mounts of the bench lie: a builder and a bucket, and what is done to them in processes of their own. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { build } from "tsdown";
import { findBuildx } from "../../../src/builder/buildx.ts";
import type { EngineContainer } from "../../../src/builder/engine.ts";
import { type Gateway, openGateway } from "../../../src/builder/gateway/gateway.ts";
import { createHost } from "../../../src/host/node-host.ts";
import { program } from "../../../tsdown.config.ts";
import { findStateDir, startBuildkit } from "../../support/buildkit.ts";
import { makeTempDir } from "../../support/cleanup.ts";
import { makeBusyboxContext } from "../../support/contexts.ts";
import { startDockerEngine } from "../../support/docker-engine.ts";
import { cleanEnv } from "../../support/env.ts";
import { type GatewayBuilder, inMount, makeGatewayBuilder } from "../../support/gateway-builder.ts";
import { runCommand } from "../../support/run-bkcache.ts";
import { type S3Server, startVersitygw } from "../../support/s3-server.ts";
import type { Taken, Work } from "./mount-work.ts";
import type { Tree } from "./trees.ts";

const bucket = "bench";

/** mount-work.ts as users have it: bundled as the program is. */
let bundled: Promise<string> | undefined;

async function bundleWork(): Promise<string> {
  const outDir = makeTempDir("bench");
  const entry = { "mount-work": join(import.meta.dirname, "mount-work.ts") };
  await build({ ...program, config: false, entry, outDir });
  return join(outDir, "mount-work.js");
}

export interface Place {
  fill(mount: string, tree: Tree): Promise<void>;
  work(work: Pick<Work, "verb" | "mount" | "prefix" | "count">): Promise<Taken>;
  /** Removes a mount from the builder. */
  drop(mount: string): Promise<void>;
}

/** How a builder is reached. */
export type Way = "unix socket" | "docker-container";

interface Reached extends Pick<GatewayBuilder, "name" | "host" | "open"> {
  /** Null where buildx has to be asked for a connection. */
  readonly address: string | null;
  /** The container that it is, where it is one. */
  readonly container: EngineContainer | null;
  stop(): Promise<void>;
}

/** An empty builder and an empty bucket. */
export async function withPlace<T>(use: (place: Place) => Promise<T>, way: Way = "unix socket"): Promise<T> {
  const s3 = await startVersitygw({ base: makeTempDir("s3", findStateDir()) });
  try {
    await s3.createBucket(bucket);
    const builder = way === "unix socket" ? await startOnSocket() : await startInContainer();
    try {
      const gateway = await builder.open();
      try {
        return await use(openPlace(builder, gateway, s3));
      } finally {
        await gateway.close();
      }
    } finally {
      await builder.stop();
    }
  } finally {
    await s3.stop();
  }
}

async function startOnSocket(): Promise<Reached> {
  const { address, stop, ...buildkit } = await startBuildkit();
  return { ...(await makeGatewayBuilder({ address, stop, ...buildkit })), address, container: null, stop };
}

/** By `buildx dial-stdio` and the engine, as for users who are not root on the engine's machine. */
async function startInContainer(): Promise<Reached> {
  const engine = await startDockerEngine();
  const name = "bench";
  const options = ["--driver", "docker-container", "--driver-opt", "network=host", "--bootstrap"];
  await engine.docker("buildx", "create", "--name", name, ...options);
  const busybox = makeBusyboxContext(makeTempDir("busybox"));
  const host = createHost({
    cwd: busybox,
    env: cleanEnv({ ...engine.env, BKCACHE_HELPER: join(busybox, "bin/busybox") }),
    signal: new AbortController().signal,
    tell: () => {},
  });
  const buildx = await findBuildx(host);
  const container = { name: `buildx_buildkit_${name}0`, engine: engine.address.slice("unix://".length) };
  const open = () => openGateway(host, buildx, name, { container });
  return { name, host, open, address: null, container, stop: engine.stop };
}

function openPlace(builder: Reached, gateway: Gateway, s3: S3Server): Place {
  return {
    async fill(mount, { root, names }) {
      const tar = spawn("tar", ["-C", root, "-c", ...names], { stdio: ["ignore", "pipe", "inherit"] });
      await inMount(gateway, { id: mount, namespace: "" }, async ({ exec }) => {
        const { exitCode, stderr } = await exec(["tar", "-x", "-f", "-"], { input: tar.stdout });
        if (exitCode !== 0) throw new Error(`tar exits ${exitCode}: ${stderr}`);
      });
    },
    async work(work) {
      const whole: Work = {
        builder: builder.name,
        address: builder.address,
        container: builder.container,
        bucket,
        ...work,
      };
      const { exitCode, stdout, stderr } = await runCommand(
        process.execPath,
        [await (bundled ??= bundleWork()), JSON.stringify(whole)],
        { cwd: builder.host.cwd, env: { ...builder.host.env, ...s3.env } },
      );
      if (exitCode !== 0) throw new Error(`${work.verb} exits ${exitCode}: ${stderr.slice(-2000)}`);
      const taken: Taken = JSON.parse(stdout);
      return taken;
    },
    async drop(mount) {
      const records = await gateway.listMountRecords();
      await gateway.removeRecords(records.flatMap(({ mountId, recordId }) => (mountId === mount ? [recordId] : [])));
    },
  };
}
