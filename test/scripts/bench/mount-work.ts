/**
 * One save or restore of a cache mount, or what one would do without bkcache, in a process of its own: prints what it took as
 * JSON. The first argument says what, as JSON.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { PassThrough, type Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { findBuildx } from "../../../src/builder/buildx.ts";
import type { EngineContainer } from "../../../src/builder/engine.ts";
import { openGateway } from "../../../src/builder/gateway/gateway.ts";
import { openGroup } from "../../../src/builder/gateway/group.ts";
import type { MountExit, MountShell } from "../../../src/builder/gateway/shell.ts";
import { createLimit } from "../../../src/host/limit.ts";
import { createHost } from "../../../src/host/node-host.ts";
import { type ListNewest, shareListings } from "../../../src/mounts/load.ts";
import { restoreMount } from "../../../src/mounts/restore.ts";
import { saveMount } from "../../../src/mounts/save.ts";
import { openStore } from "../../../src/store/open.ts";

export interface Work {
  readonly verb: "save" | "restore" | "pipe-out" | "pipe-in" | "list";
  readonly builder: string;
  /** Address of the daemon; null where buildx is asked for the way. */
  readonly address: string | null;
  /** The container that the builder is, where its engine may be asked. */
  readonly container: EngineContainer | null;
  readonly mount: string;
  /** Mounts that are saved, some at once: `mount` with a number behind it, from 0. Left out: `mount` alone. */
  readonly count?: number;
  readonly bucket: string;
  /** Of the snapshots, or the key of the archive. */
  readonly prefix: string;
}

export interface Taken {
  readonly ms: number;
  readonly cpuMs: number;
  /** Peak resident set of this process, in MB of 10^6 bytes. */
  readonly memory: number;
  readonly kind: string;
  /** Bytes of packs that went up, or bytes that came down. */
  readonly contentBytes: number;
}

/** What a save has to know of every entry, by the plainest command. */
const list = "busybox find . -print0 | busybox xargs -0 busybox stat -c '%f %u %g %s %Y %Z %i %h %n'";

enableCompileCache();
const env = process.env;
const partBytes = 8 << 20;
const partsAtOnce = 6;

const work = JSON.parse(process.argv[2] ?? "") as Work;
const mounts = Array.from({ length: work.count ?? 1 }, (_, i) =>
  work.count === undefined ? work.mount : `${work.mount}${i}`,
);
const signal = new AbortController().signal;
const host = createHost({ cwd: process.cwd(), env, signal, tell: () => {} });

async function main(): Promise<void> {
  const began = { ms: performance.now(), cpu: cpuMs() };
  const buildx = await findBuildx(host);
  const gateway = await openGateway(host, buildx, work.builder, {
    ...(work.address !== null && { endpoint: work.address }),
    ...(work.container !== null && { container: work.container }),
  });
  const limit = createLimit(8);
  const identities = mounts.map((mount) => ({ id: mount, namespace: "" }));
  const group = openGroup(gateway, identities);
  const done = await Promise.all(
    identities.map((identity) =>
      limit(() => group.use(identity, signal, (shell) => run({ ...work, mount: identity.id }, shell))),
    ),
  );
  await group.close();
  (await opened)?.close();
  const kind = done.every((each) => each.kind === done[0]?.kind) ? (done[0]?.kind ?? "") : "mixed";
  const result = { kind, contentBytes: done.reduce((sum, { contentBytes }) => sum + contentBytes, 0) };
  const ms = performance.now() - began.ms;
  const taken: Taken = { ms, cpuMs: cpuMs() - began.cpu, memory: peakMemory(), ...result };
  await gateway.close();
  process.stdout.write(JSON.stringify(taken));
}

void main();

/** In MB. What `process.resourceUsage` says begins with the memory of the process that started this one. */
function peakMemory(): number {
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return Number(kibibytes) * 1.024e-3;
}

/** Of this process and of the children that have ended; Linux counts in hundredths of a second. */
function cpuMs(): number {
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ") ?? [];
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
}

let opened: ReturnType<typeof openBucket> | undefined;
let listNewest: ListNewest | undefined;

