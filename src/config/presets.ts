import { posix } from "node:path";
import { goPresets } from "./presets/go.ts";
import { javascriptPresets } from "./presets/javascript.ts";
import { jvmPresets } from "./presets/jvm.ts";
import { nativePresets } from "./presets/native.ts";
import { otherPresets } from "./presets/other.ts";
import { calledCommands } from "./presets/called.ts";
import { isCalledCommandOf, isCommandOf, type MountPreset } from "./presets/preset.ts";
import { pythonPresets } from "./presets/python.ts";
import { rustPresets } from "./presets/rust.ts";
import { systemPresets } from "./presets/system.ts";

const table = {
  ...goPresets,
  ...javascriptPresets,
  ...pythonPresets,
  ...rustPresets,
  ...systemPresets,
  ...jvmPresets,
  ...otherPresets,
  ...nativePresets,
} as const;

export { calledCommands, isCalledCommandOf, isCommandOf, type MountPreset };
export type PresetName = keyof typeof table;

/** Every preset, by the name that a config gives. */
export const presets: Readonly<Record<PresetName, MountPreset>> = table;
export const presetNames = Object.keys(presets) as readonly PresetName[];

/** The variables of a preset for a mount at `folder`, which need not be the preset's own. */
export function presetEnv(preset: MountPreset, folder: string): Record<string, string> {
  const fill = (value: string) => value.replaceAll("{target}", folder).replaceAll("{parent}", posix.dirname(folder));
  return Object.fromEntries(Object.entries(preset.env).map(([name, value]) => [name, fill(value)]));
}
