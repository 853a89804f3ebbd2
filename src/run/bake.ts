import { mkdir } from "node:fs/promises";
import { allowOverrides, computeAllow } from "../bake/allow.ts";
import { type BakeArgs, splitBakeArgs } from "../bake/argv.ts";
import type { BakeDefinition } from "../bake/definition.ts";
import { emitRunFile, type RunChoices } from "../bake/emit.ts";
import type { BakeTarget, CacheDirection, Plan } from "../bake/model.ts";
import { findRequested } from "../bake/requested.ts";
import { type Buildx, findBuildx } from "../builder/buildx.ts";
import { ensureBuilder } from "../builder/ensure.ts";
import { mapRecord } from "../config/records.ts";
import { realpathIfThere } from "../host/files.ts";
import type { Host } from "../host/host.ts";
import { type FileSource, readFrom } from "./bake-files.ts";
import { type CacheChoice, chooseCache, noCache } from "./cache.ts";
import { cacheUse } from "./cache-use.ts";
import { choicesOf, define, namesToBuild } from "./define.ts";
import { runFileEnv } from "./definition.ts";
import { requireKnown, scopesOf } from "./describe.ts";
import { draftEntries } from "./entries.ts";
import { featuresOf } from "./features.ts";
import { type Outcome, openFinish } from "./finish.ts";
import { findCachesInContext } from "./inside-context.ts";
import { draftMountBackend } from "./mounts/backend.ts";
import { openCarrier } from "./mounts/carry.ts";
import { createBuilderSession } from "./mounts/session.ts";
import { quiet } from "./quiet.ts";
import { type BakeSource, openSource } from "./source.ts";
import { checkCommitted } from "./stale.ts";

export interface BakeResult {
  /** buildx's own. */
  readonly exitCode: number;
  /** Null where nothing was built (`--print`, `--list`, `--call`): then buildx has said everything. */
  readonly outcome: Outcome | null;
}

/**
 * `bkcache bake`: from the command line to buildx's exit code and the report.
 * @throws BkcacheError for all that is wrong before the build starts.
 */
export async function runBake(host: Host, argv: readonly string[]): Promise<BakeResult> {
  const startedAt = host.now();
  const args = splitBakeArgs(argv, { cwd: host.cwd });
  const finding = quiet(findBuildx(host));
  const source = await openSource(host, args, finding);
  const buildx = await finding;
  // bake would say so too, but not what was meant; of another file only bake knows the targets.
  const isWhole = source.definition === null && source.overlays.length === 0;
  if (isWhole && args.mode !== "list") requireKnown(source.plan, args.targets);
  const checkFiles = async () => {
    if (source.hasConfig) await checkCommitted(host, source, { locked: args.own.locked });
  };
  if (args.mode !== "build") {
    await checkFiles();
    return { exitCode: await showOnly(host, buildx, source, args), outcome: null };
  }

  const use = cacheUse(args.own.cache, host.env, source.hasConfig);
  const names = namesToBuild(source, args);
  const wanted = { plan: source.plan, targets: names, use, scopes: scopesOf(args.own, host.env) };
  const drafts = draftEntries(wanted);
  const isOff = !use.read && !use.write;
  const mountBackend = isOff ? null : draftMountBackend(source.plan);
  const defining = quiet(
    define(host, buildx, source, args, {
      texts: { ...drafts.texts, ...mountBackend?.texts },
      hasArgs: mountBackend !== null,
    }),
  );
  // While bake is at work; and before a builder is made.
  await checkFiles();
  const readyBuilder = quiet(openBuilder(host, buildx, source, args));
  const opening = quiet(
    readyBuilder.then((builder) => createBuilderSession(host, { buildx, builder, dir: source.dir })),
  );
  const carrying = quiet(
    Promise.all([readyBuilder, opening, defining]).then(([builder, nodes, { definition, values }]) =>
      mountBackend === null
        ? null
        : openCarrier(host, {
            ...wanted,
            definition,
            builder,
            nodes,
            backend: mountBackend.fill(values),
            dir: source.dir,
            strict: args.own.strict,
          }),
    ),
  );
  try {
    const choice = !isOff
      ? await chooseCache(host, {
          ...wanted,
          drafts,
          values: defining.then(({ values }) => values),
          gate: Promise.all([readyBuilder, defining]).then(
            ([
              builder,
              {
                definition: { targets },
              },
            ]) => ({
              builder,
              buildx: buildx.version,
              features: featuresOf({ targets, variables: source.plan.variables, flags: args.flags }),
              rules: source.rules,
              platforms: (target) => countPlatforms(targets[target]),
            }),
          ),
          dir: source.dir,
          keys: "run file",
          strict: args.own.strict,
        })
      : noCache;
    const [builder, nodes, { definition }] = await Promise.all([readyBuilder, opening, defining]);
    // Before --allow is worked out: what does not exist is asked for by its nearest folder that does.
    await Promise.all(choice.folders.map((folder) => mkdir(folder, { recursive: true })));
    for (const finding of findCachesInContext(definition.targets, choice, source.dir)) {
      host.tell({ ...finding, level: "warning" });
    }
    const allow = allowFlags(
      host,
      await agreedDefinition(host, buildx, source, args, definition),
      choice,
      source,
      args,
    );

    const carrier = await carrying;
    await carrier?.restore(choice.leftOut);
    const finish = await openFinish(host, {
      buildx,
      builder,
      nodes,
      startedAt,
      args,
      targets: names,
      choice,
      carrier,
    });
    const { exitCode } = await buildx.exec(
      [
        "bake",
        "--builder",
        builder.name,
        ...fileFlags(["-", ...source.overlays]),
        "--metadata-file",
        finish.metadataFile,
        ...source.overrides,
        ...args.passthrough,
        ...allow,
        ...wordsFor(source, args),
      ],
      {
        cwd: source.dir,
        env: { ...runFileEnv(host.env), ...choice.env, ...finish.env },
        input: runFile(source, names, isOff ? ownCache(source) : choice.targets),
        terminal: true,
      },
    );
    return { exitCode, outcome: await finish.close(exitCode) };
  } catch (error) {
    // Its connection would keep the process.
    await carrying.then((carrier) => carrier?.close()).catch(() => {});
    await opening.then((nodes) => nodes.close()).catch(() => {});
    throw error;
  }
}

