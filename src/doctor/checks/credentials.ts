import { resolveAws, resolveGcsHmac, type CredentialsAnswer } from "../../store/credentials.ts";
import { hasDefaultCredentials, readGoogleFile } from "../../store/google-credentials.ts";
import type { Check } from "../check.ts";
import { errorOf, healthy, warningOf } from "../verdict.ts";
import { backendNames, isBucket, requireBucket } from "../known-backends.ts";

/** Which source of the chain gives credentials, and until when; never what they are. */
export const credentials: Check = {
  name: "credentials",
  boundMs: 16_000,
  late: "BK5001",
  subjects: (setup) => backendNames(setup, isBucket),
  async examine(setup, { host, subject }) {
    const { backend, place } = await requireBucket(setup, subject);
    if (place.type === "gcs") {
      const keys = resolveGcsHmac(host.env, [subject]);
      const isHmac = backend["auth"] === "hmac" || (keys.credentials !== null && !hasDefaultCredentials(host.env));
      if (isHmac) return describe(keys, "HMAC key");
      // Those of the machine's own service are known once they are used.
      const file = readGoogleFile(subject, host.env);
      const source =
        file?.path ?? (hasDefaultCredentials(host.env) ? "gcloud's own file" : "the machine's own service");
      return healthy(`application default credentials from ${source}`);
    }
    return describe(await resolveAws(host, [subject]), "AWS credentials");
  },
};

function describe({ credentials: found, finding }: CredentialsAnswer, what: string) {
  if (found === null) return { facts: "", findings: finding === null ? [] : [errorOf(finding)] };
  const { source, expiration } = found;
  const until = expiration === undefined ? "without an end" : `until ${expiration.toISOString()}`;
  return {
    ...healthy(`${what} from ${source}, ${until}`),
    findings: finding === null ? [] : [warningOf(finding)],
  };
}
