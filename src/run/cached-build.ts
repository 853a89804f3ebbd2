import type { BakeDefinition } from "../bake/printed.ts";
import type { BakeTarget, Plan } from "../bake/model.ts";
import type { Buildx } from "../builder/buildx.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import type { ExecOptions, Host } from "../host/host.ts";
import { type CacheChoice, chooseCache, noCache } from "../cache/choose.ts";
import type { CacheUse } from "../cache/use.ts";
import type { Evaluated } from "../source/evaluate.ts";
import type { RunScopes } from "../cache/scopes.ts";
import type { EntryDrafts } from "../cache/entries.ts";
import { openFinish } from "./finish.ts";
import type { FinishRequest } from "./request.ts";
import type { GateInput } from "../cache/gates.ts";
import { findCachesInContext } from "../cache/inside-context.ts";
import type { BackendDraft } from "../carry/backend.ts";
import type { BuilderSession } from "../builder/session.ts";
import { openCarrier } from "../carry/carrier.ts";
import type { Outcome } from "./conclude.ts";
import { awaitedLater } from "../host/awaited-later.ts";

export interface BakeResult {
  /** buildx's own. */
  readonly exitCode: number;
  /** Null where nothing was built (`--print`, `--list`, `--call`): then buildx has said everything. */
  readonly outcome: Outcome | null;
}

type Use = Pick<CacheUse, "read" | "write">;

/** What `bake` and `build` have found out before a builder is needed, and what they tell buildx. */
export interface CachedBuild {
  /** What buildx is asked for. */
  readonly verb: "bake" | "build";
  readonly buildx: Buildx;
  /** Closed at the end. */
  readonly session: Promise<BuilderSession>;
  readonly plan: Plan;
  readonly targets: readonly string[];
  readonly scopes: RunScopes;
  /** What the build may do with its layer cache, and with its mounts: entries of the user's own replace the first alone. */
  readonly use: { readonly layers: Use; readonly mounts: Use };
  readonly drafts: EntryDrafts;
  /** Null where no mounts are carried. */
  readonly mountBackend: BackendDraft | null;
  readonly evaluated: Promise<Evaluated>;
  readonly rules: NonNullable<GateInput["rules"]>;
  /** What the command line asks of bake itself. */
  readonly features: (definition: BakeDefinition) => GateInput["features"];
  /** Folder that relative paths of the definition count from, and those of the mounts' backend. Absolute. */
  readonly dir: string;
  /** Folder that buildx runs in. Absolute. */
  readonly runDir: string;
  /** In ms since the epoch. */
  readonly startedAt: number;
  readonly args: FinishRequest["args"];
  /** Work for the time in which buildx runs; what it finds is said when the terminal is free again. */
  readonly meanwhile?: () => Promise<readonly Diagnostic[]>;
  /** Worked out when the folders of local caches exist. */
  command(choice: CacheChoice, evaluated: Evaluated): Promise<BuildCommand>;
}

/** A call of buildx, but for the builder and the metadata file. */
export interface BuildCommand {
  readonly args: readonly string[];
  /** The keys of a cache come on top. */
  readonly env: ExecOptions["env"];
  readonly input?: string;
}

/**
 * A build of buildx with its caches: chooses those of the layers, fills the mounts that the builder lacks, runs buildx, saves
 * the mounts and reads what happened.
 * @throws BkcacheError for all that is wrong before the build starts.
 */
export async function runCachedBuild(host: Host, build: CachedBuild): Promise<BakeResult> {
  const { buildx, plan, targets, scopes, use, mountBackend, evaluated, dir, args } = build;
  const { strict } = args.own;
  // Bake has not yet said whether there are mounts. Where the builder can be asked at once, its answer is here by then.
  const records =
    mountBackend === null || !use.mounts.read
      ? null
      : awaitedLater(build.session.then(async (nodes) => (await nodes.readyGateway())?.listMountRecords() ?? null));
  const carrying = awaitedLater(
    Promise.all([build.session, evaluated]).then(([nodes, { definition, values }]) =>
      mountBackend === null
        ? null
        : openCarrier(host, {
            plan,
            targets,
            scopes,
            definition,
            nodes,
            records,
            dir,
            strict,
            rules: build.rules,
            use: use.mounts,
            backend: mountBackend.fill(values),
          }),
    ),
  );
  try {
    const choice = use.layers.read || use.layers.write ? await chooseFor(host, build) : noCache;
    const [nodes, known] = await Promise.all([build.session, evaluated]);
    for (const finding of findCachesInContext(known.definition.targets, choice, build.runDir)) {
      host.tell({ ...finding, level: "warning" });
    }
    const command = await build.command(choice, known);

    const carrier = await carrying;
    await carrier?.restore(choice.leftOut);
    const finish = await openFinish(host, {
      buildx,
      nodes,
      startedAt: build.startedAt,
      args,
      targets,
      choice,
      carrier,
      isSingle: build.verb === "build",
    });
    const toMetadata = finish.metadataFile === null ? [] : ["--metadata-file", finish.metadataFile];
    const running = buildx.exec([build.verb, "--builder", nodes.builder.name, ...toMetadata, ...command.args], {
      cwd: build.runDir,
      env: { ...command.env, ...choice.env, ...finish.env },
      ...(command.input === undefined ? {} : { input: command.input }),
      terminal: true,
    });
    finish.prepare();
    const found = awaitedLater(build.meanwhile?.() ?? Promise.resolve([]));
    const { exitCode } = await running;
    const outcome = await finish.close(exitCode);
    for (const finding of await found) host.tell({ ...finding, level: "warning" });
    return { exitCode, outcome };
  } catch (error) {
    // Its connection would keep the process.
    await carrying.then((carrier) => carrier?.close()).catch(() => {});
    await build.session.then((nodes) => nodes.close()).catch(() => {});
    throw error;
  }
}

function chooseFor(host: Host, build: CachedBuild): Promise<CacheChoice> {
  const { plan, targets, scopes, drafts, evaluated } = build;
  const gate = Promise.all([build.session, evaluated]).then(([{ builder }, { definition }]) => ({
    builder,
    buildx: build.buildx.version,
    features: build.features(definition),
    rules: build.rules,
    platforms: (target: string) => countPlatforms(definition.targets[target]),
  }));
  return chooseCache(host, {
    plan,
    targets,
    scopes,
    drafts,
    keys: build.verb === "bake" ? "run file" : "environment",
    use: build.use.layers,
    values: evaluated.then(({ values }) => values),
    gate: awaitedLater(gate),
    dir: build.runDir,
    strict: build.args.own.strict,
  });
}

function countPlatforms(target: BakeTarget | undefined): number | null {
  const platforms = target?.platforms ?? [];
  return "variable" in platforms ? null : platforms.length;
}
