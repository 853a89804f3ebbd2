import { existsSync } from "node:fs";
import type { Diagnostic } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { strayCharacter } from "../host/stray-character.ts";
import type { Lack } from "./aws-chain-notes.ts";
import { profileFiles, profileName } from "./aws-profile.ts";
import type { Env } from "./endpoint.ts";
import { hasDefaultCredentials } from "./google-credentials.ts";

/** What signs requests. Kept in memory and in the run file's pipe only. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
  /** Where they come from, for people: "environment", "profile", "web identity". */
  readonly source: string;
}

export interface CredentialsAnswer {
  readonly credentials: Credentials | null;
  /** Why there are none; beside credentials, a warning. */
  readonly finding: Diagnostic | null;
}

/** Time in ms for the whole chain: a sign-on service or an external process may be part of it. */
const chainTimeout = 15_000;
/** Where nothing but the machine's metadata service is left to ask, which is absent on most machines. */
const metadataTimeout = 1_500;
const oneHour = 3_600_000;

/**
 * AWS credentials of this client: the two variables, which need no SDK, else the SDK's own chain (profile, sign-on,
 * web identity, process, container, instance), which reads the environment of this process. Never hangs and never throws.
 * @param backends names for the message, those that these credentials are for
 * @param options.anew asks the chain although it has answered for this environment before
 */
export async function resolveAws(
  host: Pick<Host, "env" | "signal" | "now">,
  backends: readonly string[],
  { anew = false } = {},
): Promise<CredentialsAnswer> {
  const { env } = host;
  const stray = findStray(env, ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"], {
    what: "the AWS credentials",
    backends,
  });
  if (stray !== null) return { credentials: null, finding: stray };
  const fromEnv = readEnvironment(env);
  // The order of buildx, which passes the same credentials on: the variables win over AWS_PROFILE.
  if (fromEnv !== null) return withExpiry(fromEnv, host.now(), backends);
  const half = findHalf(env, ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]);
  const found = await (anew ? askAnew(host) : askOnce(host));
  if (!("reason" in found)) {
    const answer = withExpiry(found, host.now(), backends);
    return half === null || answer.finding !== null ? answer : { ...answer, finding: halfGiven(half, backends) };
  }
  const roleless = findHalf(env, ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"]);
  // A role alone is what many jobs have for other tools.
  const meant = half ?? (roleless?.missing === "AWS_ROLE_ARN" ? roleless : null);
  if (meant !== null) return { credentials: null, finding: halfGiven(meant, backends) };
  return {
    credentials: null,
    finding: {
      code: "BK5001",
      message: `no AWS credentials for ${nameBackends(backends)}: ${found.reason}`,
      hint:
        found.hint ??
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or use the CI service's role for AWS",
    },
  };
}

/** The HMAC key that Google Cloud Storage takes for its S3 protocol. */
export function resolveGcsHmac(env: Env, backends: readonly string[]): CredentialsAnswer {
  const names = ["GCS_HMAC_ACCESS_ID", "GCS_HMAC_SECRET"] as const;
  const stray = findStray(env, names, { what: "the HMAC key", backends });
  if (stray !== null) return { credentials: null, finding: stray };
  const [accessKeyId, secretAccessKey] = [env[names[0]], env[names[1]]];
  if (accessKeyId && secretAccessKey) {
    return { credentials: { accessKeyId, secretAccessKey, source: "environment" }, finding: null };
  }
  const missing = names.filter((name) => !env[name]);
  const about = env["GOOGLE_APPLICATION_CREDENTIALS"]
    ? "; GOOGLE_APPLICATION_CREDENTIALS serves layers by way of bkcache's relay alone"
    : "";
  return {
    credentials: null,
    finding: {
      code: missing.length === 1 ? "BK5002" : "BK5001",
      message: `no HMAC key for ${nameBackends(backends)}: ${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} not set${about}`,
      hint: "make an HMAC key for a service account (gcloud storage hmac create) and set both variables",
    },
  };
}

/** Which of Google's credentials there are, as far as it can be told without asking anybody. */
export function findGoogleCredentials(env: Env): { readonly hasHmac: boolean; readonly hasDefault: boolean } {
  const { credentials, finding } = resolveGcsHmac(env, []);
  const hasDefault = hasDefaultCredentials(env);
  // Half of a pair, or one with a stray character, was meant to be one, where there is nothing else.
  return { hasHmac: credentials !== null || (finding?.code !== "BK5001" && !hasDefault), hasDefault };
}

