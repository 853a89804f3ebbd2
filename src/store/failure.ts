import type { Diagnostic } from "../diagnostics/error.ts";
import type { ProxyParty } from "./proxies.ts";
import type { Verdict } from "./requests.ts";

/** What an error of a store tells, without its text: code of the service or of the system, status, the bucket's region. */
export interface StoreFailure {
  readonly code: string;
  readonly status: number | undefined;
  readonly region: string | undefined;
  /** Through which the connection was to go. */
  readonly proxy?: ProxyParty | undefined;
}

export type Kind =
  | "bucket"
  | "denied"
  | "refused"
  | "archived"
  | "key"
  | "unreachable"
  | "proxy"
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
  [new Set(["InvalidObjectState"]), "archived"],
  [new Set(["AccessDenied", "AllAccessDisabled", "AccountProblem", "Forbidden", "UserProjectMissing"]), "denied"],
  [new Set(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]), "unreachable"],
  [new Set(["EPIPE", "EADDRNOTAVAIL", "ERR_INVALID_URL", "ETRUNCATED", "ERR_STREAM_PREMATURE_CLOSE"]), "unreachable"],
  [new Set(["ERR_PROXY_SILENT"]), "unreachable"],
  [new Set(["TimeoutError", "AbortError", "ETIMEDOUT", "ESOCKETTIMEDOUT", "RequestTimeout"]), "slow"],
  [new Set(["SlowDown", "ServiceUnavailable", "InternalError", "TooManyRequests", "OperationAborted"]), "busy"],
  [new Set(["ConditionalRequestConflict"]), "busy"],
  [damageCodes, "damaged"],
];

/** Names that Node has of OpenSSL's. No service and no system has such ones. Source: https://nodejs.org/api/tls.html */
const ofTls =
  /^(?:EPROTO$|ERR_(?:SSL|TLS)_|(?:CERT|CRL|UNABLE_TO|ERROR_IN|SELF_SIGNED|DEPTH_ZERO|PATH_LENGTH|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH)(?:_|$))/;

export function kindOf({ code, status }: StoreFailure): Kind {
  if (code.startsWith("KMS.")) return "key";
  if (code === "ERR_PROXY_TUNNEL") return "proxy";
  if (ofTls.test(code)) return "tls";
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
  const { proxy, statusCode } = readProxied(error);
  const status = code === "ERR_PROXY_TUNNEL" ? statusCode : fields.$metadata?.httpStatusCode;
  const region = fields.Region ?? fields.$response?.headers?.["x-amz-bucket-region"];
  return {
    code: code ?? "",
    status: typeof status === "number" ? status : undefined,
    region: typeof region === "string" && region !== "" ? region : undefined,
    ...(proxy !== undefined && { proxy }),
  };
}

interface Proxied {
  /** As `createAgents` notes it. */
  readonly proxy?: ProxyParty;
  /** Of the proxy's answer. */
  readonly statusCode?: unknown;
}

/** The SDKs wrap errors of connections in others. */
function readProxied(error: unknown): Proxied {
  for (let each = error; each instanceof Error; each = each.cause) {
    if ("proxy" in each) return each as Proxied;
  }
  return {};
}

/** Of connections that stood, or never came to one: no question of who answers. */
const cut: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "EPIPE",
  "ETRUNCATED",
  "ERR_STREAM_PREMATURE_CLOSE",
  "EADDRNOTAVAIL",
  "ERR_INVALID_URL",
]);
/** Connections that were cut, which a next one may not be. */
const passing: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "EPIPE",
  "ETRUNCATED",
  "ERR_STREAM_PREMATURE_CLOSE",
  "EAI_AGAIN",
]);
const throttling: ReadonlySet<string> = new Set(["SlowDown", "ServiceUnavailable", "TooManyRequests"]);

