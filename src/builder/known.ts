import { join } from "node:path";
import { readIfThere } from "../host/files.ts";
import { fieldOf, isRecord, listOf, parseJson } from "../host/json.ts";
import type { Host } from "../host/host.ts";
import { buildxConfigDir } from "./docker-config.ts";
import { parseEndpoint } from "./endpoint.ts";
import type { OpenNode } from "./gateway/gateway.ts";
import type { Builder } from "./inspect.ts";
import { mayTakeShortcuts } from "./shortcuts.ts";

/** Takes over the connection to the only node of a builder. */
export type KeepNode = (node: OpenNode) => void;

/** A daemon that takes longer is left to buildx, which has words for it. */
const promptly = { timeoutMs: 2000 };

/**
 * A builder of the remote driver whose one daemon listens on a socket of this machine: what buildx noted when it was made,
 * and what the daemon says, without a start of buildx. Null for any other, and for one that does not answer.
 * @param keep takes over the connection; without it, it is closed
 */
export async function askKnown(host: Host, name: string, keep?: KeepNode): Promise<Builder | null> {
  const dir = buildxConfigDir(host.env);
  if (!mayTakeShortcuts(host.env)) return null;
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) return null;
  const noted = parseJson(readNote(join(dir, "instances", name)));
  const [node, ...more] = listOf(fieldOf(noted, "Nodes"));
  const endpoint = fieldOf(node, "Endpoint");
  if (fieldOf(noted, "Driver") !== "remote" || more.length > 0 || typeof endpoint !== "string") return null;
  const parsed = parseEndpoint(endpoint);
  if (typeof parsed === "string" || parsed.scheme !== "unix") return null;
  const worker = await askSocket(endpoint, name, keep);
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

function readNote(file: string): string {
  try {
    return readIfThere(file) ?? "";
  } catch {
    return "";
  }
}

async function askSocket(endpoint: string, name: string, keep: KeepNode | undefined) {
  const [{ dialSocket }, { listWorkers }] = await Promise.all([
    import("./gateway/connection.ts"),
    import("./gateway/workers.ts"),
  ]);
  const connection = await dialSocket(endpoint, name);
  if (connection === null) return null;
  let isKept = false;
  try {
    const workers = await listWorkers(connection.channel, promptly);
    const [worker] = workers;
    if (worker === undefined) return null;
    keep?.({ connection, workers });
    isKept = keep !== undefined;
    return worker;
  } catch {
    return null;
  } finally {
    if (!isKept) await connection.close();
  }
}
