import { readAwsProfile } from "./aws-profile.ts";
import type { Env } from "./endpoint.ts";

/** A file of certificate authorities that are trusted besides those of Node. */
export interface AuthorityFile {
  /** What names it, for people. */
  readonly name: string;
  readonly path: string;
}

/** Of the AWS tools: the variable, else what the AWS profile says. Null where neither does. */
export function awsBundle(env: Env): AuthorityFile | null {
  const named = env["AWS_CA_BUNDLE"];
  if (named) return { name: "AWS_CA_BUNDLE", path: named };
  const path = readAwsProfile(env).settings.get("ca_bundle");
  return path === undefined ? null : { name: "ca_bundle of the AWS profile", path };
}

export function authorityFiles(env: Env): readonly AuthorityFile[] {
  const bundle = awsBundle(env);
  const path = env["NODE_EXTRA_CA_CERTS"];
  return [...(bundle === null ? [] : [bundle]), ...(path ? [{ name: "NODE_EXTRA_CA_CERTS", path }] : [])];
}

/** Whether this machine is told of authorities that other machines need not know. */
export function hasOwnAuthorities(env: Env): boolean {
  return (
    authorityFiles(env).length > 0 ||
    env["NODE_USE_SYSTEM_CA"] === "1" ||
    /--use-(?:system|openssl)-ca\b/.test(env["NODE_OPTIONS"] ?? "")
  );
}
