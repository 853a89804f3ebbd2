import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import type { BakeDefinition } from "../bake/printed.ts";
import { emitBakeFile } from "../bake/emit.ts";
import { findBuildx } from "../builder/buildx.ts";
import { isAtLeast } from "../builder/versions.ts";
import { isSecretName } from "../config/credentials.ts";
import { projectName } from "../config/names.ts";
import type { Config } from "../config/schema.gen.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { listVariables, openBakeSource, questionEnv, type SourceVariable } from "./bake-source.ts";
import type { Question, SourceOptions } from "./question.ts";
import { findDifferences } from "./compare.ts";
import { findSecretIds } from "./secret-ids.ts";
import { removeCredentials } from "./credentials.ts";
import { configFromDefinition } from "./from-definition.ts";
import { findPlaceholders, type Placeholders } from "./placeholders.ts";
import { findVolatile, pinVariables } from "./volatile.ts";
import { keepVariables, type KeptVariables } from "./variables.ts";
import { type Settled, settleRules } from "./settle-rules.ts";

export interface Conversion {
  readonly config: Config;
  /** Lines for the top of the file. */
  readonly comment: readonly string[];
  readonly notices: readonly Diagnostic[];
}

/**
 * The config that bake files amount to: compiled, it gives the same definition, target by target and group by group.
 * Paths stay relative to `host.cwd`, where the config is to stand.
 * @throws BkcacheError BK4020 where bake refuses the files, BK1011 where a config cannot hold what they say
 */
export async function convertBakeFiles(
  host: Host,
  files: readonly string[],
  options: { readonly fileName: string },
): Promise<Conversion> {
  const dir = host.cwd;
  const texts = await readTexts(dir, files);
  const buildx = await findBuildx(host);
  const base = {
    dir,
    files,
    text: texts.join("\n"),
    secretIds: await findSecretIds(texts),
    env: questionEnv(host.env),
  };
  const withSecrets = await listVariables(buildx, base);
  // The value of a secret must not reach a file: such a variable counts as not set.
  const secret = withSecrets.filter(({ name }) => isSecretName(name) && host.env[name]).map(({ name }) => name);
  const unpinned: SourceOptions = { ...base, env: withoutNames(base.env, secret) };
  const declared = secret.length === 0 ? withSecrets : await listVariables(buildx, unpinned);
  const hasVars = isAtLeast(buildx.version, "0.31");
  const pinned = hasVars ? await pinVariables(buildx, unpinned, declared) : {};
  const source: SourceOptions = { ...unpinned, pinned };
  const offEnv = { ...source.env, BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP: "1" };
  const unset = hasVars ? await listVariables(buildx, { ...source, env: offEnv }) : [];

  const opened = await openBakeSource(buildx, source);
  try {
    const cleaned = removeCredentials(opened.definition);
    if (cleaned.kept.length > 0) throw holdsCredentials(cleaned.kept);
    const project = projectName(basename(dir));
    const settle = ({ definition, ...kept }: KeptVariables, heirs: Placeholders["heirs"]): Settled =>
      settleRules(configFromDefinition(definition, { project, heirs, ...kept }), { dir, fileName: options.fileName });
    const clean = (definition: BakeDefinition | null) =>
      definition === null ? null : removeCredentials(definition).definition;
    const volatile = await findVolatile(source.text, cleaned.definition, async () => clean(await opened.ask({})));
    const cleanSource = {
      definition: cleaned.definition,
      ask: async (question: Question) => clean(await opened.ask(question)),
    };
    const none: KeptVariables = { definition: cleaned.definition, marks: new Map(), variables: {} };
    const { heirs, filled, unreached, notices } = await findPlaceholders({
      source: cleanSource,
      volatile: volatile.places,
      compile: (each) => compileOrNull(() => emitBakeFile(settle(none, each).plan)),
    });
    const kept = await keepVariables({
      source: {
        definition: cleaned.definition,
        ask: async (question) => {
          const answer = await cleanSource.ask(question);
          return answer === null ? null : volatile.pin(answer);
        },
      },
      declared: hasVars ? declared.filter(({ name }) => !Object.hasOwn(pinned, name)) : [],
      text: source.text,
      defaults: new Map(unset.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]))),
      compile: (each) => compileOrNull(() => emitBakeFile(settle(each, heirs).plan)),
    });
    const settled = settle(kept, heirs);
    const literal = declared.filter(({ name }) => !Object.hasOwn(kept.variables, name));
    const compare = async (expected: BakeDefinition, overlay?: string): Promise<readonly string[] | null> => {
      const again = await opened.ask({
        input: emitBakeFile(settled.plan),
        vars: valuesOf(declared, kept),
        isComplete: true,
        ...(overlay !== undefined && { overlay }),
      });
      if (again === null) return null;
      return findDifferences(volatile.pin(expected), volatile.pin(again));
    };
    const differences = await compare(cleaned.definition);
    const external = settled.config.external ?? [];
    const beside =
      filled === undefined || external.length === 0 || differences?.length !== 0
        ? []
        : await compare(filled.definition, filled.overlay);
    const isReached = (difference: string): boolean =>
      ![...unreached].some((name) => difference.startsWith(`target ${name}: `));
    return {
      config: settled.config,
      comment: [`Converted from ${files.join(", ")}.`, ...externalLines(external), ...literalLines(literal)],
      notices: [
        ...opened.notices,
        ...secret.map(secretNotice),
        ...cleaned.removed.map(credentialNotice),
        ...volatileNotice([...Object.keys(pinned), ...volatile.places]),
        ...literalNotice(literal),
        ...notices,
        ...settled.passed.map(passedNotice),
        ...settled.warnings,
        ...differenceNotice(differences),
        ...differenceNotice(beside?.filter(isReached) ?? null),
      ],
    };
  } finally {
    await opened.close();
  }
}

