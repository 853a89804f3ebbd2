/** The part of a version that decides what a program can do. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/**
 * The first version in `text`: `v0.34.2`, `0.34.2-12-gabc`, `github.com/docker/buildx v0.38.2 1234`.
 * What follows the patch number is ignored, so that a release candidate counts as its release. Null where
 * there is none: a custom build, taken as new by `isAtLeast`.
 */
export function parseVersion(text: string | null): Version | null {
  const match = text === null ? null : /(?:^|[\s:v@])(\d+)\.(\d+)(?:\.(\d+))?(?![\d])/.exec(text);
  if (match === null) return null;
  const version = { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3] ?? 0) };
  // What a build without a version prints: 0.0.0+unknown.
  return version.major + version.minor + version.patch === 0 ? null : version;
}

/**
 * As `parseVersion`, for what a node says of its BuildKit. Null also for numbers that are Docker Engine's
 * own (`28.2.2`), which say nothing about the BuildKit inside.
 */
export function parseBuildkitVersion(text: string | null): Version | null {
  const version = parseVersion(text);
  return version === null || version.major >= 17 ? null : version;
}

/** Whether `version` is `minimum` ("0.30") or later; an unknown one is taken as new. */
export function isAtLeast(version: Version | null, minimum: string): boolean {
  const wanted = parseVersion(minimum);
  if (wanted === null) throw new Error(`no version: ${minimum}`);
  if (version === null) return true;
  const order = version.major - wanted.major || version.minor - wanted.minor || version.patch - wanted.patch;
  return order >= 0;
}

/** Whether `version` is known to be of the release line `major.minor`. */
export function isLine(version: Version | null, major: number, minor: number): boolean {
  return version !== null && version.major === major && version.minor === minor;
}
