import { imagePath } from "./paths.ts";
import type { LintFile } from "./rule.ts";
import type { StageWalk, Step } from "./walk.ts";

/** Something that a step takes from another stage. */
export interface CopiedPath {
  /** Name or number of the stage, as written. */
  readonly from: string;
  /** Absolute, of a pattern the folder that it looks into; null where it cannot be told. */
  readonly path: string | null;
}

/** What COPY --from copies, and what mounts begin with or show. */
export function copiedPaths({ copy, mounts }: Step): readonly CopiedPath[] {
  const from = copy?.from ?? null;
  const copied = from === null ? [] : (copy?.sources ?? []).map((source) => ({ from, path: pathOf(source) }));
  const mounted = mounts.flatMap((mount) =>
    (mount.type === "bind" || mount.type === "cache") && mount.from !== null && mount.source !== null
      ? [{ from: mount.from, path: pathOf(mount.source) }]
      : [],
  );
  return [...copied, ...mounted];
}

/** The stage above a step that a name or number means; null for an image or a named context. */
export function stageOf({ walks }: LintFile, from: string, step: Step): StageWalk | null {
  const above = walks.slice(0, step.stage.stage.index);
  if (/^\d+$/.test(from)) return above[Number(from)] ?? null;
  return above.findLast(({ stage }) => stage.name === from.toLowerCase()) ?? null;
}

function pathOf(source: string): string | null {
  return imagePath(source.replace(/\/[^/]*[*?[][^]*$/, ""), "/");
}
