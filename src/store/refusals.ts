import { hash } from "node:crypto";
import { BkcacheError } from "../diagnostics/error.ts";

/** For an object that is larger than its reader allows. */
export function tooLarge(backend: string, key: string, maxBytes: number): BkcacheError {
  return new BkcacheError({
    code: "BK5020",
    message: `backend "${backend}": ${key} is larger than ${maxBytes} bytes, more than it can be`,
    hint: "somebody else may have written it; delete it, and the next save makes it anew",
  });
}

/** For an object that did not arrive as it was sent. */
export function damaged(backend: string, key: string, cause?: unknown): BkcacheError {
  return new BkcacheError({
    code: "BK5021",
    message: `backend "${backend}": ${key} was damaged on the way and refused`,
    hint: "try again; where it happens again, look at the network and this machine's memory",
    ...(cause !== undefined && { cause }),
  });
}

/** For an object that somebody wrote anew while it was read. */
export function replaced(backend: string, key: string): BkcacheError {
  return new BkcacheError({
    code: "BK5021",
    message: `backend "${backend}": ${key} was replaced while it was read`,
    hint: "read it again",
  });
}

/** @throws BkcacheError BK5021 where the body has another digest than its caller says. */
export function checkDigest(backend: string, key: string, body: Uint8Array, sha256: string | undefined): void {
  if (sha256 !== undefined && !hasDigest(body, sha256)) throw damaged(backend, key);
}

export function hasDigest(body: Uint8Array, sha256: string): boolean {
  return hash("sha256", body, "hex") === sha256;
}
