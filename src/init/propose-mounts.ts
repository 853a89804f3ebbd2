import { type PresetName, presets } from "../config/presets.ts";
import type { Config } from "../config/schema.gen.ts";
import { type CacheMount, cacheMountsOf, whyStays, writtenId } from "../dockerfile/cache-mounts.ts";
import { assumedPlatform, emptyScope } from "../dockerfile/expand.ts";
import type { Dockerfile, Instruction } from "../dockerfile/model.ts";
import { findWantedMounts, type ProjectFiles } from "./wanted-mounts.ts";

type Mounts = NonNullable<Config["mounts"]>;

export interface PresentMount {
  readonly name: string;
  readonly mount: Mounts[string];
}

export interface LackingMount extends PresentMount {
  readonly folder: string | null;
  /** RUNs that are to get it. */
  readonly runs: readonly Instruction[];
}

/** The cache mounts of a Dockerfile as they are, and those that its tools lack. */
export interface DockerfileMounts {
  readonly present: readonly PresentMount[];
  readonly lacking: readonly LackingMount[];
  /** Those that a config does not declare, which are carried all the same: their ids. */
  readonly undeclared: readonly string[];
  /** Folders of those mounts among them whose flags give an id. */
  readonly ownFolders: readonly string[];
  /** Those that stay on the builder. */
  readonly staying: readonly { readonly line: number; readonly reason: string }[];
}

/**
 * The mounts that a Dockerfile has, under their own ids where a preset is the same but for the id, and those of the
 * tools that it runs and whose files the project has.
 */
export function proposeMounts(dockerfile: Dockerfile, project: ProjectFiles): DockerfileMounts {
  // As `plan` reads them, which knows the platforms.
  const found = cacheMountsOf(dockerfile, undefined, { ...emptyScope, platform: assumedPlatform }) ?? [];
  const fixedIds = new Map(cacheMountsOf(dockerfile, undefined, emptyScope)?.map(({ flag, id }) => [flag, id]));
  const declared = new Map<string, Mounts[string]>();
  const undeclared = new Set<string>();
  const ownFolders = new Set<string>();
  const staying: DockerfileMounts["staying"][number][] = [];
  for (const mount of found) {
    const reason = whyStays(mount);
    if (reason !== null) {
      staying.push({ line: mount.line, reason });
      continue;
    }
    const fixedId = fixedIds.get(mount.flag) ?? null;
    const id = fixedId ?? writtenId(mount);
    // One with the platform in its id is another one on each.
    const preset = fixedId === null ? null : presetOf(mount);
    const name = preset === null ? "" : nameOf(preset);
    const known = declared.get(name);
    if (preset !== null && (known === undefined || (typeof known !== "string" && known.id === id))) {
      // Its id is what stands in the flag, whatever platforms a target has.
      declared.set(name, { preset, id, ...(presets[preset].archDependent && { perArch: false }) });
      continue;
    }
    undeclared.add(id);
    const folder = folderOf(mount);
    if (folder !== undefined && id !== mount.target) ownFolders.add(folder);
  }
  return {
    present: [...declared].map(([name, mount]): PresentMount => ({ name, mount })),
    lacking: findWantedMounts(dockerfile, project)
      .map(({ preset, runs }) => ({ name: nameOf(preset), mount: preset, folder: presets[preset].target, runs }))
      .filter(({ name }) => !declared.has(name)),
    undeclared: [...undeclared],
    ownFolders: [...ownFolders],
    staying,
  };
}

function nameOf(preset: PresetName): string {
  return preset.replaceAll("-", "");
}

/** The preset that a mount is in all but its id; null where the flag says anything else. */
function presetOf(mount: CacheMount): PresetName | null {
  const { id, sharing, uid, gid, mode } = mount;
  const isPlain = uid === undefined && gid === undefined && mode === undefined;
  if (!isPlain || id === null || !/^[a-zA-Z0-9_./-]+$/.test(id)) return null;
  const folder = folderOf(mount);
  const same = (Object.keys(presets) as PresetName[]).find(
    (name) => presets[name].target === folder && presets[name].sharing === sharing,
  );
  return same ?? null;
}

function folderOf({ target }: CacheMount): string | undefined {
  return target?.replace(/(?<=.)\/+$/, "");
}
