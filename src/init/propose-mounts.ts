import { type PresetName, presets } from "../config/presets.ts";
import type { Config } from "../config/schema.gen.ts";
import { type CacheMount, cacheMountsOf, whyStays } from "../dockerfile/cache-mounts.ts";
import { emptyScope } from "../dockerfile/expand.ts";
import type { Dockerfile, Instruction } from "../dockerfile/model.ts";
import { findWantedMounts, type ProjectFiles } from "./wanted-mounts.ts";

type Mounts = NonNullable<Config["mounts"]>;

export interface ProposedMount {
  readonly name: string;
  readonly mount: Mounts[string];
  /** RUNs that are to get it; none where the Dockerfile has it already. */
  readonly runs: readonly Instruction[];
}

/** The cache mounts of a Dockerfile as they are, and those that its tools lack. */
export interface DockerfileMounts {
  readonly proposed: readonly ProposedMount[];
  /** Those that a config does not declare, which are carried all the same: their ids. */
  readonly undeclared: readonly string[];
  /** Those that stay on the builder. */
  readonly staying: readonly { readonly line: number; readonly reason: string }[];
}

/**
 * The mounts that a Dockerfile has, under their own ids where a preset is the same but for the id, and those of the
 * tools that it runs and whose files the project has.
 */
export function proposeMounts(dockerfile: Dockerfile, project: ProjectFiles): DockerfileMounts {
  const found = cacheMountsOf(dockerfile, undefined, emptyScope) ?? [];
  const declared = new Map<string, Mounts[string]>();
  const undeclared = new Set<string>();
  const staying: DockerfileMounts["staying"][number][] = [];
  for (const mount of found) {
    const reason = whyStays(mount);
    if (reason !== null) {
      staying.push({ line: mount.line, reason });
      continue;
    }
    const id = mount.id ?? "";
    const preset = presetOf(mount);
    const name = preset === null ? "" : nameOf(preset);
    const known = declared.get(name);
    if (preset === null || (known !== undefined && (typeof known === "string" || known.id !== id))) undeclared.add(id);
    // Its id is what stands in the flag, whatever platforms a target has.
    else declared.set(name, { preset, id, ...(presets[preset].archDependent && { perArch: false }) });
  }
  const wanted = findWantedMounts(dockerfile, project).map(({ preset, runs }): ProposedMount => {
    return { name: nameOf(preset), mount: preset, runs };
  });
  return {
    proposed: [
      ...[...declared].map(([name, mount]): ProposedMount => ({ name, mount, runs: [] })),
      ...wanted.filter(({ name }) => !declared.has(name)),
    ],
    undeclared: [...undeclared],
    staying,
  };
}

function nameOf(preset: PresetName): string {
  return preset.replaceAll("-", "");
}

/** The preset that a mount is in all but its id; null where the flag says anything else. */
function presetOf({ id, target, sharing, uid, gid, mode }: CacheMount): PresetName | null {
  const isPlain = uid === undefined && gid === undefined && mode === undefined;
  // As it is written: one with a variable in it is another one on each platform.
  if (!isPlain || id === null || !/^[a-zA-Z0-9_./-]+$/.test(id)) return null;
  const folder = target?.replace(/(?<=.)\/+$/, "");
  const same = (Object.keys(presets) as PresetName[]).find(
    (name) => presets[name].target === folder && presets[name].sharing === sharing,
  );
  return same ?? null;
}