async function readTexts(dir: string, files: readonly string[]): Promise<readonly string[]> {
  return Promise.all(
    files.map(async (file) => {
      try {
        return await readFile(resolve(dir, file), "utf8");
      } catch (cause) {
        throw new BkcacheError({
          code: "BK1002",
          message: `--from-bake: ${file} cannot be read`,
          hint: "name a bake or compose file of this machine",
          cause,
        });
      }
    }),
  );
}

function withoutNames(env: SourceOptions["env"], names: readonly string[]): SourceOptions["env"] {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));
}

function compileOrNull(compile: () => string): string | null {
  try {
    return compile();
  } catch (error) {
    if (error instanceof BkcacheError) return null;
    throw error;
  }
}

/** Variables have their values of now, so that what is compared is what they were when the source was printed. */
function valuesOf(declared: readonly SourceVariable[], kept: KeptVariables): Record<string, string> {
  return Object.fromEntries(
    declared.flatMap(({ name, value = "" }) => (Object.hasOwn(kept.variables, name) ? [[name, value]] : [])),
  );
}

function holdsCredentials(places: readonly string[]): BkcacheError {
  return BkcacheError.of(
    places.map((place) => ({
      code: "BK1011" as const,
      message: `${place} holds a credential, which a config must not`,
      hint: "pass it as a secret, or through the environment, and convert again",
    })),
  );
}

function secretNotice(name: string): Diagnostic {
  return {
    code: "BK1012",
    message: `the value that ${name} has in this environment is not copied; the source's default stands for it`,
  };
}

function credentialNotice(place: string): Diagnostic {
  return {
    code: "BK1012",
    message: `${place} is a credential and left out`,
    hint: "give it in the environment of the build",
  };
}

function volatileNotice(names: readonly string[]): readonly Diagnostic[] {
  if (names.length === 0) return [];
  return [
    {
      code: "BK1012",
      message: `another value each time bake reads the source, and written out with the one of now: ${names.join(", ")}`,
      hint: "set it from outside: a variable of the config whose value the environment gives",
    },
  ];
}

function literalNotice(variables: readonly SourceVariable[]): readonly Diagnostic[] {
  if (variables.length === 0) return [];
  const names = variables.map(({ name }) => name).join(", ");
  return [
    {
      code: "BK1012",
      message: `written out with their values of now, since more than texts depend on them: ${names}`,
      hint: "keep the source with `bake:` in the config instead, if they must stay variables",
    },
  ];
}

function externalLines(names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : [`Filled by another bake file, passed with -f: ${names.join(", ")}.`];
}

const longest = 100;

function literalLines(variables: readonly SourceVariable[]): readonly string[] {
  if (variables.length === 0) return [];
  const lines = variables.map(({ name, value }) => {
    if (isSecretName(name)) return `  ${name}`;
    const text = JSON.stringify(value ?? null);
    return `  ${name} = ${text.length > longest ? `${text.slice(0, longest)}...` : text}`;
  });
  return ["Variables of the source that are written out with the values that they had:", ...lines];
}

function passedNotice({ finding, count }: Settled["passed"][number]): Diagnostic {
  const more = count > 1 ? ` (and ${count - 1} more)` : "";
  return {
    code: finding.code,
    message: `${finding.message}${more}; the config lets it pass: rules: { ${finding.code}: warn }`,
    ...(finding.path !== undefined && { path: finding.path }),
    ...(finding.hint !== undefined && { hint: finding.hint }),
  };
}

function differenceNotice(differences: readonly string[] | null): readonly Diagnostic[] {
  if (differences?.length === 0) return [];
  return [
    {
      code: "BK1013",
      message:
        differences === null
          ? "bake does not take what the config compiles to"
          : `the config builds something else than the source: ${differences.slice(0, 20).join(", ")}`,
      hint: "compare `docker buildx bake --print` of both files",
    },
  ];
}
