import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Buildx, findBuildx } from "../../src/builder/buildx.ts";
import { type Gateway, type GatewayOptions, openGateway } from "../../src/builder/gateway/gateway.ts";
import type { MountExecOptions, MountIdentity, MountShell } from "../../src/builder/gateway/shell.ts";
import type { Host } from "../../src/host/host.ts";
import { createHost } from "../../src/host/node-host.ts";
import type { Buildkit } from "./buildkit.ts";
import type { Certificates } from "./certs.ts";
import { makeTempDir } from "./cleanup.ts";
import { makeBusyboxContext } from "./contexts.ts";
import { makeDockerConfig } from "./docker-config.ts";
import { cleanEnv } from "./env.ts";

/** A builder under its name in buildx, ready for builds and for the gateway. */
export interface GatewayBuilder {
  readonly name: string;
  readonly host: Host;
  readonly buildx: Buildx;
  open(options?: GatewayOptions): Promise<Gateway>;
  /** Runs `RUN --mount=type=cache,MOUNT SCRIPT` with a shell of busybox and returns what the step prints. */
  run(mount: string, script: string, flags?: readonly string[]): Promise<string>;
}

export async function makeGatewayBuilder(
  buildkit: Buildkit,
  tls?: Certificates,
  extraEnv: Readonly<Record<string, string | undefined>> = {},
): Promise<GatewayBuilder> {
  const docker = makeDockerConfig();
  const host = createHost({
    cwd: docker.dir,
    env: cleanEnv({
      ...docker.env,
      XDG_CACHE_HOME: docker.dir,
      BKCACHE_HELPER: join(makeBusyboxContext(join(docker.dir, "busybox")), "bin/busybox"),
      ...extraEnv,
    }),
    signal: new AbortController().signal,
    tell: () => {},
  });
  const buildx = await findBuildx(host);
  const name = "gateway";
  const files = tls === undefined ? "" : `cacert=${tls.ca},cert=${tls.clientCert},key=${tls.clientKey}`;
  const create = ["create", "--name", name, "--driver", "remote", ...(files === "" ? [] : ["--driver-opt", files])];
  const created = await buildx.exec([...create, buildkit.address]);
  if (created.exitCode !== 0) throw new Error(created.stderr);
  let count = 0;
  return {
    name,
    host,
    buildx,
    open: (options) => openGateway(host, buildx, name, { endpoint: buildkit.address, ...options }),
    async run(mount, script, flags = []) {
      const dir = makeTempDir("run");
      mkdirSync(join(dir, "context"));
      // The count makes each step another one, which no cache has.
      const step = `RUN --mount=type=cache,${mount} ["/bin/busybox", "sh", "-c", ${JSON.stringify(`: ${count++}; ${script}`)}]`;
      writeFileSync(join(dir, "Dockerfile"), `FROM scratch\nCOPY --from=busybox / /\n${step}\n`);
      const context = `busybox=${join(docker.dir, "busybox")}`;
      const args = ["build", "--builder", name, "--progress", "rawjson", "--build-context", context];
      const { exitCode, stderr } = await buildx.exec([
        ...args,
        ...flags,
        "-f",
        join(dir, "Dockerfile"),
        join(dir, "context"),
      ]);
      if (exitCode !== 0) throw new Error(stderr.slice(-2000));
      return stderr
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .flatMap((line) => (JSON.parse(line) as { logs?: { data: string }[] }).logs ?? [])
        .map(({ data }) => Buffer.from(data, "base64").toString("utf8"))
        .join("");
    },
  };
}

/** Runs a program in a mount and returns its whole output. */
export async function runIn(shell: MountShell, argv: readonly string[], options?: MountExecOptions) {
  const pieces: Buffer[] = [];
  const onOutput = (piece: Buffer) => void pieces.push(Buffer.from(piece));
  const exit = await shell.exec(argv, { ...options, onOutput });
  return { stdout: Buffer.concat(pieces).toString("utf8"), ...exit };
}

/** Opens a mount on a gateway, uses it, and closes it. */
export async function inMount<T>(gateway: Gateway, mount: MountIdentity, use: (shell: MountShell) => Promise<T>) {
  const shell = await gateway.openShell(mount);
  try {
    return await use(shell);
  } finally {
    await shell.close();
  }
}
