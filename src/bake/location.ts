/** Protocols that BuildKit's git source speaks. */
const gitProtocols = new Set(["http", "https", "ssh", "git"]);
const scpForm = /^[\w-]+@[a-zA-Z0-9.-]+:/;

/** Whether buildx takes a context or definition for a URL or a git repository, not for a folder. */
export function isRemote(location: string): boolean {
  if (/^https?:\/\//.test(location)) return true;
  if (location.startsWith("./") || location.startsWith("../")) return false;
  if (location.startsWith("github.com/")) return true;
  const protocol = /^([a-zA-Z0-9]+):\/\//.exec(location)?.[1]?.toLowerCase();
  if (protocol === undefined) return scpForm.test(location);
  if (!gitProtocols.has(protocol)) return false;
  return !protocol.startsWith("http") || isGitAddress(location);
}

/** Whether a remote location is a git repository, not an archive or a file at an address. */
export function isGit(location: string): boolean {
  return isRemote(location) && (!/^https?:/i.test(location) || isGitAddress(location));
}

/** By http a repository is told by its path alone. */
function isGitAddress(location: string): boolean {
  return URL.parse(location)?.pathname.endsWith(".git") ?? false;
}

/** Whether a location is a git repository that is read over ssh. */
export function isGitOverSsh(location: string): boolean {
  return /^ssh:\/\//i.test(location) || (!/^[a-zA-Z0-9]+:\/\//.test(location) && scpForm.test(location));
}

export interface OciLayout {
  readonly path: string;
  /** Tag and digest with their separators, as in `:latest@sha256:...`. */
  readonly suffix: string;
}

/** The folder of an `oci-layout://` context; null for another kind of context. */
export function parseOciLayout(location: string): OciLayout | null {
  const prefix = "oci-layout://";
  if (!location.startsWith(prefix)) return null;
  const rest = location.slice(prefix.length);
  const [suffix = ""] = /(?<!^[A-Za-z])(:[\w][\w.-]{0,127})?(@[a-z0-9+._-]+:[0-9a-fA-F]{32,})?$/.exec(rest) ?? [];
  return { path: rest.slice(0, rest.length - suffix.length), suffix };
}
