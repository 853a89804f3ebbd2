import { type BakeDefinition, readDefinition } from "../bake/printed.ts";
import type { Buildx } from "../builder/buildx.ts";
import { lastError } from "../builder/inspect.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import { collectNever } from "../builder/go-collector.ts";
import type { ExecResult } from "../host/host.ts";
import { fieldOf, listOf, parseJson } from "../host/json.ts";
import { hintOfUnset } from "./stand-in-variables.ts";
import { askReading, type Help, noHelp, type Reading } from "./reading.ts";

export interface DefinitionRequest {
  readonly dir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Values of -f; `-` is `input`. */
  readonly files: readonly string[];
  readonly input?: string;
  /** The builder that fetches a remote definition. */
  readonly builder?: string;
  /** Overrides, remote definition and targets. */
  readonly args: readonly string[];
  /**
   * Nothing is built from the answer: secrets and SSH agents of all targets are left out of it where this machine lacks
   * one of them, and variables that must be set are empty.
   */
  readonly reading?: Reading;
}

/**
 * What bake makes of its files: `bake --print`, which needs no builder unless the definition is remote.
 * @throws BkcacheError BK4020 with bake's own words where it refuses them.
 */
export async function askDefinition(buildx: Buildx, request: DefinitionRequest): Promise<BakeDefinition> {
  const { reading } = request;
  const answer =
    reading === undefined
      ? await print(buildx, request, noHelp)
      : await askReading(reading, request, (help) => print(buildx, request, help));
  if ("definition" in answer) return answer.definition;
  const names = answer.reason === "failed to find target default" ? await namesOf(buildx, request) : [];
  throw new BkcacheError({
    code: "BK4020",
    message: `bake refuses the definition: ${answer.reason}`,
    hint:
      names.length === 0
        ? (hintOfUnset(answer.reason, request) ?? "`docker buildx bake --print` shows what bake reads from your files")
        : `there is no group default: name what is meant, of ${names.slice(0, mostNamed).join(", ")}`,
  });
}

/** More than these nobody reads. */
const mostNamed = 20;

async function print(
  buildx: Buildx,
  request: DefinitionRequest,
  help: Help,
): Promise<{ readonly definition: BakeDefinition } | { readonly reason: string }> {
  const { files, input } = request;
  const args = [...help.flags, ...request.args];
  const hasFiles = files.length === 0 || files.some((file) => file !== "-") || input === undefined;
  const env = collectNever({ hasFiles, input, args });
  const { exitCode, stdout, stderr } = await ask(buildx, helped(request, help), { wanted: ["--print", ...args], env });
  return exitCode === 0 ? { definition: readDefinition(stdout) } : { reason: lastError(stderr) };
}

/** Groups, then targets; none where bake does not list them. */
async function namesOf(buildx: Buildx, request: DefinitionRequest): Promise<readonly string[]> {
  const { exitCode, stdout } = await ask(buildx, request, { wanted: ["--list=type=targets,format=json"], env: {} });
  const entries = listOf(exitCode === 0 ? parseJson(stdout) : null);
  const isGroup = (each: unknown): boolean => fieldOf(each, "group") === true;
  return [...entries.filter(isGroup), ...entries.filter((each) => !isGroup(each))].map((each) =>
    String(fieldOf(each, "name")),
  );
}

/** With what stands in for variables, as a file behind the others and before what the config declares. */
export function helped<Asked extends Pick<DefinitionRequest, "files" | "input" | "env">>(
  asked: Asked,
  { standIns }: Help,
): Asked {
  if (standIns === null) return asked;
  const { files, input = "", env } = asked;
  return {
    ...asked,
    files: files.includes("-") ? files : [...files, "-"],
    input: `${standIns.hcl}\n${input}`,
    env: { ...env, ...standIns.env },
  };
}

function ask(
  buildx: Buildx,
  { dir, env, files, input, builder }: DefinitionRequest,
  question: { readonly wanted: readonly string[]; readonly env: DefinitionRequest["env"] },
): Promise<ExecResult> {
  const args = [
    "bake",
    ...(builder === undefined ? [] : ["--builder", builder]),
    ...files.flatMap((file) => ["-f", file]),
    ...question.wanted,
  ];
  return buildx.exec(args, {
    cwd: dir,
    // For an s3 entry bake looks for credentials even when it only prints, in the end by asking a host that may not answer.
    env: { ...question.env, ...env, AWS_EC2_METADATA_DISABLED: "true" },
    ...(input === undefined ? {} : { input }),
  });
}

/** Variables by which bake would read other files than the run file, or read its paths otherwise. */
const redirecting = new Set(["BUILDX_BAKE_FILE", "BUILDX_BAKE_PATH_SEPARATOR", "BUILDX_BAKE_FILE_RELATIVE_PATHS"]);

/** The environment in which bake reads a run file. */
export function runFileEnv(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !redirecting.has(name)));
}
