import { docsUrl } from "../../diagnostics/docs.ts";
import type { Command } from "commander";
import type { Backend, Config } from "../../config/schema.gen.ts";
import { BkcacheError } from "../../diagnostics/error.ts";
import { readBackendUrl } from "../../init/backend-url.ts";
import { convertBakeFiles } from "../../init/convert.ts";
import { inspectFolder } from "../../init/inspect-folder.ts";
import { type Found, proposeConfig } from "../../init/propose.ts";
import { settleRules } from "../../init/settle-rules.ts";
import { configFileName, type Format, formats, writeConfig } from "../../init/write-config.ts";
import { defaultFormat, refuseExisting, writeInit } from "../../init/write-init.ts";
import type { CommandContext } from "../command.ts";
import { ask, canAsk } from "../report/ask.ts";

interface InitOptions {
  readonly fromBake?: readonly string[];
  readonly backend?: string;
  readonly format?: Format;
  readonly force?: true;
  readonly stdout?: true;
  readonly yes?: true;
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
    .option("--yes", "ask nothing")
    .addHelpText(
      "after",
      `
Without --from-bake it looks at Dockerfiles, bake and compose files and lock files of the folder. A bake file stays the
source (\`bake:\` in the config); --from-bake converts it instead. Nothing but the config is written.
`,
    )
    .action((options: InitOptions) => init(options, context));
}

interface Draft {
  readonly config: Config;
  readonly comment: readonly string[];
  /** What to say once the file is there. */
  readonly next: readonly string[];
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
    fromBake === undefined ? await propose(options, context, fileName) : await convert(fromBake, context, fileName);
  const text = await writeConfig(draft.config, { format, comment: draft.comment });
  if (options.stdout) {
    reporter.result(text);
    return;
  }
  await writeInit(host, fileName, text);
  host.tell({ level: "info", message: `${fileName}: created` });
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
  return { config, comment, next: [...kept, next] };
}

async function propose(options: InitOptions, { host }: CommandContext, fileName: string): Promise<Draft> {
  const found = await inspectFolder(host);
  if (found.dockerfiles.length + found.bakeFiles.length === 0) {
    throw new BkcacheError({
      code: "BK1014",
      message: `${host.cwd} holds neither a Dockerfile nor a bake or compose file that builds something`,
      hint: `run it at the top of the project, or write a config by hand: ${docsUrl("config.md")}`,
    });
  }
  const { config, comment, unmounted } = proposeConfig(found, await chooseRemote(options, host.env, host.signal));
  const settled = settleRules(config, { dir: host.cwd, fileName });
  return { config: settled.config, comment, next: nextSteps(found, unmounted) };
}

async function chooseRemote(
  { backend, yes }: InitOptions,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Backend | null> {
  const region = env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || undefined;
  const isAsking = yes !== true && canAsk();
  if (backend === undefined && !isAsking) return null;
  const url =
    backend ??
    (await ask(
      "Bucket for the cache (s3://BUCKET/PREFIX/ or gs://BUCKET/PREFIX/; empty for this disk alone)?",
      signal,
    ));
  const remote = readBackendUrl(url, region);
  if (remote?.type !== "s3" || remote.region !== undefined || !isAsking) return remote;
  const answer = (await ask("Region of the bucket?", signal)).trim();
  return answer === "" ? remote : { ...remote, region: answer };
}

function nextSteps({ bakeFiles }: Found, unmounted: Readonly<Record<string, readonly string[]>>): readonly string[] {
  const mounts = Object.entries(unmounted).map(
    ([path, names]) =>
      `${path}: put \`# bkcache: ${names.join(" ")}\` above the RUN that needs them, and generate writes their flags`,
  );
  if (bakeFiles.length === 0)
    return [...mounts, "next: `bkcache generate` writes docker-bake.hcl; then `bkcache bake`"];
  const flags = bakeFiles.map((file) => `--from-bake ${file}`).join(" ");
  return [
    `${bakeFiles.join(", ")}: stays the source of the targets; to convert it instead: \`bkcache init ${flags} --force\``,
    ...mounts,
    "next: `bkcache bake`",
  ];
}
