import type { Code } from "../diagnostics/codes.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import { withoutUserInfo } from "./endpoint.ts";
import { describeLine, type Kind, kindOf, readFailure, type StoreFailure } from "./failure.ts";

/** Name of the error for a success that lacks what every S3 gives with one, such as a page that a network's login shows. */
export const notS3 = "NotS3";

/** Whom a message is about. */
export interface S3Place {
  /** Name of the backend in the config. */
  readonly backend: string;
  readonly bucket: string;
  readonly region: string;
  /** Undefined: Amazon's own. */
  readonly endpointUrl?: string | undefined;
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

/** Whether the object is there, but not the bytes of it that were asked for. */
export function isOutsideRange(error: unknown): boolean {
  return readFailure(error).status === 416;
}

/** One finding for an error of the SDK; recognised by code and status, never by text. */
export function classifyS3Error(error: unknown, place: S3Place): Diagnostic {
  const failure = readFailure(error);
  const line = describeLine(failure, { backend: place.backend, where: where(place) });
  if (line !== null) return line;
  const detail = error instanceof Error ? ownWords(error.message, failure.code) : "";
  return (describe[kindOf(failure)] ?? describeUnknown)({ ...failure, detail }, place);
}

type Describe = (failure: StoreFailure & { readonly detail: string }, place: S3Place) => Diagnostic;

/** What the store says beside its code, such as which policy denies; empty where that is nothing new. */
function ownWords(message: string, code: string): string {
  // oxlint-disable-next-line no-control-regex
  const line = message.replaceAll(/[\u0000-\u001f\u007f]+/g, " ").trim();
  if (line === "" || line === code || /^(access denied|unknown(error)?)\.?$/i.test(line)) return "";
  return `: ${line.length > 300 ? `${line.slice(0, 299)}…` : line}`;
}

const describe: Readonly<Partial<Record<Kind, Describe>>> = {
  bucket: ({ code }, place) =>
    say(
      "BK5004",
      place,
      `${code === "NoSuchBucket" ? "there is no bucket" : "no bucket can be called"} "${place.bucket}" at ${where(place)}`,
      "create the bucket, or mend its name or the endpoint",
    ),
  archived: ({ code }, place) =>
    say(
      "BK5010",
      place,
      `an object in bucket "${place.bucket}" is archived and cannot be read (${code})`,
      "keep cache out of archive classes: mend the bucket's lifecycle rule, and delete or restore what is archived",
    ),
  key: ({ code, detail }, place) =>
    say(
      "BK5005",
      place,
      `the KMS key of bucket "${place.bucket}" cannot be used (${code})${detail}`,
      "enable the key, or give the bucket another one",
    ),
  denied: ({ code, status, detail }, place) =>
    say(
      "BK5005",
      place,
      `access to bucket "${place.bucket}" is denied (${code || status})${detail}`,
      "the credentials need s3:GetObject and s3:PutObject on the objects and s3:ListBucket on the bucket: without the last, S3 answers so for a cache that is merely not there yet; what deletes needs s3:DeleteObject, too",
    ),
  refused: ({ code }, place) =>
    say(
      "BK5006",
      place,
      `${where(place)} refuses the credentials: ${refusals[code] ?? "they are not valid there"} (${code})`,
      "check that key and secret belong together and to this store",
    ),
  region: ({ region }, place) =>
    say(
      "BK5008",
      place,
      `bucket "${place.bucket}" is not in region ${place.region}${region === undefined ? "" : ` but in ${region}`}`,
      `set backends.${place.backend}.region${region === undefined ? " to the bucket's own" : `: ${region}`}, or AWS_REGION`,
    ),
};

const describeUnknown: Describe = ({ code, status }, place) =>
  say(
    "BK5010",
    place,
    code === notS3
      ? `${where(place)} says yes to a request, but not in S3's words: nothing is stored there`
      : `${where(place)} answers ${[code, status].filter(Boolean).join(", status ") || "in a way that is not S3's"}`,
    "check that the endpoint speaks S3's protocol, and that no proxy or login page of the network answers in its place",
  );

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

export function where({ endpointUrl, region }: S3Place): string {
  return endpointUrl === undefined ? `Amazon S3 in ${region}` : withoutUserInfo(endpointUrl);
}
