import type { Diagnostic } from "../diagnostics/error.ts";
import { checkEndpoint, type Env, missingRegion, resolveEndpointUrl, resolveRegion } from "./endpoint.ts";
import { needsPathStyle } from "./profiles.ts";

export interface BucketQuestion {
  /** Name of the backend in the config. */
  readonly backend: string;
  readonly type: "s3" | "gcs";
  /** The backend's own, or its profile's. */
  readonly region: string | undefined;
  readonly endpointUrl: string | undefined;
  /** Undefined where neither backend nor profile says it. */
  readonly usePathStyle: boolean | undefined;
  readonly insecure: boolean;
}

export interface BucketAnswer {
  readonly region: string | null;
  readonly endpointUrl: string | undefined;
  readonly usePathStyle: boolean | undefined;
  /** What is known to be wrong: a missing region, plain http without consent. */
  readonly stop: readonly Diagnostic[];
  readonly warning?: Diagnostic;
}

/** What the environment adds to the place of a bucket. */
export async function resolveBucket(question: BucketQuestion, env: Env): Promise<BucketAnswer> {
  const { backend, type, insecure } = question;
  const isGoogle = type === "gcs";
  const url = isGoogle ? question.endpointUrl : resolveEndpointUrl(question.endpointUrl, env);
  const region = isGoogle ? (question.region ?? null) : await resolveRegion(question.region, env);
  const checked = checkEndpoint({ backend, url, insecure, env });
  return {
    region,
    endpointUrl: url,
    usePathStyle: question.usePathStyle ?? pathStyleOfAdded(question.endpointUrl, url),
    stop: [...(region === null ? [missingRegion(backend)] : []), ...(checked.stop === undefined ? [] : [checked.stop])],
    ...(checked.warning !== undefined && { warning: checked.warning }),
  };
}

/** Of an endpoint that the environment adds; for the config's own it is decided with the backend. */
function pathStyleOfAdded(own: string | undefined, url: string | undefined): true | undefined {
  return url === undefined || own === url ? undefined : needsPathStyle(undefined, url);
}
