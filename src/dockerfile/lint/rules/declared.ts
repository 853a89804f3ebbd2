import type { ResolvedMount } from "../../../config/resolved.ts";
import { canonicalId } from "../mount-use.ts";
import { allSteps, type LintFinding, type LintProject } from "../rule.ts";

/** A mount that nothing uses is carried to the bucket, or looked for, in vain. */
export function* checkUnusedMounts(project: LintProject): Iterable<LintFinding> {
  if (project.mounts === null || !project.isComplete) return;
  const ids = new Set<string | null>();
  const names = new Set<string>();
  for (const { step } of allSteps(project)) {
    for (const mount of step.mounts) ids.add(mount.id ?? mount.defaultId);
    for (const { text } of [...step.instruction.comments, ...step.instruction.inner]) {
      const [, list] = /^bkcache:(.*)$/.exec(text) ?? [];
      for (const name of list?.split(/[\s,]+/) ?? []) names.add(name);
    }
  }
  for (const [name, mount] of Object.entries(project.mounts)) {
    if (ids.has(idOf(mount)) || names.has(name)) continue;
    yield {
      code: "BK6004",
      at: { path: ["mounts", name] },
      message: `no RUN of any target uses the mount ${name} (id ${mount.id})`,
      hint: `write \`# bkcache: ${name}\` above the RUN that is to have it and run \`bkcache generate\`, or remove it`,
    };
  }
}

/**
 * A mount beside a declared one of the same folder, or with an id such as declared ones have: it was meant to be that,
 * and is carried beside it, without its settings. Any other is the user's own, and carried as it is.
 */
export function* checkUndeclaredMounts(project: LintProject): Iterable<LintFinding> {
  const declared = Object.entries(project.mounts ?? {});
  if (declared.length === 0) return;
  const ids = new Set(declared.map(([, mount]) => idOf(mount)));
  for (const { file, step } of allSteps(project)) {
    for (const mount of step.mounts) {
      // Without an id that is the first thing to say; one with `from` cannot be carried.
      if (mount.type !== "cache" || mount.id === null || mount.from !== null || ids.has(mount.id)) continue;
      const same = declared.find(([, { target }]) => target === mount.target);
      if (same === undefined && !mount.id.startsWith(`${project.project}-`)) continue;
      yield {
        code: "BK6005",
        at: { file, range: mount.flag.range },
        message: `no declared mount has the id ${mount.id}`,
        hint:
          same === undefined
            ? `declare it under mounts, with id: ${mount.id} and target: ${mount.target ?? "its folder"}`
            : `the mount ${same[0]} of this folder has the id ${same[1].id}`,
      };
    }
  }
}

function idOf({ id }: ResolvedMount): string {
  return canonicalId(id);
}
