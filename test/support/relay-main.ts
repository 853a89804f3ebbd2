/**
 * A relay in a process of its own, which a test can kill and a bench can measure: `relay-process.ts` starts it. The options come
 * as an argument, the store's credentials in the environment; answers go to the parent.
 */
import { readFileSync } from "node:fs";
import { createBuffers } from "../../src/relay/buffers.ts";
import { createServedStore } from "../../src/relay/create-served-store.ts";
import { createMetrics } from "../../src/relay/metrics.ts";
import { createReadAhead } from "../../src/relay/read-ahead.ts";
import { newKeys, openRelay } from "../../src/relay/relay.ts";
import { openSpool } from "../../src/relay/spool.ts";
import { openTier } from "../../src/relay/tier.ts";
import { createTurns } from "../../src/relay/turns.ts";
import { openStore } from "../../src/store/open.ts";
import type { StoreBackend } from "../../src/store/place.ts";
import { defaultPolicy } from "../../src/store/requests.ts";
import type { RelayMainOptions, RelayReady, RelayUsage } from "./relay-process.ts";

const options = JSON.parse(process.argv[2] ?? "") as RelayMainOptions;
const { backend, bucket, tier, waits } = options;
const signal = new AbortController().signal;
async function main(): Promise<void> {
  const store = await openStore(backend as StoreBackend, {
    env: process.env,
    signal,
    ...(waits !== undefined && { policy: { ...defaultPolicy, waits, idleMs: 300 } }),
  });
  const metrics = createMetrics();
  const spool = openSpool();
  const served = createServedStore({
    store,
    tier: tier === undefined ? null : openTier(tier),
    layout: { blobsPrefix: "blobs/", manifestsPrefix: "manifests/" },
    canMend: true,
    metrics,
    spool,
    buffers: createBuffers(),
    ahead: createReadAhead(),
    turns: createTurns(),
    signal,
  });
  const keys = newKeys();
  const relay = await openRelay({
    buckets: { [bucket]: served },
    callers: [{ name: "app", keys, mayWrite: options.mayWrite ?? true }],
    listen: { host: "127.0.0.1", port: 0 },
    onAnswered: ({ caller, operation, error, milliseconds }) => {
      metrics.count(caller ?? "", { requests: 1, refused: error === null ? 0 : 1, milliseconds });
      if (options.logs !== true) return;
      const why = error === null ? "" : ` ${error.code} ${error.message} ${String(error.cause ?? "")}`;
      process.stderr.write(`${operation} ${Math.round(milliseconds)} ms${why}\n`);
    },
    signal,
  });

  const tell = (message: RelayReady | RelayUsage): void => void process.send?.(message);
  process.on("message", (question) => {
    if (question === "usage") {
      const { user, system } = process.cpuUsage();
      const counts = metrics.read().get("app");
      tell({ cpuMs: (user + system) / 1_000, memory: readPeak(), counts: counts ?? null });
      return;
    }
    void (async () => {
      await relay.close();
      await served.close();
      spool.close();
      store.close();
      process.disconnect();
    })();
  });
  tell({ endpoint: `http://127.0.0.1:${relay.address.port}`, keys });
}

/** The kernel's own count for a process begins with what its parent had. */
function readPeak(): number {
  const [, kilobytes = "0"] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return Number(kilobytes) / 1_024;
}

void main();
