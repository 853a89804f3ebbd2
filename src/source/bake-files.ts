import { type BakeDefinition, planWithFiles } from "../bake/printed.ts";
import { emitBesideFiles } from "../bake/emit.ts";
import type { Plan } from "../bake/model.ts";
import type { Buildx } from "../builder/buildx.ts";
import { lastError } from "../builder/inspect.ts";
import { checkAgainstFiles, type Listed } from "../config/bake-files.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { askDefinition, helped } from "./ask-bake.ts";
import { defineEach } from "./define-each.ts";
import { askReading, createReading, type Help, noHelp, type Reading } from "./reading.ts";
import type { Project } from "./project.ts";
import { awaitedLater } from "../host/awaited-later.ts";

/** What bake reads of a config with `bake`. */
export interface FileSource {
  /** Values of -f; `-` is `input`. */
  readonly files: readonly string[];
  readonly input?: string;
}

/** The files, then what the config declares beside them, then those of the command line. */
export function readFrom(plan: Plan, overlays: readonly string[]): FileSource {
  const paths = plan.bakeFiles?.paths ?? [];
  const input = emitBesideFiles(plan);
  return input === null ? { files: [...paths, ...overlays] } : { files: [...paths, "-", ...overlays], input };
}

export interface FilesRequest {
  /** Further values of -f. */
  readonly overlays: readonly string[];
  /** --set and --var, and targets. */
  readonly args: readonly string[];
  /** As in `DefinitionRequest`. */
  readonly reading?: Reading;
}

/** What bake makes of the files and the config together, and the plan of it. */
export interface DefinedFiles {
  readonly definition: BakeDefinition;
  /** All targets of the definition; variables are those of the config. */
  readonly plan: Plan;
}

/**
 * Has bake resolve a config with `bake`. The environment is the caller's: variables of the files take their values
 * from it, as without bkcache.
 * @throws BkcacheError BK2020, BK2091 or BK2092 where the config does not fit the files; BK4020 where bake refuses.
 */
export async function defineFiles(
  host: Host,
  buildx: Buildx,
  { valid, plan }: Project,
  { overlays, args, reading }: FilesRequest,
): Promise<DefinedFiles> {
  const asking = awaitedLater(
    askDefinition(buildx, {
      dir: valid.dir,
      env: host.env,
      ...readFrom(plan, overlays),
      args,
      ...(reading !== undefined && { reading }),
    }),
  );
  await checkNames(host, buildx, { valid, plan, reading });
  const definition = await asking;
  return { definition, plan: planWithFiles(plan, definition) };
}

/**
 * The same of all targets that the files and the config have, not only of those that a build would take. One that bake
 * refuses is left out, and said.
 */
export async function defineAllTargets(
  host: Host,
  buildx: Buildx,
  project: Project,
  reading: Reading = createReading(host),
): Promise<DefinedFiles> {
  const { dir } = project.valid;
  const { targets } = await listFiles(host, buildx, { dir, files: project.plan.bakeFiles?.paths ?? [], reading });
  const names = [...new Set([...targets, ...Object.keys(project.plan.targets)])];
  if (names.length === 0) return { definition: { groups: {}, targets: {} }, plan: project.plan };
  const definition = await defineEach(reading, names, async (args) => {
    const defined = await defineFiles(host, buildx, project, { overlays: [], args, reading });
    return defined.definition;
  });
  return { definition, plan: planWithFiles(project.plan, definition) };
}

/**
 * The plan of all targets that the config and its bake files have. Asks buildx where there are bake files, and nobody
 * else.
 * @throws BkcacheError as `defineFiles`, and BK4001 where buildx is needed and not there
 */
export async function planAllTargets(host: Host, project: Project, reading?: Reading): Promise<Plan> {
  if (project.plan.bakeFiles === undefined) return project.plan;
  const { findBuildx } = await import("../builder/buildx.ts");
  return (await defineAllTargets(host, await findBuildx(host), project, reading)).plan;
}

/** Asks bake for names only where the config has some to compare. */
async function checkNames(
  host: Host,
  buildx: Buildx,
  { valid, plan, reading }: Pick<Project, "valid" | "plan"> & { readonly reading: Reading | undefined },
): Promise<void> {
  const { targets = {}, groups = {} } = valid.config;
  if (Object.keys(targets).length + Object.keys(groups).length === 0) return;
  const findings = checkAgainstFiles(
    valid,
    await listFiles(host, buildx, {
      dir: valid.dir,
      files: plan.bakeFiles?.paths ?? [],
      ...(reading !== undefined && { reading }),
    }),
  );
  if (findings.length > 0) throw BkcacheError.of(findings);
}

/** Names of the targets and groups of bake files. @throws BkcacheError BK4020 */
export async function listFiles(
  host: Host,
  buildx: Buildx,
  { dir, files, reading }: { readonly dir: string; readonly files: readonly string[]; readonly reading?: Reading },
): Promise<Listed> {
  const asked = { dir, env: host.env, files };
  const ask = async (help: Help): Promise<{ readonly stdout: string } | { readonly reason: string }> => {
    const { input, ...request }: typeof asked & { readonly input?: string } = helped(asked, help);
    const args = ["bake", ...request.files.flatMap((file) => ["-f", file]), "--list=type=targets,format=json"];
    const options = { cwd: dir, env: request.env, ...(input !== undefined && { input }) };
    const { exitCode, stdout, stderr } = await buildx.exec(args, options);
    return exitCode === 0 ? { stdout } : { reason: lastError(stderr) };
  };
  const answer = reading === undefined ? await ask(noHelp) : await askReading(reading, asked, ask);
  if ("reason" in answer) {
    throw new BkcacheError({
      code: "BK4020",
      message: `bake cannot list the targets of ${files.join(", ")}: ${answer.reason}`,
      hint: "`docker buildx bake --list=targets` shows what bake reads from your files",
    });
  }
  // Without a target that may be listed buildx prints `null`.
  const entries = (JSON.parse(answer.stdout) ?? []) as readonly { readonly name: string; readonly group?: boolean }[];
  const names = (isGroup: boolean) =>
    new Set(entries.filter(({ group = false }) => group === isGroup).map(({ name }) => name));
  return { targets: names(false), groups: names(true) };
}
