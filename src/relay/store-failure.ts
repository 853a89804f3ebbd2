import { BkcacheError } from "../diagnostics/error.ts";
import { type S3Code, S3Error } from "./errors.ts";

/** Failures of the store that no other try changes, in S3's codes. All others may pass: clients try again, then give up. */
const final: Readonly<Record<string, S3Code>> = {
  BK5001: "AccessDenied",
  BK5002: "AccessDenied",
  BK5004: "NoSuchBucket",
  BK5005: "AccessDenied",
  BK5006: "AccessDenied",
  BK5020: "EntityTooLarge",
  BK5021: "BadDigest",
  BK5023: "AccessDenied",
};

/**
 * What a failure of the store is for the client: an error of S3's that BuildKit retries, or ends its export or import with.
 * The text names the failure's code alone, since it may end in the log of a build that others read.
 */
export function refusalOf(error: unknown): unknown {
  if (!(error instanceof BkcacheError)) return isSystemError(error) ? unavailable(error.code, error) : error;
  const code = final[error.code];
  if (code === undefined) return unavailable(error.code, error);
  return new S3Error(code, `the bucket refuses it (${error.code})`, { cause: error });
}

function unavailable(code: string, cause: unknown): S3Error {
  return new S3Error("ServiceUnavailable", `it cannot be read or written now (${code})`, { cause });
}

/** Such as a full disk. */
function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && "syscall" in error && "code" in error && typeof error.code === "string";
}

/** Runs work on the store. @throws S3Error for what fails there */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw refusalOf(error);
  }
}
