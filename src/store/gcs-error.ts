import type { Code } from "../diagnostics/codes.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import { fieldOf, parseJson } from "../host/json.ts";
import { withoutUserInfo } from "./endpoint.ts";
import { describeLine, readFailure } from "./failure.ts";

export interface GcsPlace {
  readonly backend: string;
  readonly bucket: string;
  readonly endpointUrl: string;
}

/** An answer of the store that is no success, in the shape of the errors that `readFailure` reads. */
export function answerError(status: number, body: Buffer): Error {
  const error = fieldOf(parseJson(body), "error");
  const [first] = (fieldOf(error, "errors") as readonly unknown[] | undefined) ?? [];
  const reason = fieldOf(first, "reason");
  const code =
    status === 409 ? "ConditionalRequestConflict" : typeof reason === "string" ? (codes[reason] ?? reason) : "";
  return Object.assign(new Error(`status ${status}`), { name: "", code, $metadata: { httpStatusCode: status } });
}

/** Google's words that S3 has others for. */
const codes: Readonly<Record<string, string>> = {
  rateLimitExceeded: "SlowDown",
  userRateLimitExceeded: "SlowDown",
  backendError: "InternalError",
};

export function classifyGcsError(error: unknown, place: GcsPlace): Diagnostic {
  const { backend, bucket, endpointUrl } = place;
  const where = withoutUserInfo(endpointUrl);
  const failure = readFailure(error);
  const line = describeLine(failure, { backend, where });
  if (line !== null) return line;
  const say = (code: Code, message: string, hint: string): Diagnostic => ({
    code,
    message: `backend "${backend}": ${message}`,
    hint,
  });
  const shown = [failure.code, failure.status].filter(Boolean).join(", status ");
  if (failure.status === 401) {
    return say(
      "BK5006",
      `${where} refuses the access token (${shown})`,
      "check which account GOOGLE_APPLICATION_CREDENTIALS belongs to",
    );
  }
  if (failure.status === 403) {
    return say(
      "BK5005",
      `access to bucket "${bucket}" is denied (${shown})`,
      "the account needs the role roles/storage.objectUser on the bucket",
    );
  }
  if (failure.status === 404) {
    return say(
      "BK5004",
      `there is no bucket "${bucket}" at ${where}`,
      "create the bucket, or mend its name or the endpoint",
    );
  }
  return say(
    "BK5010",
    `${where} answers ${shown || "in a way that is not Google's"}`,
    "check that the endpoint speaks the JSON protocol of Google Cloud Storage",
  );
}
