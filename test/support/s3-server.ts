import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { Agent } from "node:https";
import { join } from "node:path";
import { CreateBucketCommand, S3Client, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import type { Certificates } from "./certs.ts";
import { makeTempDir } from "./cleanup.ts";
import { cleanEnv } from "./env.ts";
import { freePort, isListening } from "./poll.ts";
import { startServer, waitForServer } from "./process.ts";
import { findTool } from "./toolchain.ts";

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
}

export interface S3Server {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Folder of the objects: `<dir>/<bucket>/<key>` are plain files. */
  readonly dir: string;
  /** What the AWS SDK and bkcache read: endpoint, region and keys. */
  readonly env: Readonly<Record<string, string>>;
  readonly client: S3Client;
  createBucket(name: string): Promise<void>;
  objects(bucket: string, keyPrefix?: string): Promise<StoredObject[]>;
  /** Everything the server has said; requests with method, path and status, one each line. */
  log(): string;
  stop(): Promise<void>;
}

export interface S3ServerOptions {
  readonly region?: string;
  /** Interface to listen on, as a builder in another network needs it. */
  readonly host?: string;
  /** A new folder for its data and logs; it is not removed. */
  readonly base?: string;
  /** Answers over TLS alone, as the buckets of clouds do. */
  readonly tls?: Certificates;
  /** Users besides the one who may do all; what they may do stands in policies of buckets. */
  readonly users?: readonly { readonly accessKey: string; readonly secretKey: string }[];
}

/** An S3 server with keys of its own, and nothing in it. */
export async function startVersitygw(options: S3ServerOptions = {}): Promise<S3Server> {
  const { region = "eu-central-1", host = "127.0.0.1", base = makeTempDir("s3"), users = [], tls } = options;
  const dir = join(base, "data");
  mkdirSync(dir);
  const port = await freePort();
  const listen = `${host}:${port}`;
  const endpoint = `${tls === undefined ? "http" : "https"}://${listen}`;
  const accessKey = `key${randomBytes(6).toString("hex")}`;
  const secretKey = randomBytes(18).toString("base64url");
  const iam = join(base, "iam");
  mkdirSync(iam);
  const accounts = users.map(({ accessKey: access, secretKey: secret }) => [access, { access, secret, role: "user" }]);
  writeFileSync(join(iam, "users.json"), JSON.stringify({ accessAccounts: Object.fromEntries(accounts) }));
  const flags = ["--port", listen, "--region", region, ...(users.length === 0 ? [] : ["--iam-dir", iam])];
  if (tls !== undefined) flags.push("--cert", tls.serverCert, "--key", tls.serverKey);
  const server = startServer(findTool("versitygw"), [...flags, "posix", dir], {
    cwd: base,
    env: cleanEnv({ ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey }),
  });
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    ...(tls !== undefined && { requestHandler: { httpsAgent: new Agent({ ca: readFileSync(tls.ca) }) } }),
  });
  await waitForServer(server, "versitygw", () => isListening(host, port));
  return {
    endpoint,
    region,
    accessKey,
    secretKey,
    dir,
    env: {
      AWS_ACCESS_KEY_ID: accessKey,
      AWS_SECRET_ACCESS_KEY: secretKey,
      AWS_REGION: region,
      AWS_ENDPOINT_URL: endpoint,
      ...(tls !== undefined && { AWS_CA_BUNDLE: tls.ca }),
    },
    client,
    async createBucket(name) {
      await client.send(new CreateBucketCommand({ Bucket: name }));
    },
    async objects(bucket, keyPrefix = "") {
      const found: StoredObject[] = [];
      for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: keyPrefix })) {
        for (const { Key, Size } of page.Contents ?? []) found.push({ key: Key ?? "", bytes: Size ?? 0 });
      }
      return found;
    },
    log: () => server.log(),
    async stop() {
      client.destroy();
      await server.stop();
    },
  };
}
