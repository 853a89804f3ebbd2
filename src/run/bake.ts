import { mkdir } from "node:fs/promises";
import { computeAllow } from "../bake/allow.ts";
import { type BakeArgs, splitBakeArgs } from "../bake/argv.ts";
import type { BakeDefinition } from "../bake/definition.ts";
import { emitRunFile } from "../bake/emit.ts";
import type { BakeTarget, Entry, Plan } from "../bake/model.ts";
import { findRequested } from "../bake/requested.ts";
import { findBuildx, type Buildx } from "../builder/buildx.ts";
import { ensureBuilder } from "../builder/ensure.ts";
import { realpathIfThere } from "../host/files.ts";
import type { Host } from "../host/host.ts";
import { type CacheChoice, chooseCache, noCache } from "./cache.ts";
import { cacheUse } from "./cache-use.ts";
import { askDefinition, runFileEnv } from "./definition.ts";
import { type Outcome, openFinish } from "./finish.ts";
import { type BakeSource, openSource } from "./source.ts";
import { checkCommitted } from "./stale.ts";

/**
 * `bkcache bake`: from the command line to buildx's exit code and the report. Returns null instead of an outcome
 * where nothing was built (`--print`, `--list`, `--call`): then buildx has said everything.
 * @throws BkcacheError for all that is wrong before the build starts.
 */
export async function runBake(host: Host, argv: readonly string[]): Promise<{ exitCode: number; outcome: Outcome | null }> {
  const startedAt = host.now();
  const args = splitBakeArgs(argv, { cwd: host.cwd });
  const finding = findBuildx(host);
  // Whoever fails first is heard; the other must not become an unhandled rejection.
  finding.catch(() => {});
  const source = await openSource(host, args, finding);
  const buildx = await finding;
  if (source.hasConfig) await checkCommitted(host, source, { locked: args.own.locked });
  if (args.mode !== "build") return { exitCode: await showOnly(host, buildx, source, args), outcome: null };

  const use = cacheUse(args.own.cache, host.env, source.hasConfig);
  const building = namesToBuild(source, args);
  const choosing = Promise.all([
    ensureBuilder(host, buildx, { flag: args.builder, definition: source.builder, dir: source.dir }),
    source.definition ?? define(host, buildx, source, args),
  ]);
  const [builder, definition] = await choosing;
  const choice = use.read || use.write
    ? await chooseCache(host, {
        plan: source.plan,
        targets: building,
        definition,
        use,
        buildx,
        builder,
        hasConfig: source.hasConfig,
        dir: source.dir,
        rules: source.rules,
        flags: args.flags,
        scopes: { read: args.own.readScope, write: args.own.writeScope },
        strict: args.own.strict,
      })
    : noCache(building);
  await Promise.all(choice.folders.map((folder) => mkdir(folder, { recursive: true })));

  const finish = await openFinish(host, { buildx, builder, startedAt, metadataFile: args.metadataFile, reportFile: args.own.report });
  const { exitCode } = await buildx.exec(
    [
      "bake",
      "--builder",
      builder.name,
      "-f",
      "-",
      ...source.overlays.flatMap((file) => ["-f", file]),
      "--metadata-file",
      finish.metadataFile,
      ...source.overrides,
      ...args.passthrough,
      ...allowFlags(definition, choice, source, args),
      ...(source.hasConfig ? args.targets : targetsOf(definition)),
    ],
    {
      cwd: source.dir,
      env: { ...runFileEnv(host.env), ...choice.env, ...finish.env },
      input: runFile(source.plan, building, choice),
      terminal: true,
    },
  );
  return { exitCode, outcome: await finish.close({ exitCode, choice, targets: building, strict: args.own.strict }) };
}

/** What the plan knows of what was asked for; further files may bring targets that it does not know. */
function namesToBuild(source: BakeSource, args: BakeArgs): readonly string[] {
  if (!source.hasConfig) return Object.keys(source.plan.targets);
  const { targets, linked } = findRequested(source.plan, args.targets);
  return [...targets, ...linked];
}

/** Groups of a folder's own definition are in the run file under their names, but for the one that bake made up. */
function targetsOf(definition: BakeDefinition): readonly string[] {
  return definition.groups["default"]?.targets ?? Object.keys(definition.targets);
}

/** The run file; without a choice it has no cache lines. Never written to disk. */
function runFile(plan: Plan, targets: readonly string[], choice: CacheChoice): string {
  return emitRunFile(plan, {
    targets: Object.fromEntries(
      targets.map((name) => {
        const chosen = choice.targets[name];
        return [name, { cacheFrom: chosen?.cacheFrom ?? [], cacheTo: chosen?.cacheTo ?? [] }];
      }),
    ),
  });
}

async function define(host: Host, buildx: Buildx, source: BakeSource, args: BakeArgs): Promise<BakeDefinition> {
  return askDefinition(buildx, {
    dir: source.dir,
    env: runFileEnv(host.env),
    files: ["-", ...source.overlays],
    input: runFile(source.plan, namesToBuild(source, args), noCache([])),
    words: [...source.overrides, ...args.targets],
  });
}

/**
 * What bake would ask the user for. Writing it into the config was the consent; what bake files and the command line
 * add is asked for by bake itself, as without bkcache.
 */
function allowFlags(host: Host, agreed: BakeDefinition | null, choice: CacheChoice, source: BakeSource): readonly string[] {
  const targets: Record<string, BakeTarget> = {};
  for (const [name, target] of Object.entries(agreed?.targets ?? {})) targets[name] = target;
  for (const [name, { cacheFrom, cacheTo }] of Object.entries(choice.targets)) {
    targets[name] = { ...targets[name], "cache-from": cacheFrom, "cache-to": cacheTo };
  }
  const options = { cwd: source.dir, realpath: realpathIfThere, env: host.env };
  return computeAllow(targets, options).map((value) => `--allow=${value}`);
}

/** `--print`, `--list` and `--call`: bake's own answer to the same definition, without cache and without a report. */
async function showOnly(host: Host, buildx: Buildx, source: BakeSource, args: BakeArgs): Promise<number> {
  const names = args.mode === "list" ? Object.keys(source.plan.targets) : namesToBuild(source, args);
  const needsBuilder = args.mode === "call";
  const builder = needsBuilder
    ? await ensureBuilder(host, buildx, { flag: args.builder, definition: source.builder, dir: source.dir })
    : null;
  const allow = needsBuilder
    ? allowFlags(source.definition ?? (await define(host, buildx, source, args)), noCache([]), source, args)
    : [];
  const { exitCode } = await buildx.exec(
    [
      "bake",
      ...(builder === null ? [] : ["--builder", builder.name]),
      "-f",
      "-",
      ...source.overlays.flatMap((file) => ["-f", file]),
      ...source.overrides,
      ...args.passthrough,
      ...allow,
      ...args.targets,
    ],
    { cwd: source.dir, env: runFileEnv(host.env), input: runFile(source.plan, names, noCache([])), terminal: true },
  );
  return exitCode;
}

