import { execFile } from "node:child_process";
import {
  chmodSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { findStateDir } from "./buildkit.ts";
import { makeDockerConfig } from "./docker-config.ts";
import { buildkitImage, findRunc, importArgs, makeBuildkitTar } from "./docker-image.ts";
import { type EngineAge, unpackEngine } from "./docker-packages.ts";
import { cleanEnv } from "./env.ts";
import { isRunning, killAllThatName, type Server, startServer, unmountBelow, waitForServer } from "./process.ts";
import { pathWith } from "./toolchain.ts";

const run = promisify(execFile);
const prefix = "bkcache-docker-";
/** Where the machine has a containerd, an engine uses that one. */
const namespaces = ["--containerd-namespace", "bkcache-test", "--containerd-plugins-namespace", "bkcache-test-plugins"];

export interface EngineOptions {
  readonly age?: EngineAge;
  /** Keeps images in containerd, as new installations of Docker do. */
  readonly hasContainerdStore?: boolean;
  /** Whether it has BuildKit's image; true when left out. */
  readonly hasImage?: boolean;
}

export interface DockerEngine {
  /** What DOCKER_HOST takes. */
  readonly address: string;
  readonly root: string;
  readonly server: Server;
  /** DOCKER_HOST, DOCKER_CONFIG and BUILDX_CONFIG of its own, and a PATH with docker and the toolchain's buildx. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs docker against it and returns what it prints. @throws where it fails. */
  docker(...args: readonly string[]): Promise<string>;
  /** Ends its containers and all that it started, and removes what it has stored. */
  stop(): Promise<void>;
}

/** A new Docker engine without a network: builders of the docker-container driver want `network=host`. */
export async function startDockerEngine(options: EngineOptions = {}): Promise<DockerEngine> {
  const { age = "old", hasContainerdStore = false, hasImage = true } = options;
  const parent = findStateDir();
  removeStale(parent);
  const root = mkdtempSync(join(parent, `${prefix}${process.pid}-`));
  const packages = unpackEngine(age);
  const env = cleanEnv({
    PATH: [join(packages, "usr/bin"), join(packages, "usr/sbin"), pathWith()].join(":"),
    LD_LIBRARY_PATH: join(packages, "usr/lib/x86_64-linux-gnu") + `:${join(packages, "lib/x86_64-linux-gnu")}`,
  });
  const address = `unix://${join(root, "docker.sock")}`;
  const config = join(root, "daemon.json");
  writeFileSync(
    config,
    JSON.stringify({
      "data-root": join(root, "data"),
      "exec-root": join(root, "exec"),
      pidfile: join(root, "pid"),
      hosts: [address],
      iptables: false,
      ip6tables: false,
      bridge: "none",
      runtimes: { plain: { path: makeRuntime(root) } },
      "default-runtime": "plain",
      "shutdown-timeout": 1,
      ...(hasContainerdStore && { features: { "containerd-snapshotter": true } }),
    }),
  );
  const cleanUp = (): void => {
    // containerd's shims outlive their engine, and the containers with them.
    killAllThatName(root);
    unmountBelow(root);
    rmSync(root, { recursive: true, force: true, maxRetries: 3 });
  };
  const server = startServer(join(packages, "usr/sbin/dockerd"), ["--config-file", config, ...namespaces], {
    env,
    cleanUp,
  });
  const bin = join(root, "bin");
  mkdirSync(bin);
  symlinkSync(join(unpackEngine("old"), "usr/bin/docker"), join(bin, "docker"));
  const settings = makeDockerConfig(join(root, "cli")).env;
  const clientEnv = { ...settings, PATH: `${bin}:${settings.PATH}`, DOCKER_HOST: address };
  const docker = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await run(join(bin, "docker"), [...args], { env: cleanEnv(clientEnv), maxBuffer: 64 << 20 });
    return stdout;
  };
  await waitForServer(server, "dockerd", () =>
    docker("version").then(
      () => true,
      () => false,
    ),
  );
  if (hasImage) await importImage(join(bin, "docker"), cleanEnv(clientEnv));
  return {
    address,
    root,
    server,
    env: clientEnv,
    docker,
    async stop() {
      // What an engine that is killed leaves running keeps its folders open.
      const ids = await docker("ps", "-aq").catch(() => "");
      if (ids.trim() !== "") await docker("rm", "-fv", ...ids.trim().split("\n")).catch(() => {});
      await server.stop();
    },
  };
}

async function importImage(docker: string, env: Readonly<Record<string, string>>): Promise<void> {
  const importing = run(docker, [...importArgs, "-", buildkitImage], { env });
  const { stdin } = importing.child;
  if (stdin !== null) await pipeline(createReadStream(makeBuildkitTar()), stdin);
  await importing;
}

/**
 * runc without a right that `--privileged` asks for and that test machines do not have themselves: it stands in the bundle,
 * and in the description of a further process.
 */
function makeRuntime(root: string): string {
  const file = join(root, "runtime");
  writeFileSync(
    file,
    `#!/bin/sh
next=
for each; do
  case "$next" in
    bundle) sed -i 's/"CAP_SYS_RESOURCE",//g; s/,"CAP_SYS_RESOURCE"//g' "$each/config.json" ;;
    process) sed -i 's/"CAP_SYS_RESOURCE",//g; s/,"CAP_SYS_RESOURCE"//g' "$each" ;;
  esac
  case "$each" in
    --bundle | -b) next=bundle ;;
    --process | -p) next=process ;;
    *) next= ;;
  esac
done
exec ${findRunc()} "$@"
`,
  );
  chmodSync(file, 0o755);
  return file;
}

/** Removes what a process that was killed outright left behind; the name tells whose it was. */
function removeStale(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length).split("-")[0]) : Number.NaN;
    if (!Number.isInteger(pid) || isRunning(pid)) continue;
    killAllThatName(join(parent, name));
    unmountBelow(join(parent, name));
    rmSync(join(parent, name), { recursive: true, force: true, maxRetries: 3 });
  }
}
