import { relative } from "node:path";
import { projectFolder } from "../project-folder.ts";
import { presetNames, presets } from "../presets.ts";
import type { MountDefinition } from "../schema.gen.ts";
import type { RuleContext } from "./context.ts";
import type { Finding } from "./finding.ts";

function* definitions({ config }: RuleContext): Iterable<readonly [string, MountDefinition]> {
  for (const [name, mount] of Object.entries(config.mounts ?? {}))
    yield [name, typeof mount === "string" ? { preset: mount } : mount];
}

export function* checkMountTargets(context: RuleContext): Iterable<Finding> {
  for (const [name, { preset, target }] of definitions(context)) {
    if (preset === undefined && target === undefined) {
      const hint = `give the folder as target, or one of the presets ${presetNames.join(", ")}`;
      yield { code: "BK2013", path: ["mounts", name], atKey: true, message: `${name} lacks target`, hint };
    } else if (preset !== undefined && target === undefined && presets[preset].target === null) {
      const isString = typeof context.config.mounts?.[name] === "string";
      yield {
        code: "BK2070",
        path: isString ? ["mounts", name] : ["mounts", name, "preset"],
        message: `${preset} has no folder of its own, and ${name} gives no target`,
        hint: `write { preset: ${preset}, target: ... }; \`bkcache mounts presets ${preset}\` says which folder it is`,
      };
    } else if (target !== undefined && /^\/+$/.test(target)) {
      yield { code: "BK2012", path: ["mounts", name, "target"], message: "a mount cannot cover the root folder" };
    } else if (target !== undefined && /[^!-~]|[,="'$\\`]/.test(target)) {
      yield {
        code: "BK2012",
        path: ["mounts", name, "target"],
        message: `target holds what a mount flag cannot: ${JSON.stringify(target)}`,
      };
    }
  }
}

export function* checkMountModes({ config }: RuleContext): Iterable<Finding> {
  for (const [name, mount] of Object.entries(config.mounts ?? {})) {
    if (typeof mount === "string" || mount.mode === undefined || /^[0-7]{4}$/.test(mount.mode)) continue;
    const hint = /^[0-7]{3}$/.test(mount.mode) ? `write "0${mount.mode}"` : 'write it as "0755"';
    yield {
      code: "BK2012",
      path: ["mounts", name, "mode"],
      message: `mode must be four octal digits, not ${JSON.stringify(mount.mode)}`,
      hint,
    };
  }
}

export function* checkMountEnv(context: RuleContext): Iterable<Finding> {
  for (const [name, { env }] of definitions(context)) {
    for (const [variable, value] of Object.entries(env ?? {})) {
      if (!/[\r\n]/.test(value)) continue;
      yield {
        code: "BK2012",
        path: ["mounts", name, "env", variable],
        message: `${variable} holds a line break, which an ENV line cannot`,
      };
    }
  }
}

export function* checkPrivateMounts(context: RuleContext): Iterable<Finding> {
  for (const [name, { sharing, persist }] of definitions(context)) {
    if (sharing !== "private" || persist === false) continue;
    yield {
      code: "BK2052",
      path: ["mounts", name, "sharing"],
      message: `${name} is private, so which of its copies is saved would be chance`,
      hint: "set persist: false, or share it",
    };
  }
}

/** `..` as a part of a path or of a choice in braces. */
const upwards = /(?:^|[/\\{,])\.\.(?:$|[/\\},])/;

/** Their hash stands in names that others can read, so a change of the config must not reach any file of the machine. */
export function* checkMountKeys(context: RuleContext): Iterable<Finding> {
  for (const [name, { key }] of definitions(context)) {
    for (const [index, pattern] of (key ?? []).entries()) {
      // A config that others extend has its own folder above theirs.
      const [lead = ""] = /^(?:\.{1,2}\/)*/.exec(pattern) ?? [];
      const ups = lead.split("/").filter((part) => part === "..").length;
      const isWithin = !/^(?:[/\\]|[a-zA-Z]:)/.test(pattern) && !upwards.test(pattern.slice(lead.length));
      if (isWithin && (ups === 0 || ups <= depthOf(context.dir))) continue;
      yield {
        code: "BK2012",
        path: ["mounts", name, "key", index],
        message: `the key of ${name} leads out of the project: ${JSON.stringify(pattern)}`,
        hint: "name files of the repository, from the folder of the config on and with `..` at the beginning alone",
      };
    }
  }
}

/** How many folders above it are the project's. */
function depthOf(dir: string): number {
  return relative(projectFolder(dir), dir).split(/[/\\]/).filter(Boolean).length;
}

/** Mounts with one id are one folder to BuildKit only while all that makes their identity is the same. */
export function* checkMountIdentity(context: RuleContext): Iterable<Finding> {
  const first = new Map<string, readonly [string, MountDefinition]>();
  for (const [name, mount] of definitions(context)) {
    // Without an id of its own a mount has one that holds its name.
    if (mount.id === undefined) continue;
    const other = first.get(mount.id);
    if (other === undefined) {
      first.set(mount.id, [name, mount]);
      continue;
    }
    for (const key of ["sharing", "uid", "gid", "mode", "perArch"] as const) {
      const [mine, theirs] = [valueOf(mount, key), valueOf(other[1], key)];
      if (mine === theirs) continue;
      yield {
        code: "BK2051",
        path: mount[key] === undefined ? ["mounts", name] : ["mounts", name, key],
        atKey: mount[key] === undefined,
        message: `${name} and ${other[0]} share the id ${mount.id}, but ${key} differs: ${mine ?? "not set"} and ${theirs ?? "not set"}`,
        hint: "give them one value, or an id each",
      };
    }
  }
}

type Identity = "sharing" | "uid" | "gid" | "mode" | "perArch";

function valueOf(mount: MountDefinition, key: Identity): MountDefinition[Identity] {
  if (mount[key] !== undefined || key !== "sharing") return mount[key];
  return mount.preset === undefined ? "shared" : presets[mount.preset].sharing;
}
