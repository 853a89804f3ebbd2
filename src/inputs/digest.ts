import { hash } from "node:crypto";

/**
 * Digests of one target's values: nobody can look them up in a list made beforehand, nor see that two targets have a value in
 * common. What has few values can still be tried out.
 */
export type Digest = (...parts: readonly (string | null)[]) => string;

export function createDigest(project: string, target: string): Digest {
  return (...parts) => hash("sha256", JSON.stringify(["bkcache", project, target, ...parts]), "hex");
}
