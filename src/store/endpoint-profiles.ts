interface EndpointProfile {
  readonly region?: string;
  readonly endpointUrl?: string;
  readonly usePathStyle?: boolean;
  readonly disableAcceptEncoding?: boolean;
}

/** What services with S3's interface need said; a backend's own attributes win. */
const profiles: Readonly<Record<string, EndpointProfile>> = {
  aws: {},
  gcs: {
    endpointUrl: "https://storage.googleapis.com",
    region: "auto",
    usePathStyle: true,
    // Google's front end changes this signed header, and then refuses the signature.
    disableAcceptEncoding: true,
  },
  r2: { region: "auto", usePathStyle: true },
  minio: { region: "us-east-1", usePathStyle: true },
  ceph: { region: "us-east-1", usePathStyle: true },
};

/** The profile of a backend: of its type, or the one that it names. */
export function profileOf(type: string, profile: string | undefined): EndpointProfile {
  return profiles[type === "gcs" ? "gcs" : (profile ?? "")] ?? {};
}

/** Whether an http or https address is of Amazon's own S3, whose buckets have host names of their own. */
function isAmazon(endpoint: string): boolean {
  return /^https?:\/\/[^/]*\.amazonaws\.com(\.cn)?(:\d+)?(\/|$)/i.test(endpoint);
}

/** Other services than Amazon's seldom have the DNS names that the virtual-host style needs. */
export function needsPathStyle(profile: string | undefined, endpoint: string | undefined): true | undefined {
  if (profile !== undefined || endpoint === undefined) return undefined;
  return isAmazon(endpoint) ? undefined : true;
}
