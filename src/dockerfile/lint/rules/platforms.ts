import { presets } from "../../../config/presets.ts";
import { allSteps, type LintFinding, type LintProject } from "../rule.ts";
import { isMountFor, toolsOf } from "../tools.ts";

/** The architecture is no part of a mount's identity: builds for two of them share one folder unless the id tells them apart. */
export function* checkPlatformIds(project: LintProject): Iterable<LintFinding> {
  for (const { file, step } of allSteps(project)) {
    const target = file.targets.find(
      ({ platformCount, stages }) => platformCount > 1 && stages.has(step.stage.stage.index),
    );
    // A stage of the build platform runs once for all of them.
    if (target === undefined || step.stage.stage.platform?.includes("BUILDPLATFORM") === true) continue;
    for (const mount of step.mounts) {
      if (mount.type !== "cache" || mount.id === null || /ARCH|PLATFORM/.test(mount.id)) continue;
      const declared = Object.values(project.mounts ?? {}).find(({ id }) => id === mount.id);
      const preset =
        declared?.preset === undefined
          ? toolsOf(step).find(
              (tool) =>
                tool.preset.archDependent && (tool.preset.target === mount.target || isMountFor(tool, mount, step)),
            )?.preset
          : presets[declared.preset];
      if (preset?.archDependent !== true) continue;
      yield {
        code: "BK6019",
        at: { file, range: mount.flag.range },
        message: `${target.name} is built for ${target.platformCount} platforms, and what ${mount.target ?? mount.id} holds belongs to one`,
        hint:
          declared === undefined
            ? `write id=${mount.id}-\${TARGETARCH}, with \`ARG TARGETARCH\` in the stage`
            : "leave perArch out, or set it to true, and run `bkcache generate`",
      };
    }
  }
}
