import { join } from "node:path";
import { makeTempDir } from "./cleanup.ts";
import { cleanEnv } from "./env.ts";
import { freePort } from "./poll.ts";
import { startServer, waitForServer } from "./process.ts";
import type { StoredObject } from "./s3-server.ts";
import { findTool } from "./toolchain.ts";

export interface GcsServer {
  readonly endpoint: string;
  readonly dir: string;
  createBucket(name: string): Promise<void>;
  objects(bucket: string): Promise<StoredObject[]>;
  log(): string;
  stop(): Promise<void>;
}

/** What the server answers, as far as it is read here. */
interface Answer {
  readonly items?: readonly { readonly name: string; readonly size: string }[];
  readonly nextPageToken?: string;
}

/** A Google Cloud Storage server with nothing in it. It checks no credentials. */
export async function startFakeGcs(): Promise<GcsServer> {
  const base = makeTempDir("gcs");
  const dir = join(base, "data");
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const args = ["-scheme", "http", "-host", "127.0.0.1", "-port", String(port), "-backend", "filesystem"];
  args.push("-filesystem-root", dir, "-public-host", `127.0.0.1:${port}`);
  const server = startServer(findTool("fake-gcs-server"), args, { cwd: base, env: cleanEnv() });
  const ask = async (path: string, init?: RequestInit): Promise<Answer> => {
    const response = await fetch(`${endpoint}/storage/v1/${path}`, init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return JSON.parse(await response.text());
  };
  await waitForServer(server, "fake-gcs-server", () =>
    ask("b?project=test").then(
      () => true,
      () => false,
    ),
  );
  return {
    endpoint,
    dir,
    async createBucket(name) {
      await ask("b?project=test", { method: "POST", body: JSON.stringify({ name }) });
    },
    async objects(bucket) {
      const found: StoredObject[] = [];
      let page: string | undefined;
      do {
        const query = page === undefined ? "" : `?pageToken=${encodeURIComponent(page)}`;
        const answer = await ask(`b/${bucket}/o${query}`);
        for (const { name, size } of answer.items ?? []) found.push({ key: name, bytes: Number(size) });
        page = answer.nextPageToken;
      } while (page !== undefined && page !== "");
      return found;
    },
    log: () => server.log(),
    stop: () => server.stop(),
  };
}
