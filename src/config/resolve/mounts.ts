import { type MountPreset, presetEnv, presets } from "../presets.ts";
import type { ResolvedMount, ResolvedTarget } from "../resolved.ts";
import type { MountDefinition } from "../schema.gen.ts";

export interface MountContext {
  readonly project: string;
  readonly targets: Iterable<ResolvedTarget>;
  /** Other files bring targets too, of unknown platforms. */
  readonly hasForeignTargets: boolean;
}

export function resolveMounts(
  mounts: Readonly<Record<string, string | MountDefinition>>,
  { project, targets, hasForeignTargets }: MountContext,
): Record<string, ResolvedMount> {
  const multiPlatform = [...targets].filter(hasSeveralPlatforms);
  return Object.fromEntries(
    Object.entries(mounts).map(([name, mount]) => {
      const definition: MountDefinition =
        typeof mount === "string" ? { preset: mount as NonNullable<MountDefinition["preset"]> } : mount;
      const isSharedByArchs =
        hasForeignTargets || multiPlatform.some((target) => target.mounts === null || target.mounts.includes(name));
      return [name, resolveMount(`${project}-${name}`, definition, isSharedByArchs)];
    }),
  );
}

function resolveMount(defaultId: string, definition: MountDefinition, isSharedByArchs: boolean): ResolvedMount {
  const { preset: presetName, id, target, sharing, perArch, env, key, persist, ...rest } = definition;
  const preset: MountPreset | undefined = presetName === undefined ? undefined : presets[presetName];
  const folder = target ?? preset?.target ?? null;
  if (folder === null) throw new Error(`mount ${defaultId} has neither a preset nor a target`);
  const isPerArch = perArch ?? (preset?.archDependent === true && isSharedByArchs);
  return {
    ...rest,
    ...(presetName === undefined ? {} : { preset: presetName }),
    id: `${id ?? defaultId}${isPerArch ? "-${TARGETARCH}" : ""}`,
    target: folder,
    sharing: sharing ?? preset?.sharing ?? "shared",
    perArch: isPerArch,
    env: { ...(preset === undefined ? {} : presetEnv(preset, folder)), ...env },
    key: key ?? [],
    persist: persist ?? true,
  };
}

/** A variable in the list of platforms may stand for several. */
function hasSeveralPlatforms({ attributes, bases }: ResolvedTarget): boolean {
  const platforms = [...Object.values(bases), attributes].findLast((each) => each.platforms !== undefined)?.platforms;
  return platforms !== undefined && ("variable" in platforms || platforms.length > 1);
}
