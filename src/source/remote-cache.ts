import type { PlanBackend } from "../bake/model.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import { strayCharacter } from "../host/stray-character.ts";

/** Name that the one backend has where there is no config. */
export const remoteCacheBackend = "remote";

const example = "as in BUILDKIT_REMOTE_CACHE=s3://bucket/build-cache/";

/**
 * Reads BUILDKIT_REMOTE_CACHE, which is the whole config where there is no config file:
 * `s3://bucket/prefix/`, `gcs://bucket/prefix/` or `gs://bucket/prefix/`.
 * @throws BkcacheError BK1002 for anything else.
 */
export function parseRemoteCache(value: string): PlanBackend {
  const match = /^([a-z0-9+.-]+):\/\/([^/?#@\s]+)(?:\/([^?#\s]*))?$/i.exec(value);
  const scheme = match?.[1]?.toLowerCase();
  const stray = strayCharacter(value);
  if (stray !== null) {
    throw new BkcacheError({
      code: "BK1002",
      message: `BUILDKIT_REMOTE_CACHE holds ${stray}, which no address of a bucket has`,
      hint: `give a bucket and a prefix, ${example}`,
    });
  }
  if (match === null || (scheme !== "s3" && scheme !== "gcs" && scheme !== "gs")) {
    throw new BkcacheError({
      code: "BK1002",
      // The value may carry credentials as user info: say what it should be, not what it is.
      message: `BUILDKIT_REMOTE_CACHE is no s3:// or gcs:// address of a bucket`,
      hint: `give a bucket and a prefix, ${example}; credentials, AWS_REGION and AWS_ENDPOINT_URL come from the environment`,
    });
  }
  const path = (match[3] ?? "").replace(/\/+$/, "");
  return { type: scheme === "s3" ? "s3" : "gcs", bucket: match[2] ?? "", prefix: path === "" ? "" : `${path}/` };
}