async function run(
  { verb, bucket, prefix, mount }: Work,
  into: MountShell,
): Promise<Pick<Taken, "kind" | "contentBytes">> {
  if (verb === "pipe-out") return { kind: "saved", contentBytes: await pipeOut(into, bucket, prefix) };
  if (verb === "pipe-in") {
    await pipeIn(into, bucket, prefix);
    return { kind: "restored", contentBytes: 0 };
  }
  if (verb === "list") {
    await requireSuccess(into.exec(["sh", "-c", list], { onOutput: () => {} }));
    return { kind: "listed", contentBytes: 0 };
  }
  // One for all mounts, as a run has it.
  const store = await (opened ??= openBucket(bucket, prefix));
  if (verb === "save") {
    listNewest ??= shareListings(store, mounts);
    const { kind, ...saved } = await saveMount({
      store,
      listNewest,
      shell: into,
      mount: { id: mount, scope: "main", key: null },
      writer: { version: "0" },
      now: Date.now(),
    });
    return { kind, contentBytes: "contentBytes" in saved ? saved.contentBytes : 0 };
  }
  // The snapshot is that of the mount which was saved.
  const restored = await restoreMount({ store, shell: into, mount: { id: "source", key: null }, scopes: ["main"] });
  return { kind: restored.kind, contentBytes: "storedBytes" in restored ? restored.storedBytes : 0 };
}

function openBucket(bucket: string, prefix: string) {
  return openStore(
    {
      name: "bench",
      type: "s3",
      bucket,
      prefix,
      region: env["AWS_REGION"] ?? "",
      endpointUrl: env["AWS_ENDPOINT_URL"] ?? "",
      usePathStyle: true,
      insecure: true,
    },
    { env, signal },
  );
}

function openClient(): S3Client {
  // Without the checksums that the SDK would add, which the plain pipe does not need.
  return new S3Client({ forcePathStyle: true, requestChecksumCalculation: "WHEN_REQUIRED" });
}

/** `tar -c | zstd -3 -T2 | upload`. */
async function pipeOut({ exec }: MountShell, bucket: string, key: string): Promise<number> {
  const zstd = spawn("zstd", ["-q", "-3", "-T2", "-c"], { stdio: ["pipe", "pipe", "inherit"] });
  const tar = exec(["tar", "-c", "-f", "-", "."], {
    onOutput: (piece) => (zstd.stdin.write(Buffer.from(piece)) ? undefined : drained(zstd.stdin)),
  });
  const [size] = await Promise.all([
    upload(zstd.stdout, bucket, key),
    requireSuccess(tar).then(() => void zstd.stdin.end()),
  ]);
  await exited(zstd);
  return size;
}

/** `download | zstd -d | tar -x`. */
async function pipeIn({ exec }: MountShell, bucket: string, key: string): Promise<void> {
  const client = openClient();
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const zstd = spawn("zstd", ["-q", "-d", "-c"], { stdio: ["pipe", "pipe", "inherit"] });
  const input = zstd.stdout.pipe(new PassThrough({ highWaterMark: 1 << 20 }));
  const tar = exec(["tar", "-x", "-f", "-"], { input });
  await Promise.all([pipeline(Body as Readable, zstd.stdin), requireSuccess(tar)]);
  await exited(zstd);
  client.destroy();
}

async function requireSuccess(tar: Promise<MountExit>): Promise<void> {
  const { exitCode, stderr } = await tar;
  if (exitCode !== 0) throw new Error(`tar exits ${exitCode}: ${stderr}`);
}

function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => void stream.once("drain", resolve));
}

function exited(child: ReturnType<typeof spawn>): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", () => resolve()));
}

/** As command lines for S3 do it: parts, several at once. Returns the bytes. */
async function upload(body: Readable, bucket: string, key: string): Promise<number> {
  const client = openClient();
  const at = { Bucket: bucket, Key: key };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(at));
  const running = new Set<Promise<void>>();
  const tags: string[] = [];
  let size = 0;
  let parts: Buffer[] = [];
  let waiting = 0;
  const flush = async (): Promise<void> => {
    const part = Buffer.concat(parts);
    [parts, waiting] = [[], 0];
    const number = tags.push("");
    const task = client
      .send(new UploadPartCommand({ ...at, UploadId, PartNumber: number, Body: part }))
      .then(({ ETag }) => void (tags[number - 1] = ETag ?? ""))
      .finally(() => running.delete(task));
    running.add(task);
    if (running.size >= partsAtOnce) await Promise.race(running);
  };
  for await (const chunk of body as AsyncIterable<Buffer>) {
    parts.push(chunk);
    size += chunk.length;
    waiting += chunk.length;
    if (waiting >= partBytes) await flush();
  }
  await flush();
  await Promise.all(running);
  const Parts = tags.map((ETag, i) => ({ ETag, PartNumber: i + 1 }));
  await client.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts } }));
  client.destroy();
  return size;
}
