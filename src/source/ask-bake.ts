import { type BakeDefinition, readDefinition } from "../bake/printed.ts";
import type { Buildx } from "../builder/buildx.ts";
import { lastError } from "../builder/inspect.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import { collectNever } from "../builder/go-collector.ts";

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
}

/**
 * What bake makes of its files: `bake --print`, which needs no builder unless the definition is remote.
 * @throws BkcacheError BK4020 with bake's own words where it refuses them.
 */
export async function askDefinition(buildx: Buildx, request: DefinitionRequest): Promise<BakeDefinition> {
  const { dir, env, files, input, builder, args } = request;
  const hasFiles = files.length === 0 || files.some((file) => file !== "-") || input === undefined;
  const { exitCode, stdout, stderr } = await buildx.exec(
    [
      "bake",
      ...(builder === undefined ? [] : ["--builder", builder]),
      ...files.flatMap((file) => ["-f", file]),
      "--print",
      ...args,
    ],
    {
      cwd: dir,
      // For an s3 entry bake looks for credentials even when it only prints, in the end by asking a host that may not answer.
      env: { ...collectNever({ hasFiles, input, args }), ...env, AWS_EC2_METADATA_DISABLED: "true" },
      ...(input === undefined ? {} : { input }),
    },
  );
  if (exitCode === 0) return readDefinition(stdout);
  throw new BkcacheError({
    code: "BK4020",
    message: `bake refuses the definition: ${lastError(stderr)}`,
    hint: "`docker buildx bake --print` shows what bake reads from your files",
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
