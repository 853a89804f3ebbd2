import type { Command } from "commander";
import { type MountPreset, presetEnv, type PresetName, presetNames, presets } from "../../../config/presets.ts";
import { BkcacheError, type Diagnostic } from "../../../diagnostics/error.ts";
import { suggest } from "../../../diagnostics/nearest.ts";
import { unreachable } from "../../../diagnostics/unreachable.ts";
import type { CommandContext } from "../../command.ts";
import { formatTable } from "../../report/table.ts";

export function configure(command: Command, { reporter }: CommandContext): Command {
  // Choices serve completion; a parser of its own takes the place of commander's, which names no near one.
  const names = command
    .createArgument("[preset...]", "presets to describe in full (default: a table of all)")
    .choices(presetNames)
    .argParser<readonly string[]>((name, before) => [...(before ?? []), name]);
  return command
    .addArgument(names)
    .option("--json", "print the entries as JSON")
    .addHelpText(
      "after",
      "\nA config uses a preset by its name, and any field of it can be said otherwise:\n  mounts: { gobuild: { preset: go-build, target: /cache } }\n",
    )
    .action((wanted: readonly string[], options: { readonly json?: true }) => {
      const chosen = wanted.length === 0 ? presetNames : requirePresets(wanted);
      if (options.json) {
        reporter.json({ version: 1, presets: Object.fromEntries(chosen.map((name) => [name, presets[name]])) });
      } else {
        reporter.result(
          wanted.length === 0 ? table(chosen) : chosen.map((name) => entry(name, presets[name])).join("\n"),
        );
      }
    });
}

function requirePresets(wanted: readonly string[]): readonly PresetName[] {
  const known = new Set<string>(presetNames);
  const unknown = wanted.filter((name) => !known.has(name));
  if (unknown.length > 0) throw BkcacheError.of(unknown.map(unknownPreset));
  return wanted as readonly PresetName[];
}

function unknownPreset(name: string): Diagnostic {
  const guess = suggest(name, presetNames);
  return {
    code: "BK1002",
    message: `there is no preset "${name}"`,
    hint: guess === undefined ? "run `bkcache mounts presets` for those that there are" : `did you mean ${guess}?`,
  };
}

const givenByConfig = "(given by the config)";

function table(names: readonly PresetName[]): string {
  const columns = ["PRESET", "FOLDER", "SHARING", "PER ARCH", "VARIABLES"].map((head) => ({ head }));
  const rows = names.map((name) => {
    const { target, sharing, archDependent, env } = presets[name];
    return [name, target ?? givenByConfig, sharing, archDependent ? "yes" : "no", Object.keys(env).join(" ") || "-"];
  });
  return `${formatTable(columns, rows, null).join("\n")}\n`;
}

function entry(name: PresetName, preset: MountPreset): string {
  const { target, sharing, sharingReason, archDependent, setup, commands, notes, source } = preset;
  const variables = Object.entries(presetEnv(preset, target ?? "")).map(([variable, value]) => `${variable}=${value}`);
  const fields: readonly (readonly [string, readonly string[]])[] = [
    ["folder", [target ?? givenByConfig]],
    ["sharing", [`${sharing}: ${sharingReason}`]],
    ["per arch", [archDependent ? "yes, where a target has several platforms" : "no"]],
    ["variables", variables],
    ["found", variables.length === 0 ? [] : [howFound(preset)]],
    ["before it", setup],
    ["used by", [commands.map((words) => words.join(" ").trim()).join(", ")]],
    ["notes", notes],
    ["source", [source]],
  ];
  const lines = fields.flatMap(([label, values]) =>
    values.map((value, i) => `  ${(i === 0 ? label : "").padEnd(9)}  ${value}`),
  );
  return `${name}: ${preset.holds}\n${lines.join("\n")}\n`;
}

function howFound({ foundWithoutEnv, images }: MountPreset): string {
  switch (foundWithoutEnv) {
    case "as-root":
      return "by root without the variables too";
    case "in-image":
      return `in the images ${images.join(", ")} without the variables too`;
    case "never":
      return "only with the variables";
    default:
      return unreachable(foundWithoutEnv);
  }
}
