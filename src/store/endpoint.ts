import type { Diagnostic } from "../diagnostics/error.ts";
import { isInsecureAllowed } from "../host/insecure.ts";
import { strayCharacter } from "../host/stray-character.ts";
import { amazonEndpoint } from "./amazon-endpoint.ts";
import { readAwsProfile } from "./aws-profile.ts";

export type Env = Readonly<Record<string, string | undefined>>;

/**
 * Base URL of the store: the backend's own, else AWS_ENDPOINT_URL_S3, else AWS_ENDPOINT_URL, else `endpoint_url` of the AWS
 * profile, that for s3 in its services first. Undefined means Amazon's. AWS_IGNORE_CONFIGURED_ENDPOINT_URLS and the profile's
 * setting of that name switch variables and profile off, as they do for every AWS tool.
 */
export function resolveEndpointUrl(configured: string | undefined, env: Env): string | undefined {
  if (configured) return configured;
  const { settings, services } = readAwsProfile(env);
  const isIgnored = env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] || settings.get("ignore_configured_endpoint_urls");
  if (isIgnored?.toLowerCase() === "true") return undefined;
  return (
    env["AWS_ENDPOINT_URL_S3"] ||
    env["AWS_ENDPOINT_URL"] ||
    services.get("s3.endpoint_url") ||
    settings.get("endpoint_url")
  );
}

/**
 * The address that AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT or the profile's settings of these names ask for, where no
 * endpoint is named: BuildKit takes it as one. Undefined where none does.
 */
export function resolveVariantUrl(region: string, env: Env): string | undefined {
  const { settings } = readAwsProfile(env);
  const isOn = (name: string) => (env[`AWS_${name.toUpperCase()}`] || settings.get(name))?.toLowerCase() === "true";
  const variant = { isFips: isOn("use_fips_endpoint"), isDualStack: isOn("use_dualstack_endpoint") };
  return variant.isFips || variant.isDualStack ? amazonEndpoint(region, variant) : undefined;
}

/**
 * Region of the bucket: the backend's own, else AWS_REGION, else AWS_DEFAULT_REGION, else that of the AWS profile.
 * Null where none says it.
 */
export function resolveRegion(configured: string | undefined, env: Env): string | null {
  return (
    configured || env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || readAwsProfile(env).settings.get("region") || null
  );
}

export function missingRegion(backend: string): Diagnostic {
  return {
    code: "BK2046",
    message: `backend "${backend}" has no region, and neither AWS_REGION nor the AWS profile gives one`,
    hint: `set AWS_REGION, or backends.${backend}.region in a config; stores other than Amazon's mostly take us-east-1 or auto`,
  };
}

/** Nothing for a region that can be one. */
export function strayRegion(backend: string, region: string): readonly Diagnostic[] {
  const stray = strayCharacter(region);
  if (stray === null) return [];
  const message = `the region of backend "${backend}" holds ${stray}`;
  return [{ code: "BK2046", message, hint: `set AWS_REGION, or backends.${backend}.region in a config, without it` }];
}

export interface EndpointCheck {
  readonly backend: string;
  readonly url: string | undefined;
  /** The backend's `insecure`. */
  readonly insecure: boolean;
  readonly env: Env;
}

/**
 * Whether the endpoint may be used. Plain http needs `insecure: true`, or BUILDKIT_INSECURE=true, which is never
 * taken without a word: then `warning` names the endpoint.
 */
export function checkEndpoint(check: EndpointCheck): { readonly stop?: Diagnostic; readonly warning?: Diagnostic } {
  const { backend, url, insecure, env } = check;
  if (url === undefined) return {};
  const shown = withoutUserInfo(url);
  const stray = strayCharacter(url);
  if (stray !== null) {
    return {
      stop: {
        code: "BK2043",
        message: `backend "${backend}": the endpoint ${JSON.stringify(shown)} holds ${stray}`,
        hint: "write it as https://host:port, without it, in AWS_ENDPOINT_URL, the AWS profile or the config",
      },
    };
  }
  if (!/^https?:\/\/[^/]/i.test(url)) {
    return {
      stop: {
        code: "BK2043",
        message: `backend "${backend}": the endpoint ${shown} is no http or https address`,
        hint: "write it as https://host:port",
      },
    };
  }
  if (insecure || !/^http:/i.test(url)) return {};
  if (isInsecureAllowed(env)) {
    return {
      warning: {
        code: "BK2043",
        message: `backend "${backend}" uses ${shown} over plain http, since BUILDKIT_INSECURE is true`,
        hint: "everybody on the way can read the cache and change it; use https where it leaves this machine",
      },
    };
  }
  return {
    stop: {
      code: "BK2043",
      message: `backend "${backend}": the endpoint ${shown} is plain http`,
      hint: `use https, or accept it: BUILDKIT_INSECURE=true, or backends.${backend}.insecure: true in a config`,
    },
  };
}

/** User info in a URL may be a password. */
export function withoutUserInfo(url: string): string {
  return url.replace(/^([a-z]+:\/\/)[^/@]*@/i, "$1");
}
