import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { Crc32c, Crc64Nvme } from "@aws-sdk/checksums/crc";
import { S3Error } from "./errors.ts";

/** A checksum that a client sends with a body or after it, and what it is found to be. */
export interface Checksum {
  /** Of its header. */
  readonly name: string;
  update(chunk: Uint8Array): void;
  /** In base64. Once. */
  digest(): Promise<string>;
}

const prefix = "x-amz-checksum-";
/** Headers that begin like a checksum's, and say something else. */
const others: ReadonlySet<string> = new Set(["algorithm", "mode", "type"]);

/** The names of the headers of checksums among these. */
export function checksumsIn(headers: readonly string[]): readonly string[] {
  return headers.filter(
    (name) => name === "content-md5" || (name.startsWith(prefix) && !others.has(name.slice(prefix.length))),
  );
}

/** @throws S3Error NotImplemented: a checksum that nobody verifies would be a promise that is not kept */
export function createChecksum(name: string): Checksum {
  switch (name) {
    case "content-md5":
      return hashed(name, "md5");
    case `${prefix}md5`:
    case `${prefix}sha1`:
    case `${prefix}sha256`:
    case `${prefix}sha512`:
      return hashed(name, name.slice(prefix.length));
    case `${prefix}crc32`: {
      let value = 0;
      return {
        name,
        update: (chunk) => void (value = crc32(chunk, value)),
        async digest() {
          const bytes = Buffer.alloc(4);
          bytes.writeUInt32BE(value);
          return bytes.toString("base64");
        },
      };
    }
    case `${prefix}crc32c`:
      return counted(name, new Crc32c());
    case `${prefix}crc64nvme`:
      return counted(name, new Crc64Nvme());
    default:
      throw new S3Error("NotImplemented", `the checksum ${name} is not known to this relay`);
  }
}

function hashed(name: string, algorithm: string): Checksum {
  const hash = createHash(algorithm);
  return { name, update: (chunk) => void hash.update(chunk), digest: async () => hash.digest("base64") };
}

interface Counter {
  update(chunk: Uint8Array): void;
  digest(): Promise<Uint8Array>;
}

function counted(name: string, counter: Counter): Checksum {
  return {
    name,
    update: (chunk) => counter.update(chunk),
    digest: async () => Buffer.from(await counter.digest()).toString("base64"),
  };
}
