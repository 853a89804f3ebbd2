import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fieldOf, parseJson } from "../host/json.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Folder of the docker CLI's configuration; null where the environment names no home. */
export function dockerConfigDir(env: Env): string | null {
  if (env["DOCKER_CONFIG"]) return env["DOCKER_CONFIG"];
  const home = env["HOME"] ?? env["USERPROFILE"];
  return home === undefined || home === "" ? null : join(home, ".docker");
}

/** Folder of what buildx notes: builders, and builds that it started. */
export function buildxConfigDir(env: Env): string | null {
  if (env["BUILDX_CONFIG"]) return env["BUILDX_CONFIG"];
  const docker = dockerConfigDir(env);
  return docker === null ? null : join(docker, "buildx");
}

/**
 * Which docker engine the CLI talks to, as far as its settings tell: part of what a builder on that engine
 * is. Empty for the default one.
 */
export async function currentDockerEngine(env: Env): Promise<string> {
  if (env["DOCKER_HOST"]) return `host ${env["DOCKER_HOST"]}`;
  if (env["DOCKER_CONTEXT"]) return contextName(env["DOCKER_CONTEXT"]);
  const dir = dockerConfigDir(env);
  if (dir === null) return "";
  try {
    const name = fieldOf(parseJson(await readFile(join(dir, "config.json"), "utf8")), "currentContext");
    return typeof name === "string" ? contextName(name) : "";
  } catch {
    // Missing: the CLI then uses the default engine. Of a broken file it complains itself.
    return "";
  }
}

function contextName(name: string): string {
  return name === "" || name === "default" ? "" : `context ${name}`;
}
