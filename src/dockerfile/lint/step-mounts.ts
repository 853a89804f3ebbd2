import type { PresetName } from "../../config/presets.ts";
import { readMarkers } from "../markers.ts";
import type { Range } from "../model.ts";
import { canonicalId, type MountUse } from "./mount-use.ts";
import type { LintFile, LintProject } from "./rule.ts";
import type { Step } from "./walk.ts";

/** A cache mount that a RUN has, or that its marker asks for. */
export interface StepMount {
  /** Absolute. */
  readonly target: string;
  /** Of the flag, or of the marker. */
  readonly range: Range;
  /** The tool that it is declared for; null where the config does not say. */
  readonly tool: PresetName | null;
  /** Null below a marker that `generate` has not seen. */
  readonly use: MountUse | null;
}

/** What is writable in it, with a folder that is known. */
export function stepMounts({ mounts }: LintProject, { dockerfile }: LintFile, step: Step): readonly StepMount[] {
  const declared = Object.entries(mounts ?? {});
  const own = step.mounts.flatMap((use): readonly StepMount[] => {
    if (use.type !== "cache" || use.target === null || use.isReadOnly) return [];
    const tool = declared.find(([, { id }]) => canonicalId(id) === (use.id ?? use.defaultId))?.[1].preset ?? null;
    return [{ target: use.target, range: use.flag.range, tool, use }];
  });
  const marked = readMarkers(step.instruction.comments, dockerfile.text).flatMap(({ comment, names }) =>
    names.flatMap(({ name }): readonly StepMount[] => {
      const mount = mounts?.[name];
      if (mount === undefined || own.some(({ target }) => target === mount.target)) return [];
      return [{ target: mount.target, range: comment.range, tool: mount.preset ?? null, use: null }];
    }),
  );
  return [...own, ...marked];
}
