import { readFile } from "node:fs/promises";
import { BkcacheError } from "../../diagnostics/error.ts";
import type { Host } from "../../host/host.ts";
import type { Channel } from "./channel.ts";

export interface HelperOptions {
  /** Path of a static busybox for the builder's architecture; BKCACHE_HELPER when left out. */
  readonly helper?: string;
}

export interface HelperRequest {
  readonly host: Host;
  readonly channel: Channel;
  /** The builder's own, as `linux/amd64`. */
  readonly platform: string;
}

/**
 * The static busybox that works in mounts.
 * @throws BkcacheError BK4023.
 */
export async function findHelper({ host, platform }: HelperRequest, options: HelperOptions): Promise<Uint8Array> {
  const path = options.helper ?? host.env["BKCACHE_HELPER"];
  if (path === undefined) {
    throw new BkcacheError({
      code: "BK4023",
      message: "there is no helper to work in cache mounts with",
      hint: "name the path of a static busybox in BKCACHE_HELPER",
    });
  }
  try {
    const bytes = await readFile(path);
    checkHelper(bytes, platform, path);
    return bytes;
  } catch (cause) {
    if (cause instanceof BkcacheError) throw cause;
    throw new BkcacheError({ code: "BK4023", message: `cannot read the helper ${path}`, cause });
  }
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

/** @throws BkcacheError BK4023 for what cannot run by itself on `platform`. */
function checkHelper(bytes: Buffer, platform: string, name: string): void {
  const fault = faultOf(bytes, platform.split("/")[1] ?? "");
  if (fault === null) return;
  throw new BkcacheError({
    code: "BK4023",
    message: `the helper ${name} ${fault}`,
    hint: "it must be a statically linked busybox for the builder's architecture, such as that of Debian's package busybox-static",
  });
}

function faultOf(bytes: Buffer, architecture: string): string | null {
  if (bytes.length < 64 || bytes.readUInt32BE(0) !== 0x7f454c46) return "is not a Linux program";
  const is64 = bytes[4] === 2;
  const little = bytes[5] === 1;
  const read = (at: number, size: number) => (little ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size));
  const machine = machines[architecture];
  if (machine !== undefined && read(18, 2) !== machine) return `is not for ${architecture}`;
  const table = read(is64 ? 32 : 28, is64 ? 6 : 4);
  const [size, count] = [read(is64 ? 54 : 42, 2), read(is64 ? 56 : 44, 2)];
  const interpreter = 3;
  for (let index = 0; index < count; index++) {
    const at = table + index * size;
    if (at + 4 > bytes.length) return "is not whole";
    if (read(at, 4) === interpreter) return "is not statically linked";
  }
  return null;
}
