import { giveBack } from "../store/chunks.ts";
import { S3Error } from "./errors.ts";
import type { IncomingBody } from "./served-store.ts";

/**
 * Fills a buffer of its size with a body.
 * @param onFilled called for each piece that is filled
 */
export async function collect(
  { bytes, size }: IncomingBody,
  collected: Buffer,
  onFilled: (start: number, end: number) => void = () => {},
): Promise<void> {
  let filled = 0;
  for await (const chunk of bytes) {
    if (filled + chunk.length > size) throw new S3Error("InvalidRequest", "more bytes came than were announced");
    chunk.copy(collected, filled);
    onFilled(filled, filled + chunk.length);
    filled += chunk.length;
    giveBack(chunk);
  }
  if (filled !== size) throw new S3Error("IncompleteBody", `${filled} bytes came of ${size}`);
}

/** @throws S3Error where the client signed, or the key names, another digest than that of the bytes. */
export function checkDigests(
  actual: string,
  { signed, named }: { readonly signed: string | null; readonly named: string | null },
): void {
  if (signed !== null && signed !== actual) {
    throw new S3Error("XAmzContentSHA256Mismatch", "the body has not the SHA-256 that was signed");
  }
  if (named !== null && named !== actual) {
    throw new S3Error("BadDigest", "the body has not the SHA-256 that the key names");
  }
}
