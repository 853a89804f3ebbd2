import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { homeFolder } from "../host/home.ts";
import { fieldOf, parseJson } from "../host/json.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Folder of the docker CLI's configuration. */
export function dockerConfigDir(env: Env): string {
  return env["DOCKER_CONFIG"] || join(homeFolder(env), ".docker");
}

/** Folder of what buildx notes: builders, and builds that it started. */
export function buildxConfigDir(env: Env): string {
  return env["BUILDX_CONFIG"] || join(dockerConfigDir(env), "buildx");
}

/**
 * Which docker engine the CLI talks to, as far as its settings tell: part of what a builder on that engine
 * is. Empty for the default one.
 */
export async function currentDockerEngine(env: Env): Promise<string> {
  if (env["DOCKER_HOST"]) return `host ${env["DOCKER_HOST"]}`;
  if (env["DOCKER_CONTEXT"]) return contextName(env["DOCKER_CONTEXT"]);
  try {
    const name = fieldOf(
      parseJson(await readFile(join(dockerConfigDir(env), "config.json"), "utf8")),
      "currentContext",
    );
    return typeof name === "string" ? contextName(name) : "";
  } catch {
    // Missing: the CLI then uses the default engine. Of a broken file it complains itself.
    return "";
  }
}

function contextName(name: string): string {
  return name === "" || name === "default" ? "" : `context ${name}`;
}
