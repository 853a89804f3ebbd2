import { docsUrl } from "../../diagnostics/docs.ts";
import type { Command } from "commander";
import type { Backend, Config } from "../../config/schema.gen.ts";
import { BkcacheError } from "../../diagnostics/error.ts";
import { askFolder } from "../../init/ask-folder.ts";
import { readBackendUrl } from "../../init/backend-url.ts";
import { convertBakeFiles } from "../../init/convert.ts";
import type { Found } from "../../init/found.ts";
import { type FolderContents, inspectFolder } from "../../init/inspect-folder.ts";
import { markDockerfiles, type MarkedFile } from "../../init/marked-files.ts";
import { nextSteps } from "../../init/next-steps.ts";
import { proposeConfig } from "../../init/propose.ts";
import { settleRules } from "../../init/settle-rules.ts";
import { configFileName, type Format, formats, schemaFor, writeConfig } from "../../init/write-config.ts";
import { defaultFormat, isCi, refuseExisting, writeInit } from "../../init/write-init.ts";
import type { CommandContext } from "../command.ts";
import { askBackend, askDefinition, askRegion } from "../init-questions.ts";
import { ask, canAsk } from "../report/ask.ts";

interface InitOptions {
  readonly fromBake?: readonly string[];
  readonly backend?: string;
  readonly format?: Format;
  readonly force?: true;
  readonly stdout?: true;
  readonly yes?: true;
  readonly markers?: true;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .option("--from-bake <file...>", "convert these bake or compose files, merged as bake merges them")
    .option("--backend <url>", "bucket that holds the cache: s3://BUCKET/PREFIX/, gs://BUCKET/PREFIX/, or none")
    .addOption(
      command
        .createOption(
          "--format <format>",
          "of the config (default: ts beside a package.json, tsconfig.json or deno.json, else yaml)",
        )
        .choices(formats),
    )
    .option("--stdout", "print the config and write nothing")
    .option("--force", "overwrite a config that exists")
    .option("--markers", "write the comments and flags of new mounts into the Dockerfiles, and show them")
    .option("--yes", "ask nothing, and take every file that builds something")
    .addHelpText(
      "after",
      `
Without --from-bake it looks at Dockerfiles, bake and compose files and lock files of the folder. A bake file stays the
source (\`bake:\` in the config); --from-bake converts it instead. Without --markers, or a yes to the question on a
terminal, nothing but the config is written.
`,
    )
    .action((options: InitOptions) => init(options, context));
}

interface Draft {
  readonly config: Config;
  readonly comment: readonly string[];
  /** What to say once the file is there. */
  readonly next: readonly string[];
  /** Dockerfiles to write as well. */
  readonly marked: readonly MarkedFile[];
}

interface ConfigFile {
  readonly name: string;
  readonly format: Format;
}

async function init(options: InitOptions, context: CommandContext): Promise<void> {
  const { host, reporter } = context;
  const format = options.format ?? defaultFormat(host.cwd);
  const fileName = configFileName(format);
  if (!options.stdout) await refuseExisting(host, format, options.force === true);
  const { fromBake } = options;
  if (fromBake !== undefined && options.backend !== undefined) {
    throw new BkcacheError({
      code: "BK1002",
      message: "--backend does not go with --from-bake, which keeps the cache entries of the source",
      hint: "declare the backend in the config afterwards",
    });
  }
  const draft =
    fromBake === undefined
      ? await propose(options, context, { name: fileName, format })
      : await convert(fromBake, context, fileName);
  const text = await writeConfig(draft.config, { format, comment: draft.comment, schema: schemaFor(host.cwd) });
  if (options.stdout) {
    reporter.result(text);
    return;
  }
  await writeInit(host, fileName, text);
  host.tell({ level: "info", message: `${fileName}: created` });
  for (const { path, after } of draft.marked) {
    await writeInit(host, path, after);
    host.tell({ level: "info", message: `${path}: marked` });
  }
  for (const message of draft.next) host.tell({ level: "info", message });
}

