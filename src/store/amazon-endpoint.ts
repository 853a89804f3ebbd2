/** Kinds of addresses that Amazon has beside the plain ones: https://docs.aws.amazon.com/general/latest/gr/s3.html */
export interface AmazonVariant {
  /** With cryptography that is validated by FIPS 140. */
  readonly isFips: boolean;
  /** By IPv6 as well. */
  readonly isDualStack: boolean;
}

/** Base URL of Amazon's own S3. */
export function amazonEndpoint(region: string, { isFips, isDualStack }: Partial<AmazonVariant> = {}): string {
  const name = `s3${isFips === true ? "-fips" : ""}${isDualStack === true ? ".dualstack" : ""}`;
  return `https://${name}.${region}.${domainOf(region)}`;
}

/** Each of Amazon's partitions has a domain of its own: https://docs.aws.amazon.com/general/latest/gr/s3.html */
function domainOf(region: string): string {
  return domains.find(([start]) => region.startsWith(start))?.[1] ?? "amazonaws.com";
}

const domains: readonly (readonly [start: string, domain: string])[] = [
  ["cn-", "amazonaws.com.cn"],
  ["eusc-", "amazonaws.eu"],
  ["us-isob-", "sc2s.sgov.gov"],
  ["us-isof-", "csp.hci.ic.gov"],
  ["eu-isoe-", "cloud.adc-e.uk"],
  ["us-iso-", "c2s.ic.gov"],
];
