import { fieldOf, isRecord, listOf, parseJson } from "../host/json.ts";
import type { Credentials } from "./credentials.ts";
import type { Env } from "./endpoint.ts";
import { readFailure } from "./failure.ts";
import { percentEncode } from "./keys.ts";
import type { BucketPlace } from "./place.ts";

/** A rule of a bucket that deletes objects as they are, by their age or at a date. */
export interface ExpiryRule {
  /** As the bucket has it; empty where it has none. */
  readonly name: string;
  /** What the keys begin with; empty for all objects. */
  readonly prefix: string;
  /** Null for a date. */
  readonly days: number | null;
}

interface ReadOptions {
  readonly env: Env;
  readonly signal: AbortSignal;
}

/** Looks neither long nor often. */
const policy = { tries: 1, waits: [0], idleMs: 3_000, concurrency: 1 };

/** The rules of a bucket, by S3's protocol. Null where the store does not say: few may ask, and not every store knows the question. */
export async function readS3Expiry(
  place: BucketPlace,
  credentials: Credentials,
  { env, signal }: ReadOptions,
): Promise<readonly ExpiryRule[] | null> {
  const { loadS3Client } = await import("./s3-client.ts");
  const { sdk, client } = await loadS3Client(place, { credentials: async () => credentials, env, policy });
  try {
    const command = new sdk.GetBucketLifecycleConfigurationCommand({ Bucket: place.bucket });
    const { Rules = [] } = await client.send(command, { abortSignal: signal });
    return Rules.flatMap((rule) => {
      const { ID = "", Status, Filter, Expiration, Prefix } = rule;
      const days = Expiration?.Days ?? null;
      const isExpiry = days !== null || Expiration?.Date !== undefined;
      // Objects of caches have no tags.
      const hasTags = Filter?.Tag !== undefined || (Filter?.And?.Tags ?? []).length > 0;
      if (Status !== "Enabled" || !isExpiry || hasTags) return [];
      return [{ name: ID, prefix: Filter?.Prefix ?? Filter?.And?.Prefix ?? Prefix ?? "", days }];
    });
  } catch (error) {
    signal.throwIfAborted();
    return readFailure(error).code === "NoSuchLifecycleConfiguration" ? [] : null;
  } finally {
    client.destroy();
  }
}

/** The same by Google's JSON protocol, which wants storage.buckets.get. */
export async function readGcsExpiry(
  place: BucketPlace,
  { env, signal }: ReadOptions,
): Promise<readonly ExpiryRule[] | null> {
  const { createGcsClient } = await import("./gcs-client.ts");
  const client = await createGcsClient({ place, env, signal, policy });
  try {
    const path = `/storage/v1/b/${percentEncode(place.bucket)}?fields=lifecycle`;
    const { body } = await client.ask({ method: "GET", path }, [], signal);
    return body === "too large" ? null : gcsRules(parseJson(body));
  } catch {
    signal.throwIfAborted();
    return null;
  } finally {
    client.close();
  }
}

/** Source: https://cloud.google.com/storage/docs/json_api/v1/buckets#resource, lifecycle. */
export function gcsRules(bucket: unknown): readonly ExpiryRule[] {
  return listOf(fieldOf(fieldOf(bucket, "lifecycle"), "rule")).flatMap((rule) => {
    const condition = fieldOf(rule, "condition");
    if (fieldOf(fieldOf(rule, "action"), "type") !== "Delete" || !isRecord(condition)) return [];
    const { age, createdBefore, customTimeBefore, daysSinceCustomTime, isLive } = condition;
    const ofVersions = ["daysSinceNoncurrentTime", "noncurrentTimeBefore", "numNewerVersions"];
    if (isLive === false || ofVersions.some((key) => key in condition)) return [];
    // Objects of caches have no time of their own.
    if (customTimeBefore !== undefined || daysSinceCustomTime !== undefined) return [];
    if (typeof age !== "number" && createdBefore === undefined) return [];
    const prefixes = listOf(condition["matchesPrefix"]).filter((prefix) => typeof prefix === "string");
    const days = typeof age === "number" ? age : null;
    return (prefixes.length === 0 ? [""] : prefixes).map((prefix) => ({ name: "", prefix, days }));
  });
}
