import { execFile } from "node:child_process";
import {
  accessSync,
  constants,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Certificates } from "./certs.ts";
import { cleanEnv } from "./env.ts";
import { freePort } from "./poll.ts";
import { isRunning, startServer, unmountBelow, waitForServer, type Server } from "./process.ts";
import { findTool, pathWith } from "./toolchain.ts";

const run = promisify(execFile);
const prefix = "bkcache-buildkit-";

export interface BuildkitOptions {
  /** Folder under which the builder keeps its state; a tmpfs where there is one that is large enough. */
  readonly dir?: string;
  /** Listens on TCP with mutual TLS too; `address` is then the TCP one. */
  readonly tls?: Certificates;
  /** In a network namespace with nothing in it, which has no way to this machine's loopback. */
  readonly isApart?: boolean;
  /** A certificate authority that it trusts, in place of the machine's. */
  readonly trusts?: string;
  /** Its proxy, in place of the way that this machine has. */
  readonly proxy?: string;
  /** What it keeps of cache mounts after two days, as `maxUsedSpace` has it; without it nothing is ever collected. */
  readonly mountSpace?: string;
}

export interface Buildkit {
  /** What BUILDKIT_HOST takes. */
  readonly address: string;
  /** The unix socket, which is always there. */
  readonly socket: string;
  readonly root: string;
  readonly server: Server;
  /** Runs buildctl against this builder and returns what it prints. */
  buildctl(...args: readonly string[]): Promise<string>;
  /** Ends the daemon and everything that it started, and removes all that it has stored. */
  stop(): Promise<void>;
}

/** A new, empty builder. */
export async function startBuildkit(options: BuildkitOptions = {}): Promise<Buildkit> {
  const parent = options.dir ?? findStateDir();
  removeStale(parent);
  const root = mkdtempSync(join(parent, `${prefix}${process.pid}-`));
  const socket = `unix://${join(root, "buildkitd.sock")}`;
  // Without a file of its own the daemon would read the machine's /etc/buildkit/buildkitd.toml.
  const config = join(root, "buildkitd.toml");
  const { mountSpace } = options;
  const policy = `[[worker.oci.gcpolicy]]\n  filters = ["type==exec.cachemount"]\n  keepDuration = "48h"\n  maxUsedSpace = "${mountSpace}"\n`;
  writeFileSync(config, mountSpace === undefined ? "" : policy);
  const args = ["--config", config, "--root", join(root, "state"), "--otel-socket-path", join(root, "otel.sock")];
  args.push("--containerd-worker=false", `--oci-worker-gc=${mountSpace !== undefined}`, "--oci-worker-net", "host");
  args.push("--allow-insecure-entitlement", "network.host", "--addr", socket);
  let address = socket;
  if (options.tls !== undefined) {
    address = `tcp://127.0.0.1:${await freePort()}`;
    args.push("--addr", address, "--tlscacert", options.tls.ca);
    args.push("--tlscert", options.tls.serverCert, "--tlskey", options.tls.serverKey);
  }
  const cleanUp = (): void => {
    unmountBelow(root);
    rmSync(root, { recursive: true, force: true, maxRetries: 3 });
  };
  const daemon = findTool("buildkitd");
  const [command, argv] = options.isApart === true ? ["unshare", ["--net", daemon, ...args]] : [daemon, args];
  const server = startServer(command, argv, {
    env: cleanEnv({
      PATH: pathWith(),
      ...(options.trusts !== undefined && { SSL_CERT_FILE: options.trusts }),
      ...(options.proxy !== undefined && { HTTPS_PROXY: options.proxy, HTTP_PROXY: options.proxy }),
    }),
    cleanUp,
  });
  const buildctl = async (...argv: readonly string[]): Promise<string> => {
    const { stdout } = await run(findTool("buildctl"), ["--addr", socket, ...argv], { env: cleanEnv() });
    return stdout;
  };
  await waitForServer(server, "buildkitd", async () => {
    const answer = await buildctl("debug", "workers").catch(() => "");
    return answer.includes("PLATFORMS");
  });
  return { address, socket, root, server, buildctl, stop: () => server.stop() };
}

/** Runs something on a new, empty builder, and ends that. */
export async function onEmptyBuilder<T>(use: (builder: Buildkit) => Promise<T>, options?: BuildkitOptions): Promise<T> {
  const builder = await startBuildkit(options);
  try {
    return await use(builder);
  } finally {
    await builder.stop();
  }
}

/** Layers want a real file system below their overlay, and a tmpfs is fast and leaves nothing on a disk. */
export function findStateDir(): string {
  const shm = "/dev/shm";
  try {
    accessSync(shm, constants.W_OK);
    const { bavail, bsize } = statfsSync(shm);
    const mount = readFileSync("/proc/self/mountinfo", "utf8")
      .split("\n")
      .find((line) => line.split(" ")[4] === shm);
    // A container engine mounts it with 64 MB and noexec.
    const isUsable = bavail * bsize >= 4 * 2 ** 30 && !/\bnoexec\b/.test(mount?.split(" ")[5] ?? "");
    return isUsable ? shm : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** Removes what a process that was killed outright left behind; the name tells whose it was. */
function removeStale(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length).split("-")[0]) : Number.NaN;
    if (!Number.isInteger(pid) || isRunning(pid)) continue;
    unmountBelow(join(parent, name));
    rmSync(join(parent, name), { recursive: true, force: true, maxRetries: 3 });
  }
}
