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
import { awaitedLater } from "../host/awaited-later.ts";
import type { Host } from "../host/host.ts";
import { listDefaults, listVariables, openBakeSource, questionEnv, type SourceVariable } from "./bake-source.ts";
import {
  credentialNotice,
  differenceNotice,
  externalLines,
  holdsCredentials,
  literalLines,
  literalNotice,
  passedNotice,
  secretNotice,
  volatileNotice,
} from "./conversion-notices.ts";
import { fitConversion } from "./fit-conversion.ts";
import type { Question, SourceOptions } from "./question.ts";
import { findSecretIds } from "./secret-ids.ts";
import { removeCredentials } from "./credentials.ts";
import { configFromDefinition } from "./from-definition.ts";
import { findPlaceholders, type Placeholders } from "./placeholders.ts";
import { findVolatile, isChanging, pinVariables } from "./volatile.ts";
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
  names: readonly string[],
  options: { readonly fileName: string },
): Promise<Conversion> {
  const dir = host.cwd;
  // bake's own word for a file of this machine; there is no other here.
  const files = names.map((name) => name.replace(/^cwd:\/\//, ""));
  const texts = await readTexts(dir, files);
  const text = texts.join("\n");
  const buildx = await findBuildx(host);
  const say = (what: string): void => host.live([`bkcache: ${what}`]);
  const env = questionEnv(host.env);
  // The value of a secret must not reach a file: such a variable counts as not set.
  const secrets = Object.keys(env).filter((name) => isSecretName(name) && Boolean(env[name]) && text.includes(name));
  const base = { dir, files, text, secretIds: await findSecretIds(texts), env: withoutNames(env, secrets) };
  const hasVars = isAtLeast(buildx.version, "0.31");
  say("asking bake what the files build");
  const listing = awaitedLater(listVariables(buildx, base));
  // What changes by itself has to stand still before anything else is asked.
  const pinned = hasVars && isChanging(text) ? await pinVariables(buildx, base, await listing) : {};
  const source: SourceOptions = { ...base, pinned };
  const opening = awaitedLater(openBakeSource(buildx, source));
  try {
    const declared = await listing;
    const secret = declared.flatMap(({ name }) => (secrets.includes(name) ? [name] : []));
    const unset = hasVars ? awaitedLater(listDefaults(buildx, source, declared)) : [];
    const opened = await opening;
    const cleaned = removeCredentials(opened.definition);
    if (cleaned.kept.length > 0) throw holdsCredentials(cleaned.kept);
    const clean = (definition: BakeDefinition | null) =>
      definition === null ? null : removeCredentials(definition).definition;
    const ask = async (question: Question) => clean(await opened.ask(question));
    const { definition } = cleaned;
    const project = projectName(basename(dir));
    const settle = ({ definition: marked, ...kept }: KeptVariables, heirs: Placeholders["heirs"]): Settled =>
      settleRules(configFromDefinition(marked, { project, heirs, ...kept }), { dir, fileName: options.fileName });
    const volatile = await findVolatile(text, definition, () => ask({}));
    const defaults = new Map((await unset).flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));
    say("asking bake what other values change");
    const [placeholders, variables] = await Promise.all([
      findPlaceholders({ definition, ask }),
      keepVariables({
        source: {
          definition,
          ask: async (question) => {
            const answer = await ask(question);
            return answer === null ? null : volatile.pin(answer);
          },
        },
        declared: hasVars ? declared.filter(({ name }) => !Object.hasOwn(pinned, name)) : [],
        text,
        defaults,
        compile: (each) => compileOrNull(() => emitBakeFile(settle(each, new Map()).plan)),
      }),
    ]);
    say("comparing what the config builds");
    const { kept, settled, differences, lost } = await fitConversion({
      definition,
      placeholders,
      variables,
      volatile,
      settle,
      ask: (question, kept) => ask({ ...question, vars: valuesOf(declared, kept) }),
    });
    const external = settled.config.external ?? [];
    const literal = declared.filter(({ name }) => !Object.hasOwn(kept.variables, name));
    return {
      config: settled.config,
      comment: [`Converted from ${names.join(", ")}.`, ...externalLines(external), ...literalLines(literal)],
      notices: [
        ...opened.notices,
        ...secret.map(secretNotice),
        ...cleaned.removed.map(credentialNotice),
        ...volatileNotice([...Object.keys(pinned), ...volatile.places]),
        ...literalNotice(literal),
        ...placeholders.notices,
        ...lost,
        ...settled.passed.map(passedNotice),
        ...settled.warnings,
        ...differenceNotice(differences),
      ],
    };
  } finally {
    host.live([]);
    await opening.then((opened) => opened.close()).catch(() => {});
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
