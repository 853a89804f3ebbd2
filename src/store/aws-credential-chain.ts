import { profileName } from "./aws-profile.ts";
import { type Env, resolveRegion } from "./endpoint.ts";

/**
 * Asks the SDK's default chain. Loads the SDK, so import this file only where it is needed.
 * Returns a text that says why there are none; never throws.
 * @param timeoutMs of one request of the chain
 */
export async function openChain(env: Env, timeoutMs: number) {
  const { S3Client } = await import("./s3-sdk.ts");
  const { requestHandler } = await import("./request-handler.ts");
  // Whom to ask for a role; that service answers everywhere.
  const region = resolveRegion(undefined, env) ?? "us-east-1";
  const profile = profileName(env);
  let client: InstanceType<typeof S3Client> | undefined;
  try {
    client = new S3Client({
      region,
      ...(profile !== undefined && { profile }),
      maxAttempts: 2,
      requestHandler: requestHandler(env, { requestMs: timeoutMs, idleMs: timeoutMs }),
      logger: silent,
    });
    const found = await client.config.credentials();
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = found;
    return {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken && { sessionToken }),
      ...(expiration && { expiration: new Date(expiration) }),
      source: nameSource(found),
    };
  } catch (error) {
    return explain(error, env);
  } finally {
    client?.destroy();
  }
}

/** The SDK warns on the console otherwise. */
const nothing = () => {};
const silent = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

/** The SDK notes on the credentials which of its providers made them; the last note is the most exact. */
function nameSource(found: object): string {
  const notes = "$source" in found && typeof found.$source === "object" && found.$source !== null ? found.$source : {};
  const names = Object.keys(notes);
  for (const [part, name] of sources) if (names.some((note) => note.includes(part))) return name;
  return "AWS SDK";
}

const sources: readonly (readonly [part: string, name: string])[] = [
  ["WEB_ID", "web identity"],
  ["SSO", "single sign-on"],
  ["LOGIN", "aws login"],
  ["PROCESS", "process of the profile"],
  ["STS", "role of the profile"],
  ["PROFILE", "profile"],
  ["HTTP", "container"],
  ["IMDS", "instance role"],
  ["ENV", "environment"],
];

function explain(error: unknown, env: Env): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/could not load credentials from any providers|metadata service|EC2 IMDS|TimeoutError/i.test(message)) {
    const profile = profileName(env);
    return `no variables, no role, ${profile ? `and none in profile "${profile}"` : "no profile"}`;
  }
  const [line = ""] = message.split("\n");
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
