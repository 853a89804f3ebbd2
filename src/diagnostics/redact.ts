/** Names of environment variables whose values are secrets. */
const secretName =
  /(SECRET|TOKEN|PASSWORD|PASSWD|PRIVATE_KEY|API_KEY|ACCESS_KEY)(_ID)?$|^(AWS_ACCESS_KEY_ID|GCS_HMAC_ACCESS_ID)$/i;
/** Shorter values would blank out ordinary words. */
const shortestSecret = 8;

/** `key=value` forms in which BuildKit and the SDKs write credentials, and user info in URLs. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [
    /\b(secret_access_key|session_token|access_key_id|ghtoken|account_key)(\\?"?\s*[=:]\s*\\?"?)[^\s,"'\\&}\]]+/gi,
    "$1$2***",
  ],
  [/(X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s"']+/gi, "$1***"],
  // Of Google's key files, whose text may stand where a path was meant.
  [/(-----BEGIN [A-Z ]*PRIVATE KEY-----)(?:(?!-----END)[\s\S])*/g, "$1***"],
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@:"']+:[^\s/@"']+@/gi, "$1***@"],
];

/** A variable of the environment that holds a secret, by its name. */
export interface KnownSecret {
  readonly name: string;
  readonly value: string;
}

export function secretsOf(env: Readonly<Record<string, string | undefined>>): readonly KnownSecret[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && value.length >= shortestSecret && secretName.test(name) ? [{ name, value }] : [],
  );
}

/**
 * A function that blanks out secrets: the values of secret-looking variables of `env`, credentials in
 * `key=value` form and user info in URLs. Reporters run every string through it.
 */
export function createRedactor(env: Readonly<Record<string, string | undefined>>): (text: string) => string {
  const secrets = secretsOf(env)
    .map(({ value }) => value)
    // Longest first, so that a secret that contains another goes whole.
    .sort((a, b) => b.length - a.length);
  return (text) => {
    let out = text;
    for (const secret of secrets) out = out.replaceAll(secret, "***");
    for (const [pattern, replacement] of patterns) out = out.replace(pattern, replacement);
    return out;
  };
}
