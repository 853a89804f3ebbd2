import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

export interface Registry {
  /** The one image there is, by its tag. */
  readonly image: string;
  /** Paths that were asked for. */
  readonly requests: readonly string[];
  stop(): Promise<void>;
}

/** A registry on the loopback interface, without TLS, that has one image with the files of a folder. */
export async function startRegistry(folder: string, architecture: string): Promise<Registry> {
  const tar = execFileSync("tar", ["-c", "-C", folder, "."], { maxBuffer: 64 << 20 });
  const layer = gzipSync(tar);
  const config = Buffer.from(
    JSON.stringify({
      architecture,
      os: "linux",
      config: {},
      rootfs: { type: "layers", diff_ids: [digestOf(tar)] },
    }),
  );
  const kind = "application/vnd.oci.image";
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: `${kind}.manifest.v1+json`,
      config: {
        mediaType: `${kind}.config.v1+json`,
        digest: digestOf(config),
        size: config.length,
      },
      layers: [{ mediaType: `${kind}.layer.v1.tar+gzip`, digest: digestOf(layer), size: layer.length }],
    }),
  );
  const contents = new Map<string, Buffer>([
    ["/v2/tools/busybox/manifests/test", manifest],
    [`/v2/tools/busybox/manifests/${digestOf(manifest)}`, manifest],
    [`/v2/tools/busybox/blobs/${digestOf(config)}`, config],
    [`/v2/tools/busybox/blobs/${digestOf(layer)}`, layer],
  ]);
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? "").replace(/\?.*/, "");
    requests.push(path);
    const content = path === "/v2/" ? Buffer.from("{}") : contents.get(path);
    if (content === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      "content-type": path.includes("/manifests/") ? `${kind}.manifest.v1+json` : "application/octet-stream",
      "content-length": content.length,
      "docker-content-digest": digestOf(content),
    });
    response.end(request.method === "HEAD" ? undefined : content);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    image: `127.0.0.1:${port}/tools/busybox:test`,
    requests,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
