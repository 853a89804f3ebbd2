import type { Env } from "./endpoint.ts";

/** Variables with files of certificate authorities that are trusted besides those of Node. */
export const authorityFiles = ["AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"] as const;

/** Whether this machine is told of authorities that other machines need not know. */
export function hasOwnAuthorities(env: Env): boolean {
  return (
    authorityFiles.some((name) => env[name]) ||
    env["NODE_USE_SYSTEM_CA"] === "1" ||
    /--use-(?:system|openssl)-ca\b/.test(env["NODE_OPTIONS"] ?? "")
  );
}
