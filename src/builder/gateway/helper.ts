import { createHash, randomUUID } from "node:crypto";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { BkcacheError } from "../../diagnostics/error.ts";
import { writeAtomically } from "../../host/files.ts";
import type { Host } from "../../host/host.ts";
import { makeFolder } from "../../host/make-folder.ts";
import type { Buildx } from "../buildx.ts";
import { lastError } from "../inspect.ts";
import { userCachePath } from "../../host/user-cache.ts";

export interface HelperOptions {
  /** Path of a static busybox for the builder's architecture; BKCACHE_HELPER when left out. */
  readonly helper?: string;
  /** The image to take it from, as its /bin/busybox; BKCACHE_HELPER_IMAGE when left out. */
  readonly helperImage?: string;
}

export interface HelperRequest {
  readonly host: Host;
  readonly buildx: Buildx;
  /** The builder's name. */
  readonly builder: string;
  /** The node's own platform, as `linux/amd64`. */
  readonly platform: string;
}

/** The index of all architectures. Source: repos/busybox/remote/1.37.0-musl.md of docker-library/repo-info. */
const defaultImage =
  "docker.io/library/busybox:1.37.0-musl@sha256:fc6dddc4c44b1bfe37f41cae8e67d1693828e8f42a91862816d7953e2c9d3f23";

/** Where one can be had without a registry. */
const hint =
  "name the path of a statically linked busybox for the builder's architecture in BKCACHE_HELPER; Debian's package busybox-static has one at /bin/busybox";

/**
 * The static busybox that works in mounts: the given file, else the one that an earlier run has taken from the image, else
 * what the builder finds in the image now.
 * @throws BkcacheError BK4023.
 */
export async function findHelper(request: HelperRequest, options: HelperOptions): Promise<Uint8Array> {
  const { env } = request.host;
  const path = options.helper ?? env["BKCACHE_HELPER"];
  if (path !== undefined && path !== "") return checked(await readGiven(path), request.platform, path);
  const image = options.helperImage ?? (env["BKCACHE_HELPER_IMAGE"] || defaultImage);
  const digest = createHash("sha256").update(`${image} ${request.platform}`).digest("hex");
  const kept = userCachePath(env, join("helper", digest.slice(0, 32)));
  const known = await readKept(kept);
  if (known !== null) return known;
  const busybox = checked(await takeFrom(image, request), request.platform, `/bin/busybox of ${image}`);
  await keep(kept, busybox);
  return busybox;
}

async function readGiven(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const message = `cannot read the helper ${path}: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new BkcacheError({ code: "BK4023", message, hint, cause });
  }
}

/** Null where nothing is kept, or not what was: its digest stands in a file beside it. */
async function readKept(path: string): Promise<Buffer | null> {
  try {
    const [bytes, digest] = await Promise.all([readFile(path), readFile(`${path}.sha256`, "utf8")]);
    return digestOf(bytes) === digest.trim() ? bytes : null;
  } catch {
    return null;
  }
}

async function keep(path: string, bytes: Buffer): Promise<void> {
  try {
    await makeFolder(dirname(path));
    const temporary = `${path}.${randomUUID()}.tmp`;
    await writeFile(temporary, bytes, { flag: "wx" });
    await rename(temporary, path);
    await writeAtomically(`${path}.sha256`, `${digestOf(bytes)}\n`);
  } catch {
    // Read-only home, full disk: the next run takes it again.
  }
}

/** By an ordinary build: it pulls with the user's own logins, mirrors and certificates. */
async function takeFrom(image: string, { buildx, builder, platform }: HelperRequest): Promise<Buffer> {
  const dir = await mkdtemp(join(tmpdir(), "bkcache-helper-"));
  try {
    const input = `FROM ${image} AS image\nFROM scratch\nCOPY --from=image /bin/busybox /busybox\n`;
    const output = ["--output", `type=local,dest=${dir}`, "--provenance=false", "--progress=plain"];
    const args = ["build", "--builder", builder, "--platform", platform, ...output, "-"];
    const { exitCode, stderr } = await buildx.exec(args, { input, timeoutMs: 300_000 });
    if (exitCode !== 0) {
      const message = `the builder cannot take the helper from ${image}: ${lastError(stderr)}`;
      throw new BkcacheError({ code: "BK4023", message, hint });
    }
    return await readFile(join(dir, "busybox"));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function digestOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** ELF's numbers of the architectures, by their names in platforms. */
const machines: Readonly<Record<string, number>> = {
  "386": 3,
  amd64: 62,
  arm: 40,
  arm64: 183,
  loong64: 258,
  mips64le: 8,
  ppc64le: 21,
  riscv64: 243,
  s390x: 22,
};

/** Gives back a program that can run by itself on `platform`, and throws for any other. */
function checked(bytes: Buffer, platform: string, name: string): Buffer {
  const fault = faultOf(bytes, platform.split("/")[1] ?? "");
  if (fault === null) return bytes;
  throw new BkcacheError({ code: "BK4023", message: `the helper ${name} ${fault}`, hint });
}

/** What is wrong with a program, from the head and the segments of its ELF file. */
function faultOf(bytes: Buffer, architecture: string): string | null {
  if (bytes.length < 64 || bytes.readUInt32BE(0) !== 0x7f454c46) return "is not a Linux program";
  const is64 = bytes[4] === 2;
  const isLittle = bytes[5] === 1;
  const read = (at: number, size: number) => (isLittle ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size));
  const machine = machines[architecture];
  if (machine !== undefined && read(18, 2) !== machine) return `is not for ${architecture}`;
  // The offset has 8 bytes, of which no file needs the highest two.
  const table = is64 ? read(isLittle ? 32 : 34, 6) : read(28, 4);
  const [size, count] = [read(is64 ? 54 : 42, 2), read(is64 ? 56 : 44, 2)];
  const interpreter = 3;
  for (let index = 0; index < count; index++) {
    const at = table + index * size;
    if (at + 4 > bytes.length) return "is not whole";
    if (read(at, 4) === interpreter) return "is not statically linked";
  }
  return null;
}
