import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeTempDir } from "./cleanup.ts";
import { findTool, pathWith } from "./toolchain.ts";

export interface DockerConfig {
  readonly dir: string;
  /** DOCKER_CONFIG, BUILDX_CONFIG, and a PATH on which `buildx` is the toolchain's. */
  readonly env: Readonly<Record<"DOCKER_CONFIG" | "BUILDX_CONFIG" | "PATH", string>>;
}

/**
 * Settings of Docker and buildx apart from the user's. With a docker CLI on the machine `docker buildx` is the
 * toolchain's, without one `buildx` is.
 */
export function makeDockerConfig(dir: string = makeTempDir("docker")): DockerConfig {
  const config = join(dir, "config");
  const buildx = findTool("buildx");
  mkdirSync(join(config, "cli-plugins"), { recursive: true });
  mkdirSync(join(dir, "buildx"));
  writeFileSync(join(config, "config.json"), "{}\n");
  symlinkSync(buildx, join(config, "cli-plugins", "docker-buildx"));
  return {
    dir,
    env: { DOCKER_CONFIG: config, BUILDX_CONFIG: join(dir, "buildx"), PATH: pathWith(dirname(buildx)) },
  };
}
