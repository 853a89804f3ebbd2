import type { Code } from "../diagnostics/codes.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import type { Verdict } from "./requests.ts";

/** What an error of a store tells, without its text: code of the service or of the system, status, the bucket's region. */
export interface StoreFailure {
  readonly code: string;
  readonly status: number | undefined;
  readonly region: string | undefined;
}

export type Kind =
  | "bucket"
  | "denied"
  | "refused"
  | "unreachable"
  | "tls"
  | "slow"
  | "region"
  | "clock"
  | "busy"
  | "damaged"
  | "unknown";

/** The body is not what its digest says. */
const damageCodes: ReadonlySet<string> = new Set([
  "BadDigest",
  "InvalidDigest",
  "XAmzContentSHA256Mismatch",
  "XAmzContentChecksumMismatch",
]);

const kinds: readonly (readonly [ReadonlySet<string>, Kind])[] = [
  [new Set(["NoSuchBucket", "InvalidBucketName"]), "bucket"],
  [new Set(["PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"]), "region"],
  [new Set(["TemporaryRedirect", "MovedPermanently"]), "region"],
  [new Set(["RequestTimeTooSkewed", "RequestExpired"]), "clock"],
  [new Set(["SignatureDoesNotMatch", "InvalidAccessKeyId", "InvalidSecurity", "XAdminUserNotFound"]), "refused"],
  [new Set(["ExpiredToken", "ExpiredTokenException", "InvalidToken", "TokenRefreshRequired"]), "refused"],
  [new Set(["AccessDenied", "AllAccessDisabled", "AccountProblem", "Forbidden", "UserProjectMissing"]), "denied"],
  [new Set(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]), "unreachable"],
  [new Set(["EPIPE", "EADDRNOTAVAIL", "ERR_INVALID_URL", "ETRUNCATED"]), "unreachable"],
  [new Set(["EPROTO", "CERT_HAS_EXPIRED", "DEPTH_ZERO_SELF_SIGNED_CERT", "SELF_SIGNED_CERT_IN_CHAIN"]), "tls"],
  [new Set(["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"]), "tls"],
  [new Set(["ERR_TLS_CERT_ALTNAME_INVALID", "UNABLE_TO_GET_ISSUER_CERT"]), "tls"],
  [new Set(["TimeoutError", "AbortError", "ETIMEDOUT", "ESOCKETTIMEDOUT", "RequestTimeout"]), "slow"],
  [new Set(["SlowDown", "ServiceUnavailable", "InternalError", "TooManyRequests", "OperationAborted"]), "busy"],
  [new Set(["ConditionalRequestConflict"]), "busy"],
  [damageCodes, "damaged"],
];

export function kindOf({ code, status }: StoreFailure): Kind {
  return kinds.find(([codes]) => codes.has(code))?.[1] ?? kindOfStatus(status);
}

function kindOfStatus(status: number | undefined): Kind {
  if (status === 403 || status === 401) return "denied";
  if (status === 301 || status === 307 || status === 308) return "region";
  if (status !== undefined && (status >= 500 || status === 429)) return "busy";
  return "unknown";
}

export function readFailure(error: unknown): StoreFailure {
  const fields = (typeof error === "object" && error !== null ? error : {}) as {
    readonly name?: unknown;
    readonly code?: unknown;
    readonly Code?: unknown;
    readonly Region?: unknown;
    readonly cause?: unknown;
    readonly errors?: unknown;
    readonly $metadata?: { readonly httpStatusCode?: unknown };
    readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  };
  // Several addresses of one name fail as one error without a code of its own.
  const first = Array.isArray(fields.errors) ? (fields.errors[0] as unknown) : fields.cause;
  const inner = first instanceof Error && "code" in first ? first.code : undefined;
  const code = [fields.code, fields.Code, inner, fields.name].find(
    (value): value is string => typeof value === "string" && value !== "",
  );
  const status = fields.$metadata?.httpStatusCode;
  const region = fields.Region ?? fields.$response?.headers?.["x-amz-bucket-region"];
  return {
    code: code ?? "",
    status: typeof status === "number" ? status : undefined,
    region: typeof region === "string" && region !== "" ? region : undefined,
  };
}

/** Connections that were cut, which a next one may not be. */
const passing: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "ETRUNCATED", "EAI_AGAIN"]);
const throttling: ReadonlySet<string> = new Set(["SlowDown", "ServiceUnavailable", "TooManyRequests"]);

/** Whether it is worth sending the request again. */
export function verdictOf(failure: StoreFailure): Verdict {
  const { code, status } = failure;
  switch (kindOf(failure)) {
    case "busy":
      if (status === 501) return "final";
      return throttling.has(code) || status === 503 || status === 429 ? "slow down" : "again";
    case "slow":
    case "damaged":
    // The SDK has learnt the store's time from the refusal.
    case "clock":
      return "again";
    case "unreachable":
      return passing.has(code) ? "again" : "unreachable";
    case "unknown":
      return status === 408 ? "again" : "final";
    default:
      return "final";
  }
}

/** Who is spoken to. */
export interface Party {
  /** Name of the backend in the config. */
  readonly backend: string;
  /** The endpoint for people. */
  readonly where: string;
}

/** The failures that have nothing to do with what the store holds; null for the others. */
export function describeLine(failure: StoreFailure, { backend, where }: Party): Diagnostic | null {
  const { code, status } = failure;
  const say = (code: Code, message: string, hint: string): Diagnostic => ({
    code,
    message: `backend "${backend}": ${message}`,
    hint,
  });
  switch (kindOf(failure)) {
    case "unreachable":
      return say(
        "BK5007",
        `${where} does not answer: ${connections[code] ?? "no connection"} (${code})`,
        "check the endpoint and the network; a builder elsewhere may still reach it, but bkcache has to as well",
      );
    case "tls":
      return say(
        "BK5007",
        `${where} cannot be trusted: TLS fails (${code})`,
        "for a certificate authority of your own set AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS to its file",
      );
    case "slow":
      return say(
        "BK5007",
        `${where} does not answer in time`,
        "check the endpoint, the network and the proxy variables",
      );
    case "clock":
      return say("BK5009", `${where} says that this machine's clock is wrong`, "set the clock; S3 allows 15 minutes");
    case "busy":
      return say("BK5007", `${where} cannot serve now (${code || status})`, "try again later");
    default:
      return null;
  }
}

const connections: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "the connection was cut",
  ETRUNCATED: "the connection was cut in the middle of an object",
  ENOTFOUND: "the host name does not exist",
  EAI_AGAIN: "the host name cannot be looked up",
  EHOSTUNREACH: "no way to the host",
  ENETUNREACH: "no way to the network",
};