function readEnvironment(env: Env): Credentials | null {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: token } = env;
  if (!accessKeyId || !secretAccessKey) return null;
  const expiration = new Date(env["AWS_CREDENTIAL_EXPIRATION"] ?? "");
  return {
    accessKeyId,
    secretAccessKey,
    ...(token && { sessionToken: token }),
    ...(!Number.isNaN(expiration.getTime()) && { expiration }),
    source: "environment",
  };
}

/**
 * What the chain has said, by environment. Layers and mounts of a run ask for the same, and an answer may take a
 * process, a request, or a time-out.
 */
const answers = new WeakMap<Env, Promise<Credentials | Lack>>();

function askOnce(host: Pick<Host, "signal" | "env">): Promise<Credentials | Lack> {
  return answers.get(host.env) ?? askAnew(host);
}

function askAnew(host: Pick<Host, "signal" | "env">): Promise<Credentials | Lack> {
  const answer = askChain(host);
  answers.set(host.env, answer);
  return answer;
}

/** The SDK's chain, or why it has nothing. */
async function askChain(host: Pick<Host, "signal" | "env">): Promise<Credentials | Lack> {
  const { openChain } = await import("./aws-credential-chain.ts");
  const timeout = hasOtherSources(host.env) ? chainTimeout : metadataTimeout;
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const profile = profileName(host.env);
  const source = profile === undefined ? "their source" : `profile "${profile}"`;
  const giveUp = new Promise<Lack>((resolve) => {
    timer = setTimeout(() => resolve({ reason: `${source} gave no answer within ${timeout / 1000} s` }), timeout);
    onAbort = () => resolve({ reason: "interrupted" });
    if (host.signal.aborted) onAbort();
    host.signal.addEventListener("abort", onAbort);
  });
  try {
    return await Promise.race([openChain(host.env, timeout), giveUp]);
  } finally {
    clearTimeout(timer);
    if (onAbort !== undefined) host.signal.removeEventListener("abort", onAbort);
  }
}

/** Whether anything but the machine's metadata service may give credentials. */
function hasOtherSources(env: Env): boolean {
  const signs = ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"];
  signs.push("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (profileName(env) !== undefined) return true;
  return signs.some((name) => env[name]) || profileFiles(env).some(({ path }) => existsSync(path));
}

function withExpiry(credentials: Credentials, now: number, backends: readonly string[]): CredentialsAnswer {
  const { expiration, source } = credentials;
  if (expiration === undefined) return { credentials, finding: null };
  const left = expiration.getTime() - now;
  if (left >= oneHour) return { credentials, finding: null };
  const at = `${expiration.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const whose = `the AWS credentials for ${nameBackends(backends)} (${source})`;
  if (left <= 0) {
    return {
      credentials: null,
      finding: { code: "BK5003", message: `${whose} ended at ${at}`, hint: "renew them and start again" },
    };
  }
  return {
    credentials,
    finding: {
      code: "BK5003",
      message: `${whose} end at ${at}, in ${Math.max(1, Math.round(left / 60_000))} min`,
      hint: "a build that takes longer cannot write its cache; renew them first",
    },
  };
}

interface Half {
  readonly set: string;
  readonly missing: string;
}

function findHalf(env: Env, [id, secret]: readonly [string, string]): Half | null {
  if (Boolean(env[id]) === Boolean(env[secret])) return null;
  return env[id] ? { set: id, missing: secret } : { set: secret, missing: id };
}

function halfGiven({ set, missing }: Half, backends: readonly string[]): Diagnostic {
  return {
    code: "BK5002",
    message: `half of the AWS credentials for ${nameBackends(backends)}: ${set} is set, ${missing} is not`,
    hint: `set ${missing} too, or unset ${set}`,
  };
}

interface Asked {
  /** What the variables hold, for people. */
  readonly what: string;
  readonly backends: readonly string[];
}

/** BuildKit would send such a value as it stands, and fail with words that show it. */
function findStray(env: Env, names: readonly string[], { what, backends }: Asked): Diagnostic | null {
  for (const name of names) {
    const stray = strayCharacter(env[name] ?? "");
    if (stray === null) continue;
    return {
      code: "BK5006",
      message: `${what} for ${nameBackends(backends)} cannot be used: ${name} holds ${stray}`,
      hint: `set ${name} without it; a value that was read from a file often keeps the newline at its end`,
    };
  }
  return null;
}

function nameBackends(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  return `${names.length === 1 ? "backend" : "backends"} ${quoted.join(", ")}`;
}
