import { spawnSync } from "node:child_process";
import { startDockerEngine } from "../support/docker-engine.ts";
import { canRunEngine } from "../support/docker-packages.ts";

export interface UserBuilder {
  readonly name: string;
  readonly driver: string;
  /** An address of this machine that the builder reaches. */
  readonly hostAddress: string;
  /** The user's own settings of Docker, in which the builder is known, and of bkcache's helper, which works on it. */
  readonly env: Readonly<Record<string, string>>;
}

/** The builder that BKCACHE_BUILDER names, where this machine has Docker with buildx; else null. */
export function findUserBuilder(): UserBuilder | null {
  const name = process.env["BKCACHE_BUILDER"] ?? "";
  if (name === "") return null;
  const inspected = docker("buildx", "inspect", name);
  if (inspected === null) {
    process.stderr.write(`BKCACHE_BUILDER=${name} is ignored: \`docker buildx inspect ${name}\` fails\n`);
    return null;
  }
  const driver = /^Driver:\s+(\S+)/m.exec(inspected)?.[1] ?? "unknown";
  // A builder in a container of its own reaches this machine by the bridge's gateway.
  const isContainer = driver.startsWith("docker") && !inspected.includes('network="host"');
  const gateway = docker("network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}");
  const env: Record<string, string> = {};
  for (const [key, value] of Object.entries(process.env)) {
    if (value !== undefined && /^(?:(?:DOCKER|BUILDX)_|BKCACHE_HELPER(?:_IMAGE)?$)/.test(key)) env[key] = value;
  }
  return { name, driver, hostAddress: isContainer ? gateway?.trim() || "127.0.0.1" : "127.0.0.1", env };
}

export interface EngineBuilders {
  /** Does something on a builder of the driver docker-container that has nothing, and removes that. */
  use<T>(work: (env: UserBuilder["env"]) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/**
 * Builders on a Docker engine that is started for them.
 * @throws Error where this machine cannot run one.
 */
export async function startEngineBuilders(): Promise<EngineBuilders> {
  if (!canRunEngine) throw new Error("an engine needs root on Debian; name a builder instead: BKCACHE_BUILDER=NAME");
  const engine = await startDockerEngine();
  const name = "demo";
  return {
    async use(work) {
      const options = ["--driver", "docker-container", "--driver-opt", "network=host", "--bootstrap"];
      await engine.docker("buildx", "create", "--name", name, ...options);
      try {
        return await work({ ...engine.env, BUILDX_BUILDER: name });
      } finally {
        await engine.docker("buildx", "rm", "--force", name);
      }
    },
    stop: engine.stop,
  };
}

function docker(...args: readonly string[]): string | null {
  const { status, stdout } = spawnSync("docker", [...args], { encoding: "utf8" });
  return status === 0 ? stdout : null;
}
