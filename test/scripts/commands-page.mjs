// docs/commands.md: the help of every command, as the commands declare it.
import { existsSync } from "node:fs";
import { Command } from "commander";
import { isShown } from "../../src/cli/command.ts";
import { commands } from "../../src/cli/commands.ts";
import { groupHelp, topLevelHelp } from "../../src/cli/help.ts";

const width = 110;

const head = `# Commands

Written from what the commands under src/cli/commands declare by \`npm run codegen\`: what \`--help\` prints of each.
`;

/** @param {string} root the repository's folder */
export async function renderCommandsPage(root) {
  const sections = await Promise.all(commands.filter(isShown).map((entry) => renderEntry(entry, [], root)));
  return [head, block(topLevelHelp()), ...sections.flat()].join("\n");
}

async function renderEntry(entry, above, root) {
  const path = [...above, entry.name];
  const page = `${path.join("-")}.md`;
  const more = existsSync(`${root}/docs/${page}`) ? [`What it does in full: [${page}](${page}).\n`] : [];
  const title = `${"#".repeat(path.length + 1)} bkcache ${path.join(" ")}\n`;
  if (!("subcommands" in entry)) return [title, ...more, block(await helpOf(entry, path))];
  const below = await Promise.all(entry.subcommands.filter(isShown).map((each) => renderEntry(each, path, root)));
  return [title, ...more, block(groupHelp(entry)), ...below.flat()];
}

async function helpOf(entry, path) {
  let text = "";
  const empty = new Command(["bkcache", ...path].join(" ")).description(entry.summary).configureOutput({
    writeOut: (part) => (text += part),
    getOutHelpWidth: () => width,
    getOutHasColors: () => false,
  });
  const { configure } = await entry.load();
  configure(empty, { commands }).outputHelp();
  return text;
}

function block(text) {
  return `\`\`\`text\n${text.trim().replaceAll(/[ \t]+$/gm, "")}\n\`\`\`\n`;
}
