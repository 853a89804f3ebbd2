import { openMountSource } from "../carry/source.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { withoutUserInfo } from "../store/endpoint.ts";
import type { BucketPlace } from "../store/place.ts";
import { findPlaces } from "./backends.ts";

/** Time in days for an upload in parts that nobody completes, and for versions that another has replaced. */
const uploadDays = 2;
const versionDays = 7;

/** What to give to a bucket, for all backends that lie in it. */
export interface BucketRules {
  readonly bucket: string;
  readonly type: "s3" | "gcs";
  /** The command that takes the rules from `lifecycle.json`; it replaces those that the bucket has. */
  readonly command: string;
  /** As the command takes them. */
  readonly rules: object;
}

/**
 * The rules for the buckets of a config. @param config value of --config
 * @throws BkcacheError BK2001 without a config, BK2050 where it has no bucket.
 */
export async function findLifecycleRules(host: Host, config: string | undefined): Promise<readonly BucketRules[]> {
  const { plan: own, dir, project } = await openMountSource(host, { config });
  // The places of all levels of trust lie below those that the config names.
  const found = await findPlaces(host, { plan: project?.plan ?? own, dir });
  const places = found.flatMap(({ place }) => (place.type === "local" ? [] : [place]));
  if (places.length > 0) return lifecycleRules(places);
  throw new BkcacheError({
    code: "BK2050",
    message: "no backend of the config is in a bucket",
    hint: "declare one of type s3 or gcs under backends",
  });
}

/** Rules that take nothing that a cache needs: what is left of uploads, and versions that are not the current one. */
export function lifecycleRules(places: readonly BucketPlace[]): readonly BucketRules[] {
  const buckets = new Map<string, BucketPlace[]>();
  for (const place of places) {
    const key = JSON.stringify([place.type, place.endpointUrl, place.bucket]);
    buckets.set(key, [...(buckets.get(key) ?? []), place]);
  }
  return [...buckets.values()].map((own) => (own[0]?.type === "gcs" ? ofGoogle(own) : ofS3(own)));
}

/** Prefixes of which none lies in another: rules of the same kind must not overlap. */
function prefixesOf(places: readonly BucketPlace[]): readonly string[] {
  const all = [...new Set(places.map(({ prefix }) => prefix))].toSorted();
  return all.filter((prefix) => !all.some((other) => other !== prefix && prefix.startsWith(other)));
}

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html */
function ofS3(places: readonly BucketPlace[]): BucketRules {
  const { bucket = "", endpointUrl } = places[0] ?? {};
  const Rules = prefixesOf(places).flatMap((Prefix) => {
    const name = Prefix.replaceAll(/[^A-Za-z0-9]+/g, "-").replace(/-$/, "") || "all";
    const shared = { Status: "Enabled", Filter: { Prefix } };
    return [
      {
        ID: `bkcache-${name}-uploads`,
        ...shared,
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: uploadDays },
      },
      {
        ID: `bkcache-${name}-versions`,
        ...shared,
        NoncurrentVersionExpiration: { NoncurrentDays: versionDays },
        Expiration: { ExpiredObjectDeleteMarker: true },
      },
    ];
  });
  const endpoint = endpointUrl === undefined ? "" : ` --endpoint-url ${withoutUserInfo(endpointUrl)}`;
  const command = `aws s3api put-bucket-lifecycle-configuration --bucket ${bucket} --lifecycle-configuration file://lifecycle.json${endpoint}`;
  return { bucket, type: "s3", command, rules: { Rules } };
}

/** Source: https://cloud.google.com/storage/docs/lifecycle-configurations */
function ofGoogle(places: readonly BucketPlace[]): BucketRules {
  const { bucket = "" } = places[0] ?? {};
  const prefixes = prefixesOf(places);
  const matching = prefixes.includes("") ? {} : { matchesPrefix: prefixes };
  const rule = [
    { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: uploadDays, ...matching } },
    {
      action: { type: "Delete" },
      condition: { isLive: false, daysSinceNoncurrentTime: versionDays, ...matching },
    },
  ];
  const command = `gcloud storage buckets update gs://${bucket} --lifecycle-file=lifecycle.json`;
  return { bucket, type: "gcs", command, rules: { rule } };
}
