import type { CacheFailure } from "./steps.ts";

const longest = 300;

/**
 * One clear line for an error of BuildKit's cache import or export. The words of the common ones are replaced; what
 * is not recognised is shortened and stripped of request ids.
 */
export function explainFailure({ direction, error }: Pick<CacheFailure, "direction" | "error">): string {
  for (const [pattern, explanation] of explanations) {
    const match = pattern.exec(error);
    if (match !== null) return explanation(match, direction);
  }
  return shorten(error);
}

type Explain = (match: RegExpExecArray, direction: "import" | "export") => string;

/** In order: the first that fits wins. */
const explanations: readonly (readonly [RegExp, Explain])[] = [
  [/NoSuchBucket/, () => "the bucket does not exist (NoSuchBucket)"],
  [
    /failed to copy: .*(?:NoSuchKey|NotFound|StatusCode: 404)/s,
    () => "a layer that the cache lists is gone from the bucket (NoSuchKey)",
  ],
  [/content sha256:[0-9a-f]{64}: not found/, () => "a layer that the cache lists is gone"],
  [/\bshort read: expected \d+ bytes/, () => "a layer came short"],
  [/unexpected commit (?:digest|size)/, () => "a layer is not what the cache says that it is"],
  [/failed to copy: .*StatusCode: (\d{3})/s, ([, status]) => `the store answered ${status} for a layer`],
  [
    /SignatureDoesNotMatch/,
    () => "the store refuses the signature: the secret does not belong to the key (SignatureDoesNotMatch)",
  ],
  [/InvalidAccessKeyId/, () => "the store does not know the access key (InvalidAccessKeyId)"],
  [/ExpiredToken|TokenRefreshRequired/, () => "the session of the credentials ended while building (ExpiredToken)"],
  [/RequestTimeTooSkewed/, () => "the store says that the builder's clock is wrong (RequestTimeTooSkewed)"],
  [
    /no EC2 IMDS role found|failed to refresh cached credentials|get credentials:/,
    () => "the builder got no credentials, neither from this client nor on its own",
  ],
  [
    /PermanentRedirect|AuthorizationHeaderMalformed|MovedPermanently|StatusCode: 301/,
    () => "the bucket is in another region than the one that was asked",
  ],
  [
    /dial tcp(?: ([^:\s]+(?::\d+)?|\[[^\]]+\]:\d+))?: .*?(connection refused|no such host|i\/o timeout|network is unreachable|no route to host)/,
    ([, address, reason]) =>
      `the builder cannot reach the endpoint${address === undefined ? "" : ` ${address}`}: ${reason}`,
  ],
  [/x509: ([^,\n]*)/, ([, reason]) => `the builder does not trust the endpoint's certificate: ${reason}`],
  [
    /\b(?:AccessDenied|StatusCode: 403|403 Forbidden)/,
    (_, direction) =>
      direction === "export"
        ? "the store denies access (403): wrong secret, or a right is missing (s3:PutObject, or s3:ListBucket, without which a missing object answers 403)"
        : "the store denies access (403)",
  ],
  [
    /too large \((\d+) > (\d+)\)/,
    ([, size]) => `the cache config has ${size} bytes; BuildKit imports at most 1 MiB from this backend`,
  ],
  [/NotImplemented: (.*)/, ([, reason]) => `the store lacks what BuildKit asks of it: ${shorten(reason ?? "")}`],
  [/SlowDown|ServiceUnavailable|StatusCode: 5\d\d/, ([word]) => `the store cannot serve now (${word})`],
];

/** The last of Go's nested errors tells most; ids of requests tell nothing. */
function shorten(error: string): string {
  const line = error
    .replaceAll(/\b(?:RequestID|HostID|request id):? ?[^,\s]*,? ?/gi, "")
    .replaceAll(/https response error |exceeded maximum number of attempts, \d+, /g, "")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/(?:, )+/g, ", ")
    .trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}
