import { BkcacheError } from "../diagnostics/error.ts";
import { describeLine, readFailure, type StoreFailure } from "./failure.ts";

/** What is read of an error of the SDK's client; its other fields hold the request. */
interface ClientError {
  readonly message?: unknown;
  readonly response?: { readonly status?: unknown; readonly data?: { readonly error?: unknown } };
}

/** Whose credentials they are. */
export interface TokenOwner {
  readonly backend: string;
  /** What their file says that it is; undefined where none is named. */
  readonly type: string | undefined;
}

/**
 * Why there is no access token. The SDK's errors hold assertions and tokens, so nothing of them is kept but code and
 * status, which tell whether it may pass, and the finding.
 */
export function tokenError(error: unknown, whose: TokenOwner): Error {
  const { message, response } = (error ?? {}) as ClientError;
  const known = readFailure(error);
  const status = typeof response?.status === "number" ? response.status : known.status;
  const failure: StoreFailure = { ...known, status };
  return Object.assign(new Error("no access token"), {
    code: failure.code,
    $metadata: { httpStatusCode: status },
    ...(failure.proxy !== undefined && { proxy: failure.proxy, statusCode: status }),
    finding: explain(failure, { ...whose, message: String(message), reason: response?.data?.error }),
  });
}

/** What `tokenError` found; null for errors of another source. */
export function tokenFinding(error: unknown): BkcacheError | null {
  const finding: unknown = error instanceof Error && "finding" in error ? error.finding : null;
  return finding instanceof BkcacheError ? finding : null;
}

interface Known extends TokenOwner {
  readonly message: string;
  /** The token endpoint's own word. */
  readonly reason: unknown;
}

function explain(failure: StoreFailure, { backend, type, message, reason }: Known): BkcacheError {
  const { status } = failure;
  if (failure.code !== "ERR_PROXY_TUNNEL" && status !== undefined && status >= 400 && status < 500 && status !== 429) {
    const shown = typeof reason === "string" && /^\w+$/.test(reason) ? reason : `status ${status}`;
    return new BkcacheError({
      code: "BK5006",
      message: `backend "${backend}": Google refuses the application default credentials (${shown})`,
      hint:
        type === "external_account" || type === "impersonated_service_account"
          ? "check the audience and conditions of the identity provider, and who may take the service account (roles/iam.workloadIdentityUser, or roles/iam.serviceAccountTokenCreator)"
          : "the key may be deleted or of another account; make a new one, and name its file in GOOGLE_APPLICATION_CREDENTIALS",
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
  const why = faults.find(([pattern]) => pattern.test(message))?.[1];
  return new BkcacheError({
    code: "BK5023",
    message: `backend "${backend}": the application default credentials cannot be used${why === undefined ? "" : `: ${why}`}`,
    hint: "check the file that GOOGLE_APPLICATION_CREDENTIALS names: its type, its key and its account",
  });
}

/** What the SDK says of a file, whose own words may be a part of a key or of a token. */
const faults: readonly (readonly [RegExp, string])[] = [
  [/does not exist, or it is not a file/, "the token file that they name is not there"],
  [/parse the subject_token/, "the place that they name for a token holds none"],
  [
    /does not contain a (?:private_key|client_email)|missing a private key/i,
    "the key or the account is missing in them",
  ],
  [/DECODER|PEM|asn1|unsupported/i, "their private key cannot be read"],
];
