/** Whether BUILDKIT_INSECURE accepts plain http to a bucket and an unverified builder; as Go reads a bool. */
export function isInsecureAllowed(env: Readonly<Record<string, string | undefined>>): boolean {
  return /^(1|t|true)$/i.test(env["BUILDKIT_INSECURE"] ?? "");
}
