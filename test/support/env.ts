import { services } from "../../src/ci/services.ts";

const stripped =
  /^(AWS|GOOGLE|GCS|GCLOUD|CLOUDSDK|AZURE|BUILDX|BUILDKIT|BKCACHE|DOCKER|GITHUB|ACTIONS|NODE|VITEST|npm)_|^(CI|GITLAB_CI|NO_COLOR|FORCE_COLOR|SOURCE_DATE_EPOCH|VITEST|DEBUG|COLOR|INIT_CWD)$/;

/** What a CI service tells of this run. */
const ofServices = new Set(
  services.flatMap(({ signs, requests, strangers = {} }) => Object.keys({ ...signs, ...requests, ...strangers })),
);

/**
 * The environment without what bkcache, buildx, the SDKs or a test runner would react to, plus `extra`;
 * undefined in `extra` removes.
 */
export function cleanEnv(extra: Readonly<Record<string, string | undefined>> = {}): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !stripped.test(name) && !ofServices.has(name)) env[name] = value;
  }
  // A machine without a metadata service waits seconds for it; a test that is about that says so.
  for (const [name, value] of Object.entries({ AWS_EC2_METADATA_DISABLED: "true", ...extra })) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  return env;
}
