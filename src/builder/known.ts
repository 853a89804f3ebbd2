import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fieldOf, isRecord, listOf, parseJson } from "../host/json.ts";
import type { Host } from "../host/host.ts";
import { buildxConfigDir } from "./docker-config.ts";
import { parseEndpoint } from "./endpoint.ts";
import type { Builder } from "./inspect.ts";

/** A daemon that takes longer is left to buildx, which has words for it. */
const promptly = { timeoutMs: 2000 };

/**
 * A builder of the remote driver whose one daemon listens on a socket of this machine: what buildx noted when it was made,
 * and what the daemon says, without a start of buildx. Null for any other, and for one that does not answer.
 */
export async function askKnown(host: Host, name: string): Promise<Builder | null> {
  const dir = buildxConfigDir(host.env);
  if (dir === null || !/^[a-zA-Z0-9._-]+$/.test(name)) return null;
  const text = await readFile(join(dir, "instances", name), "utf8").catch(() => "");
  const noted = parseJson(text);
  const [node, ...more] = listOf(fieldOf(noted, "Nodes"));
  const endpoint = fieldOf(node, "Endpoint");
  if (fieldOf(noted, "Driver") !== "remote" || more.length > 0 || typeof endpoint !== "string") return null;
  const parsed = parseEndpoint(endpoint);
  if (typeof parsed === "string" || parsed.scheme !== "unix") return null;
  const worker = await askSocket(endpoint, name);
  if (worker === null) return null;
  const options = fieldOf(node, "DriverOpts");
  return {
    name,
    driver: "remote",
    error: null,
    nodes: [
      {
        name: String(fieldOf(node, "Name")),
        endpoint,
        status: "running",
        buildkitVersion: worker.buildkitVersion,
        platforms: worker.platforms,
        error: null,
        options: isRecord(options) ? (options as Readonly<Record<string, string>>) : {},
      },
    ],
    // As buildx's driver/remote has it.
    canExportCache: true,
  };
}

async function askSocket(endpoint: string, name: string) {
  const [{ dialSocket }, { listWorkers }] = await Promise.all([
    import("./gateway/connection.ts"),
    import("./gateway/workers.ts"),
  ]);
  const connection = await dialSocket(endpoint, name);
  if (connection === null) return null;
  try {
    const [worker] = await listWorkers(connection.channel, promptly);
    return worker ?? null;
  } catch {
    return null;
  } finally {
    await connection.close();
  }
}
