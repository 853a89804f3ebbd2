import { BkcacheError } from "../diagnostics/error.ts";
import { describeLine, readFailure, type StoreFailure } from "./failure.ts";

/** What is read of an error of the SDK's client; its other fields hold the request. */
interface ClientError {
  readonly message?: unknown;
  readonly response?: { readonly status?: unknown; readonly data?: { readonly error?: unknown } };
}

/**
 * Why there is no access token. The SDK's errors hold assertions and tokens, so nothing of them is kept but code and
 * status, which tell whether it may pass, and the finding.
 */
export function tokenError(error: unknown, backend: string): Error {
  const { message, response } = (error ?? {}) as ClientError;
  const known = readFailure(error);
  const status = typeof response?.status === "number" ? response.status : known.status;
  const failure: StoreFailure = { ...known, status };
  return Object.assign(new Error("no access token"), {
    code: failure.code,
    $metadata: { httpStatusCode: status },
    ...(failure.proxy !== undefined && { proxy: failure.proxy, statusCode: status }),
    finding: explain(failure, { backend, message: String(message), reason: response?.data?.error }),
  });
}

/** What `tokenError` found; null for errors of another source. */
export function tokenFinding(error: unknown): BkcacheError | null {
  const finding: unknown = error instanceof Error && "finding" in error ? error.finding : null;
  return finding instanceof BkcacheError ? finding : null;
}

interface Known {
  readonly backend: string;
  readonly message: string;
  /** The token endpoint's own word. */
  readonly reason: unknown;
}

function explain(failure: StoreFailure, { backend, message, reason }: Known): BkcacheError {
  const { status } = failure;
  if (failure.code !== "ERR_PROXY_TUNNEL" && status !== undefined && status >= 400 && status < 500 && status !== 429) {
    const shown = typeof reason === "string" && /^\w+$/.test(reason) ? reason : `status ${status}`;
    return new BkcacheError({
      code: "BK5006",
      message: `backend "${backend}": Google refuses the application default credentials (${shown})`,
      hint: "the key may be deleted or of another account; make a new one, and name its file in GOOGLE_APPLICATION_CREDENTIALS",
    });
  }
  const line = describeLine(failure, { backend, where: "Google's token endpoint" });
  if (line !== null) return new BkcacheError(line);
  if (message.includes("Could not load the default credentials")) {
    return new BkcacheError({
      code: "BK5001",
      message: `backend "${backend}": no Google credentials: no key file, no login of gcloud, no service account of this machine and no HMAC key`,
      hint: "set GOOGLE_APPLICATION_CREDENTIALS to a key file, run gcloud auth application-default login, or set GCS_HMAC_ACCESS_ID and GCS_HMAC_SECRET",
    });
  }
  return new BkcacheError({
    code: "BK5023",
    message: `backend "${backend}": the application default credentials cannot be used`,
    hint: "check the file that GOOGLE_APPLICATION_CREDENTIALS names: its type, its key and its account",
  });
}
