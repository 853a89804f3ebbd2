import { calledCommands } from "./called.ts";

/** A cache mount that is the same in most projects: what a config gets by naming the preset. */
export interface MountPreset {
  /** What the folder holds, in a few words. */
  readonly holds: string;
  /** Absolute, for root on Linux. Null where only the project knows the folder: the config must give `target` then. */
  readonly target: string | null;
  readonly sharing: "shared" | "private" | "locked";
  /** Why builds may, or may not, use the folder at the same time. */
  readonly sharingReason: string;
  /** True where most files of one architecture are of no use to another, or would be taken for its own. */
  readonly archDependent: boolean;
  /**
   * Variables that lead the tool to the folder, or that it needs to work well in a mount. `{target}` in a value is the
   * mount's folder, `{parent}` the folder above it.
   */
  readonly env: Readonly<Record<string, string>>;
  /** Where the tool uses the folder without the variables: run by root anywhere, only in `images`, or nowhere. */
  readonly foundWithoutEnv: "as-root" | "in-image" | "never";
  /** Public images whose own environment leads the tool to the folder. */
  readonly images: readonly string[];
  /** Lines of a Dockerfile that must come before the first use. */
  readonly setup: readonly string[];
  /**
   * First words of the commands that use the folder, as `isCommandOf` reads them: `["npm", "ci"]` stands for every
   * `npm ci ...`. An empty last word is the end: `["yarn", ""]` is a bare `yarn`, which installs, and not `yarn build`.
   */
  readonly commands: readonly (readonly string[])[];
  /** Presets of the same commands of which a project uses one or the other, by the tool's version. */
  readonly alternatives: readonly string[];
  /** What people must know, one sentence or two each. */
  readonly notes: readonly string[];
  /** Where the tool's own documentation says where the folder is. */
  readonly source: string;
}

/**
 * True where a command line, split into words, uses the preset's folder. Flags before and between the words do not
 * count, nor does what only runs the tool, such as `xx-cargo` and `cargo auditable`.
 */
export function isCommandOf(preset: MountPreset, words: readonly string[]): boolean {
  return calledCommands(words).some((called) => isCalledCommandOf(preset, called));
}

/** The same of what `calledCommands` gave. */
export function isCalledCommandOf(preset: MountPreset, called: readonly string[]): boolean {
  const given = withoutFlags(called);
  return preset.commands.some((command) => withoutFlags(command).every((word, i) => (given[i] ?? "") === word));
}

function withoutFlags(words: readonly string[]): readonly string[] {
  return words.filter((word) => !word.startsWith("-"));
}

/** Words of command lines, for `commands`; a line that ends in a space ends in an empty word. */
export function argv(...lines: readonly string[]): readonly (readonly string[])[] {
  return lines.map((line) => line.split(" "));
}

/** What most presets have nothing to say about. */
export const plain = { images: [], setup: [], alternatives: [], notes: [] } as const;
