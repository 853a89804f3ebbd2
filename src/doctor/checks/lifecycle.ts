import { levelOf } from "../../config/rules/levels.ts";
import type { Diagnostic } from "../../diagnostics/error.ts";
import { resolveAws } from "../../store/credentials.ts";
import { hasDefaultCredentials } from "../../store/google-credentials.ts";
import { type ExpiryRule, readGcsExpiry, readS3Expiry } from "../../store/lifecycle.ts";
import { prefixesOf } from "../../layers/prefixes.ts";
import type { Check } from "../check.ts";
import { backendNames, isBucket, requireBucket } from "../known-backends.ts";
import { settled, unknown, warningOf } from "../verdict.ts";

/** Whether a rule of the bucket deletes by age what caches still name; where the credentials may look. */
export const lifecycle: Check = {
  name: "lifecycle",
  boundMs: 10_000,
  late: "BK5007",
  subjects: (setup) => backendNames(setup, isBucket),
  async examine(setup, { host, subject }) {
    const [{ backend, place }, rules] = await Promise.all([requireBucket(setup, subject), setup.rules()]);
    const read = async (): Promise<readonly ExpiryRule[] | null> => {
      if (place.type === "gcs") return hasDefaultCredentials(host.env) ? readGcsExpiry(place, host) : null;
      const { credentials } = await resolveAws(host, [subject]);
      return credentials === null ? null : readS3Expiry(place, credentials, host);
    };
    const found = await read();
    if (found === null) return unknown("the store does not say, or not to these credentials");
    const harmful = harmfulRules(found, `${place.prefix}${prefixesOf(backend).blobsPrefix}`);
    const isOff = levelOf("BK5073", rules) === "off";
    const findings = isOff ? [] : harmful.map((rule) => warningOf(describe(rule, place)));
    return settled("no rule of the bucket deletes layers by their age", findings);
  },
};

/**
 * Rules that may take a layer before the manifest that names it, which BuildKit fails a build over. Of manifests, and of the
 * contents of mounts, what is gone is a miss.
 * @param blobs what the keys of layers begin with
 */
export function harmfulRules(rules: readonly ExpiryRule[], blobs: string): readonly ExpiryRule[] {
  return rules.filter(({ prefix }) => prefix.startsWith(blobs) || blobs.startsWith(prefix));
}

function describe(
  { name, prefix, days }: ExpiryRule,
  { backend, bucket }: { readonly backend: string; readonly bucket: string },
): Diagnostic {
  const rule = name === "" ? "a rule" : `the rule "${name}"`;
  const what = prefix === "" ? "all objects" : `what begins with ${prefix}`;
  const when = days === null ? "at a date" : `after ${days} day${days === 1 ? "" : "s"}`;
  return {
    code: "BK5073",
    message: `backend "${backend}": ${rule} of bucket ${bucket} deletes ${what} ${when}, layers among them that caches still name`,
    hint: "remove it: `bkcache doctor --lifecycle` prints rules that do not hurt",
  };
}
