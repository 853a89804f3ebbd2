/** The generated pages of docs/: what every key of the config is, and what every code means. */

const begin = "<!-- generated from schemas/bkcache.schema.json: npm run codegen -->";
const end = "<!-- end of the generated part -->";

/** The page with a fresh reference between its markers; the text around them is written by hand. */
export function renderConfigPage(page, schema) {
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error("docs/config.md lacks the markers of its generated part");
  return `${before}${begin}\n\n${renderReference(schema)}\n${end}${after}`;
}

function renderReference(schema) {
  const sections = [["Config", schema], ...Object.entries(schema.$defs)];
  return sections
    .filter(([, definition]) => definition.properties !== undefined || definition.oneOf !== undefined)
    .map(([name, definition]) => renderSection(name, definition))
    .join("\n");
}

function renderSection(name, definition) {
  const lines = [`### ${name}`, "", definition.description];
  const inherited = (definition.allOf ?? []).map((part) => typeOf(part));
  if (inherited.length > 0) lines.push("", `All keys of ${inherited.join(", ")}, and:`);
  if (definition.oneOf !== undefined) {
    lines.push("", `One of: ${definition.oneOf.map(typeOf).join(", ")}.`);
    return `${lines.join("\n")}\n`;
  }
  const required = new Set(definition.required ?? []);
  lines.push("", "| key | takes | meaning |", "|---|---|---|");
  for (const [key, property] of Object.entries(definition.properties)) {
    const needed = required.has(key) ? " (needed)" : "";
    const examples = property.examples.map((example) => code(JSON.stringify(example))).join(", ");
    const byDefault = property.default === undefined ? "" : ` Default: ${code(JSON.stringify(property.default))}.`;
    lines.push(
      row([`${code(key)}${needed}`, typeOf(property), `${property.description}${byDefault} Example: ${examples}`]),
    );
  }
  return `${lines.join("\n")}\n`;
}

function typeOf(node) {
  if (node.$ref !== undefined) {
    const name = node.$ref.slice("#/$defs/".length);
    return simple[name] ?? `[${name}](#${name.toLowerCase()})`;
  }
  const union = node.anyOf ?? node.oneOf;
  if (union !== undefined) return union.map(typeOf).join(" or ");
  if (node.const !== undefined) return code(JSON.stringify(node.const));
  if (node.enum !== undefined) return node.enum.map((value) => code(String(value))).join(", ");
  return [node.type]
    .flat()
    .map((type) => kindOf(type, node))
    .join(" or ");
}

function kindOf(type, node) {
  if (type === "array") return node.items === undefined ? "list" : `list of ${typeOf(node.items)}`;
  if (type !== "object") return type === "boolean" ? "true or false" : type === "integer" ? "whole number" : type;
  return typeof node.additionalProperties === "object" ? `map of ${typeOf(node.additionalProperties)}` : "map";
}

/** Strings with a form of their own need no section. */
const simple = {
  Template: "string",
  Name: "name",
  ProjectName: "name",
  VariableName: "name",
  VariableReference: '`"${NAME}"`',
  Age: "duration, also in days (`14d`)",
  Duration: "duration",
  Size: "size",
  Level: "`error`, `warn`, `off`",
  Preset: "preset",
  OptionEntry: "string or map",
};