function openBuilder(host: Host, buildx: Buildx, source: BakeSource, args: BakeArgs) {
  return ensureBuilder(host, buildx, { flag: args.builder, definition: source.builder, dir: source.dir });
}

/** A definition of bake's holds what was asked for under the name `default`, and linked targets besides. */
function wordsFor({ definition }: BakeSource, args: BakeArgs): readonly string[] {
  if (definition === null) return args.targets;
  return definition.groups["default"]?.targets ?? Object.keys(definition.targets);
}

function fileFlags(files: readonly string[]): readonly string[] {
  return files.flatMap((file) => ["-f", file]);
}

function countPlatforms(target: BakeTarget | undefined): number | null {
  const platforms = target?.platforms ?? [];
  return "variable" in platforms ? null : platforms.length;
}

/** Entries for the targets of a run file. */
type CacheLines = RunChoices["targets"];

/** The run file, for standard input alone: it may hold keys. */
function runFile({ plan, definition }: BakeSource, names: readonly string[], cache: CacheLines): string {
  // Of a definition every text is literal; a variable would only be checked again, without the values of --var.
  return emitRunFile(definition === null ? plan : { ...plan, variables: {} }, choicesOf(names, cache));
}

/** With `--cache off` bake files build as they do without bkcache: with the cache that they name themselves. */
function ownCache({ definition }: BakeSource): CacheLines {
  return mapRecord(definition?.targets ?? {}, (target) => ({
    cacheFrom: target["cache-from"] ?? [],
    cacheTo: target["cache-to"] ?? [],
  }));
}

/**
 * What the user has agreed to: writing it into the config was the consent. What bake files add is asked for by bake
 * itself, as without bkcache; null where nothing of the config is asked for.
 */
async function agreedDefinition(
  host: Host,
  buildx: Buildx,
  source: BakeSource,
  args: BakeArgs,
  definition: BakeDefinition,
): Promise<BakeDefinition | null> {
  if (source.definition !== null) {
    const targets = Object.entries(definition.targets).filter(([name]) => source.agreed.includes(name));
    return { groups: {}, targets: Object.fromEntries(targets) };
  }
  if (source.overlays.length === 0) return definition;
  const known = args.targets.filter((name) => findRequested(source.plan, [name]).unknown.length === 0);
  if (known.length === 0 && args.targets.length > 0) return null;
  return (await define(host, buildx, { ...source, overlays: [] }, { ...args, targets: known })).definition;
}

function allowFlags(
  host: Host,
  agreed: BakeDefinition | null,
  choice: CacheChoice,
  source: BakeSource,
  args: BakeArgs,
): readonly string[] {
  const options = { cwd: source.dir, realpath: realpathIfThere, env: host.env };
  const values = computeAllow({ ...agreed?.targets, ...cachesOf(agreed, choice, source.plan) }, options);
  const overridden = source.definition === null ? [] : allowOverrides(args.sets, options);
  return [...new Set([...values, ...overridden])].map((value) => `--allow=${value}`);
}

/** The caches that bkcache passes, but for those that a bake file names. */
function cachesOf(agreed: BakeDefinition | null, choice: CacheChoice, plan: Plan): Record<string, BakeTarget> {
  const isOfFile = (direction: CacheDirection | undefined) => direction?.kind === "raw" && direction.isOfFile === true;
  return mapRecord(choice.targets, ({ cacheFrom, cacheTo }, name) => ({
    ...agreed?.targets[name],
    "cache-from": isOfFile(plan.targets[name]?.cache.from) ? [] : cacheFrom,
    "cache-to": isOfFile(plan.targets[name]?.cache.to) ? [] : cacheTo,
  }));
}

/** What bake is allowed where it builds nothing. */
async function allowAlone(host: Host, buildx: Buildx, source: BakeSource, args: BakeArgs): Promise<readonly string[]> {
  const { definition } = await define(host, buildx, source, args);
  return allowFlags(host, await agreedDefinition(host, buildx, source, args, definition), noCache, source, args);
}

/** `--print`, `--list` and `--call`: bake's own answer to the same definition, without cache and without a report. */
async function showOnly(host: Host, buildx: Buildx, source: BakeSource, args: BakeArgs): Promise<number> {
  const names = args.mode === "list" ? Object.keys(source.plan.targets) : namesToBuild(source, args);
  const shown: FileSource =
    source.plan.bakeFiles === undefined
      ? { files: ["-", ...source.overlays], input: runFile(source, names, {}) }
      : readFrom(source.plan, source.overlays);
  const builder = args.mode === "call" ? await openBuilder(host, buildx, source, args) : null;
  const allow = args.mode === "call" ? await allowAlone(host, buildx, source, args) : [];
  const { exitCode } = await buildx.exec(
    [
      "bake",
      ...(builder === null ? [] : ["--builder", builder.name]),
      ...fileFlags(shown.files),
      ...source.overrides,
      ...args.passthrough,
      ...allow,
      ...(args.mode === "list" ? args.targets : wordsFor(source, args)),
    ],
    {
      cwd: source.dir,
      env: runFileEnv(host.env),
      ...(shown.input === undefined ? {} : { input: shown.input }),
      terminal: true,
    },
  );
  return exitCode;
}
