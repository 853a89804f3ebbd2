import type { LintFinding, LintProject } from "../rule.ts";

/** BuildKit empties the cache mounts of every RUN that it is told to run again. */
export function* checkWipingSettings({ files }: LintProject): Iterable<LintFinding> {
  for (const { targets, walks } of files) {
    for (const target of targets) {
      const mounting = walks.filter(
        ({ stage, steps }) =>
          target.stages.has(stage.index) && steps.some(({ mounts }) => mounts.some(({ type }) => type === "cache")),
      );
      if (target.noCache && mounting.length > 0) {
        yield {
          code: "BK6012",
          at: { path: ["targets", target.name, "noCache"] },
          message: `noCache of ${target.name} empties its cache mounts before every build`,
          hint: "leave it out, and change a build argument where one step must run again",
        };
      }
      const names = new Set(mounting.map(({ stage }) => stage.name));
      const wiped = target.noCacheFilter.filter((name) => names.has(name.toLowerCase()));
      for (const name of target.noCache ? [] : wiped) {
        yield {
          code: "BK6012",
          at: { path: ["targets", target.name, "noCacheFilter"] },
          message: `noCacheFilter of ${target.name} empties the cache mounts of stage ${JSON.stringify(name)} before every build`,
          hint: "leave the stage out, and change a build argument where one step must run again",
        };
      }
    }
  }
}
