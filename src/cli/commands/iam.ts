import type { Command } from "commander";
import { BkcacheError } from "../../diagnostics/error.ts";
import { docsUrl } from "../../diagnostics/docs.ts";
import { suggest } from "../../diagnostics/nearest.ts";
import { describeRights, type LevelRights, type Rights } from "../../iam/describe.ts";
import { bindingCommand, roleCommands } from "../../iam/gcs-bindings.ts";
import { type Kind, kinds } from "../../iam/kinds.ts";
import type { CommandContext } from "../command.ts";
import { plainLine } from "../report/plain.ts";

interface IamOptions {
  readonly for?: string;
  readonly repo?: string;
  readonly account?: string;
  readonly project?: string;
  readonly deletes?: true;
  readonly json?: true;
  readonly config?: string;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .argument("[level]", "a level of trust (default: all)")
    .option("--for <kind>", `whose rights: ${kinds.join(", ")} (default: what each backend is)`)
    .option("--repo <repository>", "as CI's tokens have it: owner/name, owner@ID/name@ID or group/project")
    .option("--account <id>", "the account of AWS")
    .option("--project <id>", "the project of Google Cloud")
    .option("--deletes", "also what `mounts prune` and `layers prune` need")
    .option("--json", "print all of it as one JSON object")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      `
Prints the least rights that builds of each level of trust need, and for AWS who may take them by the tokens of GitHub Actions and
GitLab. Asks nobody and changes nothing. More: ${docsUrl("trust.md")}
`,
    )
    .action((level: string | undefined, options: IamOptions) => printRights(level, options, context));
}

async function printRights(level: string | undefined, options: IamOptions, context: CommandContext): Promise<void> {
  for (const flag of ["repo", "account", "project"] as const) requireForm(flag, options[flag]);
  const { repo: repository, account, project, config } = options;
  const kind = options.for === undefined ? undefined : requireKind(options.for);
  const deletes = options.deletes === true;
  const rights = await describeRights(context.host, { config, level, kind, repository, account, project, deletes });
  if (options.json) context.reporter.json({ version: 1, levels: rights.levels });
  else context.reporter.result(render(rights));
}

/** What they stand in is run as it is: a `*` there would be any repository's. */
const forms = {
  repo: { form: /^[\w.-]+(@\d+)?(\/[\w.-]+(@\d+)?)+$/, hint: "such as owner/name, owner@ID/name@ID or group/project" },
  account: { form: /^\d{12}$/, hint: "its 12 digits" },
  project: { form: /^[a-z][a-z\d.:-]*$/, hint: "its id, not its name" },
} as const;

function requireForm(flag: keyof typeof forms, given: string | undefined): void {
  const { form, hint } = forms[flag];
  if (given === undefined || form.test(given)) return;
  throw new BkcacheError({ code: "BK1002", message: `--${flag}: "${given}" cannot be one`, hint: `give ${hint}` });
}

function requireKind(given: string): Kind {
  const found = kinds.find((kind) => kind === given);
  if (found !== undefined) return found;
  const guess = suggest(given, kinds);
  throw new BkcacheError({
    code: "BK1002",
    message: `--for: "${given}" is not ${kinds.join(", ")}`,
    hint: guess === undefined ? "leave it out for what each backend is" : `did you mean ${guess}?`,
  });
}

function render({ project, levels }: Rights): string {
  const hasGoogle = levels.some(({ gcs }) => gcs !== undefined);
  const sections = [
    ...(hasGoogle ? [section("Google Cloud: roles, once for the project", roleCommands(project).join("\n"))] : []),
    ...levels.flatMap(renderLevel),
  ];
  return `${sections.join("\n\n")}\n`;
}

function renderLevel({ level, when, aws, minio, gcs }: LevelRights): readonly string[] {
  const whose = level === null ? "builds" : `level ${level} (${when.join(", ")})`;
  const json = (value: object) => JSON.stringify(value, null, 2);
  if (aws === undefined && minio === undefined && gcs === undefined) return [section(`${whose}: no rights`, "")];
  const sections: string[] = [];
  if (aws !== undefined) {
    sections.push(section(`${whose}: AWS, policy of the role`, json(aws.policy)));
    for (const [service, name] of [
      ["github", "GitHub Actions"],
      ["gitlab", "GitLab"],
    ] as const) {
      const trust = aws.trust[service];
      const title = `${whose}: AWS, who may take the role by a token of ${name}${trust === null ? ": nobody" : ""}`;
      sections.push(section([title, ...aws.notes[service]].join("\n"), trust === null ? "" : json(trust)));
    }
  }
  if (minio !== undefined) sections.push(section(`${whose}: MinIO, policy of the user`, json(minio.policy)));
  if (gcs !== undefined) sections.push(section(`${whose}: Google Cloud`, gcs.bindings.map(bindingCommand).join("\n")));
  return sections;
}

function section(title: string, body: string): string {
  const head = title.split("\n").map((line) => `# ${plainLine(line)}`);
  return [...head, ...(body === "" ? [] : [body])].join("\n");
}
