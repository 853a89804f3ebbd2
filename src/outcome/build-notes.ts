import type { BuildSteps, CacheFailure } from "./steps.ts";

type Builds = Readonly<Record<string, BuildSteps | null>>;

/** Whether buildx broke an import or export off, as it does with all builds where one fails: no fault of the cache. */
export function isCutOff({ error }: Pick<CacheFailure, "error">, exitCode: number): boolean {
  return exitCode !== 0 && error.endsWith("context canceled");
}

/** What should be known of the builds of one run besides their steps, a line each. */
export function notesOfBuilds(builds: Builds, exitCode: number): readonly string[] {
  const failed = Object.keys(builds).filter((name) => builds[name]?.hasFailed === true);
  const since = failed.length === 0 ? "the build ended before" : `since ${failed.join(", ")} failed`;
  const cutOff = Object.keys(builds).filter((name) =>
    builds[name]?.failures.some((failure) => failure.direction === "export" && isCutOff(failure, exitCode)),
  );
  return [
    ...cutOff.map((name) => `${name}: the cache was not written, ${since}`),
    ...lockedNote(Object.values(builds), exitCode),
  ];
}

/** What buildx says at the end of the writes that it gives up leaves no trace in its history. */
function* lockedNote(builds: readonly (BuildSteps | null)[], exitCode: number): Iterable<string> {
  const line = "`(*service).Write failed ... locked` of buildx";
  if (writesLayersTwice(builds)) yield `${line} is harmless: it wrote one layer twice at once, and again`;
  else if (exitCode !== 0 && builds.some((build) => build?.exports.some(({ type }) => type === "local"))) {
    yield `${line}, where it stands above, is harmless, and not why the build failed`;
  }
}

/** Whether a layer has gone to folders of this machine from several targets, or several times from one. */
function writesLayersTwice(builds: readonly (BuildSteps | null)[]): boolean {
  const local = builds.flatMap((build) => build?.exports.filter(({ type }) => type === "local") ?? []);
  const layers = local.flatMap((each) => each.layers ?? []);
  return new Set(layers).size < layers.length || local.some((each) => each.hasRepeats);
}