/** An error of the transfer itself, told by its code as those of the system are. */
export function transferError(code: "ETRUNCATED" | "ETIMEDOUT", message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** Whether it is worth sending the request again. */
export function verdictOf(failure: StoreFailure): Verdict {
  const { code, status } = failure;
  const kind = kindOf(failure);
  if (kind === "busy") {
    if (status === 501) return "final";
    return throttling.has(code) || status === 503 || status === 429 ? "slow down" : "again";
  }
  // What a proxy refuses it refuses again; others are its own failures, or those of the way behind it.
  if (kind === "proxy") return status !== undefined && status < 500 ? "unreachable" : "again";
  if (kind === "unreachable") return passing.has(code) ? "again" : "unreachable";
  // After a refusal for the clock whoever signs has learnt the store's time.
  return kind === "slow" || kind === "damaged" || kind === "clock" || status === 408 ? "again" : "final";
}

/** Who is spoken to. */
export interface Party {
  /** Name of the backend in the config. */
  readonly backend: string;
  /** The endpoint for people. */
  readonly where: string;
}

/** The failures that have nothing to do with what the store holds; null for the others. */
export function describeLine(failure: StoreFailure, party: Party): Diagnostic | null {
  const kind = kindOf(failure);
  const isOfProxy = failure.proxy !== undefined && kind === "unreachable" && !cut.has(failure.code);
  const described = isOfProxy ? deadProxy : lineFailures[kind];
  if (described === undefined) return null;
  const { code, message, hint } = described(failure, party.where);
  return { code, message: `backend "${party.backend}": ${message}`, hint };
}

type Describe = (failure: StoreFailure, where: string) => Required<Pick<Diagnostic, "code" | "message" | "hint">>;

const lineFailures: Readonly<Partial<Record<Kind, Describe>>> = {
  unreachable: ({ code }, where) => ({
    code: "BK5007",
    message: `${where} does not answer: ${connections[code] ?? "no connection"} (${code})`,
    hint: "check the endpoint and the network; a builder elsewhere may still reach it, but bkcache has to as well",
  }),
  proxy({ status, proxy }, where) {
    const known = status === undefined ? undefined : tunnels.find(([statuses]) => statuses.test(String(status)));
    const [, what, hint] = known ?? [null, "does not open the way to", "look at the proxy"];
    const name = proxy?.name ?? "HTTPS_PROXY";
    return {
      code: "BK5007",
      message: `the proxy of ${name}${proxy === undefined ? "" : `, ${proxy.url},`} ${what} ${where}${status === undefined ? "" : ` (status ${status})`}`,
      hint: `${hint.replace("VARIABLE", name)}; ${needless}`,
    };
  },
  tls({ code }, where) {
    const [, since, hint] = tlsReasons.find(([codes]) => codes.test(code)) ?? [];
    return {
      code: "BK5007",
      message: `${where} cannot be trusted: TLS fails${since === undefined ? "" : `, since ${since}`} (${code})`,
      hint: hint ?? "for a certificate authority of your own set AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS to its file",
    };
  },
  slow: (_, where) => ({
    code: "BK5007",
    message: `${where} does not answer in time`,
    hint: "check the endpoint, the network and the proxy variables",
  }),
  clock: (_, where) => ({
    code: "BK5009",
    message: `${where} says that this machine's clock is wrong`,
    hint: "set the clock; S3 allows 15 minutes",
  }),
  busy: ({ code, status }, where) => ({
    code: "BK5007",
    message: `${where} cannot serve now (${code || status})`,
    hint: "try again later",
  }),
  damaged: ({ code }, where) => ({
    code: "BK5021",
    message: `${where} got other bytes than were sent (${code})`,
    hint: "try again; where it happens again, look at the network and the proxy",
  }),
};

const needless = "hosts that need no proxy stand in NO_PROXY";

const deadProxy: Describe = ({ code, proxy }, where) => ({
  code: "BK5007",
  message: `the proxy of ${proxy?.name}, ${proxy?.url}, through which ${where} is reached, does not answer: ${connections[code] ?? "no connection"} (${code})`,
  hint: `mend or unset ${proxy?.name}; ${needless}`,
});

/** What a proxy's answers come to. */
const tunnels: readonly (readonly [statuses: RegExp, what: string, hint: string])[] = [
  [
    /^407$/,
    "asks for a user and password, or for others, on the way to",
    "write user and password into VARIABLE before the host, percent-encoded",
  ],
  [/^4/, "refuses the way to", "have the proxy allow it"],
  [/^5/, "does not get to", "check the endpoint, and what the proxy reaches"],
];

/** What is no question of the authority. */
const tlsReasons: readonly (readonly [codes: RegExp, since: string, hint: string])[] = [
  [/^CERT_HAS_EXPIRED$/, "the certificate has ended", "renew the store's certificate, or set this machine's clock"],
  [/^CERT_NOT_YET_VALID$/, "the certificate is not valid yet", "set this machine's clock"],
  [
    /^(?:ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/,
    "the certificate is for other hosts",
    "name the store by a host that its certificate has; where the bucket stands in the host's name, usePathStyle: true of the backend takes it out",
  ],
  [
    /^(?:EPROTO$|ERR_SSL_)/,
    "the two find no form of it that both speak",
    "check whether the endpoint is plain http, and that it asks for no certificate of the client and speaks TLS 1.2 or later",
  ],
];

const connections: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "the connection was cut",
  ETRUNCATED: "the connection was cut in the middle of an object",
  ERR_STREAM_PREMATURE_CLOSE: "the connection was cut in the middle of an object",
  ENOTFOUND: "the host name does not exist",
  EAI_AGAIN: "the host name cannot be looked up",
  EHOSTUNREACH: "no way to the host",
  ENETUNREACH: "no way to the network",
  ERR_PROXY_SILENT: "it takes the connection and says nothing",
};
