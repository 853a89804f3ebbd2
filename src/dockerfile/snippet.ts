import { type PresetName, presets } from "../config/presets.ts";
import type { ResolvedMount } from "../config/resolved.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import { needsTargetArch, renderMountFlag } from "./mount-flag.ts";

/** One mount as the lines of a Dockerfile have it. */
interface SnippetMount {
  readonly name: string;
  readonly id: string;
  readonly target: string;
  readonly preset: PresetName | null;
  readonly flag: string;
  readonly notes: readonly string[];
}

/** What a stage needs to use some mounts, in the order in which it stands there. Plain data. */
export interface Snippet {
  /** Build arguments that the stage declares. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Whole instructions that come before the first use. */
  readonly setup: readonly string[];
  readonly mounts: readonly SnippetMount[];
}

/** @throws BkcacheError BK2071 where two mounts want different values of one variable. */
export function createSnippet(mounts: Readonly<Record<string, ResolvedMount>>): Snippet {
  const entries = Object.entries(mounts);
  return {
    args: entries.some(([, mount]) => needsTargetArch(mount)) ? ["TARGETARCH"] : [],
    env: mergeEnv(entries),
    setup: [...new Set(entries.flatMap(([, { preset }]) => (preset === undefined ? [] : presets[preset].setup)))],
    mounts: entries.map(([name, mount]) => ({
      name,
      id: mount.id,
      target: mount.target,
      preset: mount.preset ?? null,
      flag: renderMountFlag(mount),
      notes: mount.preset === undefined ? [] : presets[mount.preset].notes,
    })),
  };
}

function mergeEnv(mounts: readonly (readonly [string, ResolvedMount])[]): Readonly<Record<string, string>> {
  const owners = new Map<string, { readonly mount: string; readonly value: string }>();
  for (const [mount, { env }] of mounts) {
    for (const [variable, value] of Object.entries(env)) {
      const other = owners.get(variable);
      if (other !== undefined && other.value !== value) {
        throw new BkcacheError({
          code: "BK2071",
          message: `${other.mount} and ${mount} both set ${variable}, to ${other.value} and to ${value}`,
          hint: `ask for them one after the other with --mount, or set env.${variable} of one of them in the config`,
        });
      }
      owners.set(variable, { mount, value });
    }
  }
  return Object.fromEntries([...owners].map(([variable, { value }]) => [variable, value]));
}

/**
 * Lines of a Dockerfile, ready to paste, with notes as comments. The comment above the RUN is the one by which
 * `bkcache generate` keeps its flags; the RUN holds `your-command` in place of a command.
 */
export function renderSnippet({ args, env, setup, mounts }: Snippet): string {
  const before = [...args.map((arg) => `ARG ${arg}`), ...renderEnv(env), ...setup];
  const lines: string[] = [];
  if (before.length > 0) lines.push("# Once in each stage that uses the mounts:", ...before, "");
  for (const { name, preset, notes } of mounts) {
    lines.push(
      `# ${name}: ${preset === null ? "a mount of the config's own" : presets[preset].holds}`,
      ...notes.map((note) => `# - ${note}`),
    );
  }
  const flags = mounts.map(({ flag }, i) => `${i === 0 ? "RUN " : "    "}${flag} \\`);
  const marker = `# bkcache: ${mounts.map(({ name }) => name).join(" ")}`;
  return `${[...lines, "", marker, ...flags, "    your-command"].join("\n")}\n`;
}

function renderEnv(env: Readonly<Record<string, string>>): readonly string[] {
  const pairs = Object.entries(env).map(([variable, value]) => `${variable}=${envValue(value)}`);
  return pairs.map((pair, i) => `${i === 0 ? "ENV " : "    "}${pair}${i === pairs.length - 1 ? "" : " \\"}`);
}

/** A value as ENV takes it: literal, whatever it holds. */
function envValue(value: string): string {
  return /^[\w.,:/=@%+-]+$/.test(value) ? value : `"${value.replaceAll(/["$\\]/g, "\\$&")}"`;
}
