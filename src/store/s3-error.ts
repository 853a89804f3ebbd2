import type { Code } from "../diagnostics/codes.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import { withoutUserInfo } from "./endpoint.ts";

/** Whom a message is about. */
export interface S3Place {
  /** Name of the backend in the config. */
  readonly backend: string;
  readonly bucket: string;
  readonly region: string;
  /** Undefined: Amazon's own. */
  readonly endpointUrl?: string | undefined;
}

/** What an error of the SDK tells, without its text: code of the service or of the system, status, the bucket's region. */
interface S3Failure {
  readonly code: string;
  readonly status: number | undefined;
  readonly region: string | undefined;
}

const absentCodes: ReadonlySet<string> = new Set(["NoSuchKey", "NotFound"]);
/** What the SDK calls an answer without a code. */
const nameless: ReadonlySet<string> = new Set(["", "Unknown", "UnknownError", "Error"]);

/** Whether the error says that the object is not there, while the bucket may be. */
export function isAbsent(error: unknown): boolean {
  const { code, status } = readFailure(error);
  // Some stores answer 404 for a key id that they do not know, so the status alone says nothing beside a code.
  return absentCodes.has(code) || (status === 404 && nameless.has(code));
}

/** Whether the object is there but has no bytes: then the range that was asked for does not exist. */
export function isEmptyObject(error: unknown): boolean {
  return readFailure(error).status === 416;
}

/** One finding for an error of the SDK; recognised by code and status, never by text. */
export function classifyS3Error(error: unknown, place: S3Place): Diagnostic {
  const failure = readFailure(error);
  return describe[kindOf(failure.code) ?? kindOfStatus(failure.status)](failure, place);
}

type Kind = "bucket" | "denied" | "refused" | "unreachable" | "tls" | "slow" | "region" | "clock" | "busy" | "unknown";

const kinds: readonly (readonly [ReadonlySet<string>, Kind])[] = [
  [new Set(["NoSuchBucket", "InvalidBucketName"]), "bucket"],
  [new Set(["PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"]), "region"],
  [new Set(["TemporaryRedirect", "MovedPermanently"]), "region"],
  [new Set(["RequestTimeTooSkewed", "RequestExpired"]), "clock"],
  [new Set(["SignatureDoesNotMatch", "InvalidAccessKeyId", "InvalidSecurity", "XAdminUserNotFound"]), "refused"],
  [new Set(["ExpiredToken", "ExpiredTokenException", "InvalidToken", "TokenRefreshRequired"]), "refused"],
  [new Set(["AccessDenied", "AllAccessDisabled", "AccountProblem", "Forbidden", "UserProjectMissing"]), "denied"],
  [new Set(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]), "unreachable"],
  [new Set(["EPIPE", "EADDRNOTAVAIL", "ERR_INVALID_URL"]), "unreachable"],
  [new Set(["EPROTO", "CERT_HAS_EXPIRED", "DEPTH_ZERO_SELF_SIGNED_CERT", "SELF_SIGNED_CERT_IN_CHAIN"]), "tls"],
  [new Set(["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"]), "tls"],
  [new Set(["ERR_TLS_CERT_ALTNAME_INVALID", "UNABLE_TO_GET_ISSUER_CERT"]), "tls"],
  [new Set(["TimeoutError", "AbortError", "ETIMEDOUT", "ESOCKETTIMEDOUT", "RequestTimeout"]), "slow"],
  [new Set(["SlowDown", "ServiceUnavailable", "InternalError", "TooManyRequests"]), "busy"],
];

function kindOf(code: string): Kind | undefined {
  return kinds.find(([codes]) => codes.has(code))?.[1];
}

function kindOfStatus(status: number | undefined): Kind {
  if (status === 403 || status === 401) return "denied";
  if (status === 301 || status === 307 || status === 308) return "region";
  if (status !== undefined && (status >= 500 || status === 429)) return "busy";
  return "unknown";
}

function readFailure(error: unknown): S3Failure {
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

const describe: Readonly<Record<Kind, (failure: S3Failure, place: S3Place) => Diagnostic>> = {
  bucket: ({ code }, place) =>
    say(
      "BK5004",
      place,
      `${code === "NoSuchBucket" ? "there is no bucket" : "no bucket can be called"} "${place.bucket}" at ${where(place)}`,
      "create the bucket, or mend its name or the endpoint",
    ),
  denied: ({ code, status }, place) =>
    say(
      "BK5005",
      place,
      `access to bucket "${place.bucket}" is denied (${code || status})`,
      "the credentials need s3:GetObject and s3:PutObject on the objects and s3:ListBucket on the bucket: without the last, S3 answers so for a cache that is merely not there yet",
    ),
  refused: ({ code }, place) =>
    say(
      "BK5006",
      place,
      `${where(place)} refuses the credentials: ${refusals[code] ?? "they are not valid there"} (${code})`,
      "check that key and secret belong together and to this store",
    ),
  unreachable: ({ code }, place) =>
    say(
      "BK5007",
      place,
      `${where(place)} does not answer: ${connections[code] ?? "no connection"} (${code})`,
      "check the endpoint and the network; a builder elsewhere may still reach it, but bkcache has to as well",
    ),
  tls: ({ code }, place) =>
    say(
      "BK5007",
      place,
      `${where(place)} cannot be trusted: TLS fails (${code})`,
      "for a certificate authority of your own set AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS to its file",
    ),
  slow: (_, place) =>
    say(
      "BK5007",
      place,
      `${where(place)} does not answer in time`,
      "check the endpoint, the network and the proxy variables",
    ),
  region: ({ region }, place) =>
    say(
      "BK5008",
      place,
      `bucket "${place.bucket}" is not in region ${place.region}${region === undefined ? "" : ` but in ${region}`}`,
      `set backends.${place.backend}.region${region === undefined ? " to the bucket's own" : `: ${region}`}, or AWS_REGION`,
    ),
  clock: (_, place) =>
    say(
      "BK5009",
      place,
      `${where(place)} says that this machine's clock is wrong`,
      "set the clock; S3 allows 15 minutes",
    ),
  busy: ({ code, status }, place) =>
    say("BK5007", place, `${where(place)} cannot serve now (${code || status})`, "try again later"),
  unknown: ({ code, status }, place) =>
    say(
      "BK5010",
      place,
      `${where(place)} answers ${[code, status].filter(Boolean).join(", status ") || "in a way that is not S3's"}`,
      "check that the endpoint speaks S3's protocol",
    ),
};

function say(code: Code, place: S3Place, message: string, hint: string): Diagnostic {
  return { code, message: `backend "${place.backend}": ${message}`, hint };
}

const refusals: Readonly<Record<string, string>> = {
  SignatureDoesNotMatch: "the secret does not belong to the key",
  InvalidAccessKeyId: "it does not know the key",
  // versitygw's word for it
  XAdminUserNotFound: "it does not know the key",
  ExpiredToken: "the session has ended",
  ExpiredTokenException: "the session has ended",
  TokenRefreshRequired: "the session has ended",
  InvalidToken: "the session token is not valid",
};

const connections: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "the connection was cut",
  ENOTFOUND: "the host name does not exist",
  EAI_AGAIN: "the host name cannot be looked up",
  EHOSTUNREACH: "no way to the host",
  ENETUNREACH: "no way to the network",
};

function where({ endpointUrl, region }: S3Place): string {
  return endpointUrl === undefined ? `Amazon S3 in ${region}` : withoutUserInfo(endpointUrl);
}