async function convert(files: readonly string[], { host }: CommandContext, fileName: string): Promise<Draft> {
  const { config, comment, notices } = await convertBakeFiles(host, files, { fileName });
  for (const notice of notices) host.tell({ ...notice, level: "warning" });
  const hasBakeFile = files.some((file) => file.replace(/^\.\//, "") === "docker-bake.hcl");
  const next = hasBakeFile
    ? "next: `bkcache generate --force` replaces docker-bake.hcl by what the config says; then `bkcache bake`"
    : "next: `bkcache generate` writes docker-bake.hcl; then `bkcache bake`";
  const kept = (config.external ?? []).map((name) => {
    const heirs = Object.entries(config.targets ?? {}).filter(([, { inherits = [] }]) => inherits.includes(name));
    const reached = heirs.map(([heir]) => heir).join(", ");
    return `${name}: kept as external, for a file passed with -f to fill as before; it reaches ${reached}`;
  });
  return { config, comment, next: [...kept, next], marked: [] };
}

async function propose(options: InitOptions, context: CommandContext, file: ConfigFile): Promise<Draft> {
  const { host } = context;
  const contents = await inspectFolder(host);
  if (contents.dockerfiles.length + contents.bakeFiles.length + contents.otherBakeFiles.length === 0) {
    throw new BkcacheError({
      code: "BK1014",
      message: `${host.cwd} holds neither a Dockerfile nor a bake or compose file that builds something`,
      hint: `run it at the top of the project, or write a config by hand: ${docsUrl("config.md")}`,
    });
  }
  const isAsking = options.yes !== true && canAsk();
  const found = await readDefinitions(contents, context, isAsking);
  const remote = await chooseRemote(options, context, isAsking);
  const { config, comment, notices, unmounted, marks } = proposeConfig(found, remote, { isCi: isCi(host.env) });
  // A config that builds nothing would stand in the way of the one that is to build it.
  const [notice] = notices;
  if (notice !== undefined && config.bake === undefined && config.targets === undefined) {
    throw new BkcacheError({ ...notice, code: "BK1014" });
  }
  for (const each of notices) host.tell({ ...each, level: "warning" });
  const settled = settleRules(config, { dir: host.cwd, fileName: file.name });
  const marked = options.stdout ? [] : markDockerfiles(marks, { plan: settled.plan, dir: host.cwd });
  const isMarking = marked.length > 0 && (await chooseMarkers(marked, options, context, isAsking));
  const written = isMarking ? marked : [];
  const next = nextSteps({ dir: host.cwd, format: file.format, config: settled.config, unmounted, marked: written });
  return { config: settled.config, comment, next, marked: written };
}

/** What bake says of the folder's files; the files alone where there is no buildx to ask. */
async function readDefinitions(contents: FolderContents, context: CommandContext, isAsking: boolean): Promise<Found> {
  const { host } = context;
  const { otherBakeFiles, ...found } = contents;
  const sets = [...(found.bakeFiles.length > 0 ? [found.bakeFiles] : []), ...otherBakeFiles.map((path) => [path])];
  if (sets.length === 0) return { ...found, definitions: [] };
  const { definitions, notices } = await askFolder(host, sets);
  for (const notice of notices) host.tell({ ...notice, level: "warning" });
  if (definitions === null) return found;
  if (!isAsking || definitions.length < 2) return { ...found, definitions };
  const chosen = await askDefinition(definitions, context);
  const keepsOwn = chosen.some(({ files }) => files[0] === found.bakeFiles[0]);
  return { ...found, bakeFiles: keepsOwn ? found.bakeFiles : [], definitions: chosen };
}

async function chooseRemote(
  { backend }: InitOptions,
  { host }: CommandContext,
  isAsking: boolean,
): Promise<Backend | null> {
  const region = host.env["AWS_REGION"] || host.env["AWS_DEFAULT_REGION"] || undefined;
  if (backend === undefined) return isAsking ? askBackend(region, host) : null;
  const remote = readBackendUrl(backend, region);
  return isAsking ? askRegion(remote, host.signal) : remote;
}

/** Shows what markers would change before anything is written. */
async function chooseMarkers(
  marked: readonly MarkedFile[],
  { markers }: InitOptions,
  { host, reporter }: CommandContext,
  isAsking: boolean,
): Promise<boolean> {
  if (markers !== true && !isAsking) return false;
  const { createTwoFilesPatch } = await import("diff");
  for (const { path, before, after } of marked) {
    const patch = createTwoFilesPatch(`a/${path}`, `b/${path}`, before, after, "", "", { context: 2 });
    reporter.lines(patch.trimEnd().split("\n"));
  }
  if (markers === true) return true;
  const answer = await ask("Write these comments and flags into the Dockerfiles (y or n)?", host.signal);
  return /^y(?:es)?$/i.test(answer.trim());
}
