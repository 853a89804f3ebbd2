const credentialKeys = new Set([
  "accesskey",
  "accesskeyid",
  "accountkey",
  "apikey",
  "clientsecret",
  "credentials",
  "ghtoken",
  "googleapplicationcredentials",
  "hmacaccessid",
  "hmackey",
  "hmacsecret",
  "passwd",
  "password",
  "privatekey",
  "sas",
  "sastoken",
  "secretaccesskey",
  "secretkey",
  "sessiontoken",
  "token",
]);

/** Whether a key, in any spelling, is one that holds a credential. */
export function isCredentialKey(key: string): boolean {
  return credentialKeys.has(key.trim().toLowerCase().replaceAll(/[-_]/g, ""));
}

/** Whether a variable or argument is called as secrets are. */
export function isSecretName(name: string): boolean {
  return /(?:^|_)(?:SECRET|TOKEN|PASSWORD|PASSWD|PRIVATE_KEY|API_KEY|ACCESS_KEY(?:_ID)?)$/i.test(name);
}

const tokens: readonly (readonly [RegExp, string])[] = [
  // A password that begins as a reference of a shell or template does is none yet.
  [/[a-z][a-z0-9+.-]*:\/\/[^\s/@:]*:(?!\$+[\w{(])[^\s/@]+@/i, "a password in a URL"],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/, "an AWS access key"],
  [/\bGOOG1[A-Z0-9]{20,}\b/, "a Google HMAC key"],
  [/\b(?:gh[opsu]_[A-Za-z0-9]{36}|github_pat_\w{22,})/, "a GitHub token"],
  [/\bglpat-[\w-]{20,}/, "a GitLab token"],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, "a private key"],
];

/** One look at a string; few need the second. */
const suspicious = /@|AKIA|ASIA|GOOG1|gh[opsu]_|github_pat_|glpat-|PRIVATE KEY/;

/** What kind of credential a string holds, by forms that nothing else has. */
export function credentialIn(text: string): string | undefined {
  if (!suspicious.test(text)) return undefined;
  return tokens.find(([pattern]) => pattern.test(text))?.[1];
}
