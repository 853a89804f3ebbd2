import { createChainNotes } from "./aws-chain-notes.ts";
import { profileName } from "./aws-profile.ts";
import { type Env, resolveRegion } from "./endpoint.ts";

/**
 * Asks the SDK's default chain. Loads the SDK, so import this file only where it is needed.
 * Returns why there are none; never throws.
 * @param timeoutMs of one request of the chain
 */
export async function openChain(env: Env, timeoutMs: number) {
  const { S3Client } = await import("./s3-sdk.ts");
  const { requestHandler } = await import("./request-handler.ts");
  // Whom to ask for a role; that service answers everywhere.
  const region = resolveRegion(undefined, env) ?? "us-east-1";
  const profile = profileName(env);
  const notes = createChainNotes(env);
  let client: InstanceType<typeof S3Client> | undefined;
  try {
    client = new S3Client({
      region,
      ...(profile !== undefined && { profile }),
      maxAttempts: 2,
      requestHandler: requestHandler(env, { requestMs: timeoutMs, idleMs: timeoutMs }),
      logger: notes.logger,
    });
    const found = await client.config.credentials();
    // buildx asks for them as well, by an SDK that goes no further where a profile was named.
    const failure = notes.failureOfNamedProfile();
    if (failure !== null) return failure;
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = found;
    return {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken && { sessionToken }),
      ...(expiration && { expiration: new Date(expiration) }),
      source: nameSource(found) ?? (notes.link() === "instance" ? "instance role" : "AWS SDK"),
    };
  } catch (error) {
    return notes.explain(error);
  } finally {
    client?.destroy();
  }
}

/** The SDK notes on the credentials which of its providers made them; the last note is the most exact. */
function nameSource(found: object): string | undefined {
  const notes = "$source" in found && typeof found.$source === "object" && found.$source !== null ? found.$source : {};
  const names = Object.keys(notes);
  for (const [part, name] of sources) if (names.some((note) => note.includes(part))) return name;
  return undefined;
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
