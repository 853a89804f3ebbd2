import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

export interface PushRegistry {
  /** `HOST:PORT`, where names of images begin. */
  readonly host: string;
  /** Names and tags of what was pushed, as `tools/app:1`. */
  images(): readonly string[];
  stop(): Promise<void>;
}

/**
 * An empty registry on the loopback interface, without TLS, that keeps what is pushed to it in memory.
 * Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export async function startPushRegistry(): Promise<PushRegistry> {
  const blobs = new Map<string, Buffer>();
  const manifests = new Map<string, { readonly type: string; readonly bytes: Buffer }>();
  const uploads = new Map<string, Buffer>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "", "http://registry");
    const [, name = "", kind = "", last = ""] =
      /^\/v2\/(.+)\/(blobs|manifests|uploads)\/(.*)$/.exec(url.pathname) ?? [];
    const body = await buffer(request);
    const end = (status: number, headers: Record<string, string | number> = {}, content?: Buffer) =>
      void response.writeHead(status, headers).end(request.method === "HEAD" ? undefined : content);
    if (url.pathname === "/v2/") return end(200);
    if (request.method === "POST") {
      const id = randomUUID();
      uploads.set(id, Buffer.alloc(0));
      return end(202, { location: `/v2/${name.replace(/\/blobs$/, "")}/uploads/${id}` });
    }
    if (kind === "uploads") {
      const content = Buffer.concat([uploads.get(last) ?? Buffer.alloc(0), body]);
      uploads.set(last, content);
      if (request.method === "PATCH") return end(202, { location: url.pathname, range: `0-${content.length - 1}` });
      uploads.delete(last);
      const digest = url.searchParams.get("digest") ?? "";
      if (digestOf(content) !== digest) return end(400);
      blobs.set(digest, content);
      return end(201, { location: `/v2/${name}/blobs/${digest}`, "docker-content-digest": digest });
    }
    if (kind === "manifests" && request.method === "PUT") {
      const manifest = { type: request.headers["content-type"] ?? "", bytes: body };
      manifests.set(`${name}:${last}`, manifest);
      manifests.set(`${name}:${digestOf(body)}`, manifest);
      return end(201, { "docker-content-digest": digestOf(body) });
    }
    const found = kind === "manifests" ? manifests.get(`${name}:${last}`) : undefined;
    const bytes = found?.bytes ?? (kind === "blobs" ? blobs.get(last) : undefined);
    if (bytes === undefined) return end(404);
    const type = found?.type ?? "application/octet-stream";
    end(200, { "content-type": type, "content-length": bytes.length, "docker-content-digest": digestOf(bytes) }, bytes);
  };
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    images: () => [...manifests.keys()].filter((name) => !name.includes(":sha256:")).sort(),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