const code = (text) => `\`${text}\``;
/** A pipe would end the cell, in code as well. */
const row = (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;

const chapters = {
  1: "Usage",
  2: "Config",
  3: "Generated files",
  4: "buildx and BuildKit",
  5: "Stores",
  6: "Dockerfile lint",
  9: "Internal",
};

/** All exit codes, and one line per code of a finding: what it means, and whether `rules` may change it. */
export function renderErrorsPage(codes, exitCodes, exitCodeHelp) {
  const lines = [
    "# Exit codes and error codes",
    "",
    "Written from src/diagnostics/exit-codes.ts and src/diagnostics/codes.ts by `npm run codegen`; change the codes there.",
    "",
    "## Exit codes",
    "",
    "| exit code | meaning |",
    "|---|---|",
    ...Object.entries(exitCodeHelp).map(([name, meaning]) => row([String(exitCodes[name]), meaning])),
    "",
    "`bake` and `build` end with the exit code of buildx where a build was begun, and with 3 where it succeeded and its cache did",
    "not under `--strict`. `lint` ends with 1 where a finding has the level error. Elsewhere the error decides: 3 for codes that begin",
    "with BK5, 70 for BK9, 2 for the others;",
    `${exceptions(codes)}.`,
    "",
    "## Error codes",
    "",
    "Every finding carries a code. A code with a level can be changed in the config, to `error`, `warn` or `off`:",
    "",
    "```yaml",
    "rules: { BK2026: off }",
    "```",
    "",
    "The others are always errors: the config could not mean anything without them being mended, or a credential would leave it.",
  ];
  for (const [digit, title] of Object.entries(chapters)) {
    const own = Object.entries(codes)
      .filter(([name]) => name.startsWith(`BK${digit}`))
      .sort(([a], [b]) => (a < b ? -1 : 1));
    if (own.length === 0) continue;
    lines.push("", `### ${title}`, "", "| code | what | level | meaning |", "|---|---|---|---|");
    for (const [name, { title: what, help, level }] of own) {
      lines.push(row([`<a id="${name.toLowerCase()}"></a>${name}`, what, level ?? "fixed", help]));
    }
  }
  return `${lines.join("\n")}\n`;
}

/** Codes whose exit code does not follow from their number. */
function exceptions(codes) {
  const own = Object.entries(codes).filter(([, { exit }]) => exit !== undefined);
  return own.map(([name, { exit }]) => `${exit} for ${name}`).join(", ");
}

/** One table of all presets, then a section for each. `envOf` gives a preset's variables for a folder. */
export function renderPresetsPage(presets, envOf) {
  const entries = Object.entries(presets);
  const lines = [
    "# Presets of cache mounts",
    "",
    "Written from src/config/presets/ by `npm run codegen`; change the presets there.",
    "",
    "A preset is a cache mount that is the same in most projects. A config names it, and may say any field otherwise:",
    "",
    "```yaml",
    "mounts:",
    "  gomod: go-mod",
    "  gobuild: { preset: go-build, target: /cache/go-build, maxSize: 4GiB }",
    "```",
    "",
    "`bkcache mounts presets NAME` prints the same as this page, `bkcache mounts snippet TARGET` the lines of a Dockerfile.",
    "Folders are those of root on Linux. *Per architecture* presets get an id of their own for each architecture where a target",
    "that uses them has several platforms. Variables follow a folder that the config changes.",
    "",
    row(["preset", "folder", "sharing", "per architecture", "variables"]),
    "|---|---|---|---|---|",
    ...entries.map(([name, preset]) =>
      row([
        `[${name}](#${name})`,
        folderOf(preset),
        preset.sharing,
        preset.archDependent ? "yes" : "no",
        Object.keys(preset.env).map(code).join(", ") || "none",
      ]),
    ),
  ];
  for (const [name, preset] of entries) lines.push("", ...renderPreset(name, preset, envOf));
  return `${lines.join("\n")}\n`;
}

function renderPreset(name, preset, envOf) {
  const variables = Object.entries(envOf(preset, preset.target ?? "")).map(([variable, value]) =>
    code(`${variable}=${value}`),
  );
  const commands = preset.commands.map((words) => code(words.join(" ").trim()));
  const lines = [
    `## ${name}`,
    "",
    `${preset.holds[0].toUpperCase()}${preset.holds.slice(1)}, in ${folderOf(preset)}. See [the tool's documentation](${preset.source}).`,
    "",
    `- Sharing: ${preset.sharing}, since ${preset.sharingReason}.`,
  ];
  if (variables.length > 0) lines.push(`- Variables: ${variables.join(", ")}. ${whereFound(preset)}`);
  lines.push(`- Used by ${commands.join(", ")}.`, ...preset.notes.map((note) => `- ${note}`));
  if (preset.setup.length > 0) lines.push("", "Before the first use:", "", "```dockerfile", ...preset.setup, "```");
  return lines;
}

function folderOf({ target }) {
  return target === null ? "a folder that the config gives" : code(target);
}

function whereFound({ foundWithoutEnv, images }) {
  if (foundWithoutEnv === "never") return "Without them the tool does not use the folder.";
  if (foundWithoutEnv === "as-root") return "Run by root, the tool uses the folder without them.";
  return `The images ${images.map(code).join(", ")} use the folder without them.`;
}
