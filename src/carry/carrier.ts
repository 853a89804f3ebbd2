import type { BakeDefinition } from "../bake/printed.ts";
import type { Plan } from "../bake/model.ts";
import type { Hold } from "../builder/gateway/presence.ts";
import type { MountRecord } from "../builder/gateway/records.ts";
import { factsOf } from "../diagnostics/codes.ts";
import { readDuration } from "../diagnostics/units.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { Level } from "../config/schema.gen.ts";
import type { Host } from "../host/host.ts";
import { importWhole } from "../host/import-whole.ts";
import type { StoreBackend } from "../store/place.ts";
import type { CacheChoice } from "../cache/choice.ts";
import type { CacheUse } from "../cache/use.ts";
import { sharedScopes } from "../cache/scopes.ts";
import type { DockerfileReader } from "../source/dockerfiles.ts";
import type { History } from "../outcome/history.ts";
import { readSteps } from "../outcome/steps.ts";
import type { BuilderSession } from "../builder/session.ts";
import { type CarriedMount, findCarriedMounts, platformOf } from "./find.ts";
import { findingsOf } from "./findings.ts";
import { warnsOfCollection } from "./gc.ts";
import { readKeys } from "./keys.ts";
import { type MountReport, type MountSave, nothingMoved } from "../outcome/mounts.ts";
import { type RestoredMounts, type RestoreRequest, restoreMounts } from "./restore.ts";
import { findTooOld, readStates } from "./records.ts";
import { addStore, type MountBackends } from "./session.ts";
import { announceBuild, enterBuild, prepareTurn } from "./turn.ts";
import { writerOf } from "./writer.ts";
import { type Ci, readCi } from "../ci/ci.ts";

export interface CarryRequest {
  readonly plan: Plan;
  readonly targets: readonly string[];
  readonly definition: BakeDefinition;
  /** The caller's, who closes it. */
  readonly nodes: BuilderSession;
  /** What its only node has of mounts, where that was asked already. */
  readonly records: Promise<readonly MountRecord[] | null> | null;
  readonly backends: MountBackends;
  readonly use: CacheUse;
  readonly readDockerfile: DockerfileReader;
  /** Folder of the definition's paths. Absolute. */
  readonly dir: string;
  readonly strict: boolean;
  /** `rules` of the config. */
  readonly rules: Readonly<Record<string, Level>>;
}

/** The cache mounts of one build: filled before it, saved after it. */
export interface Carrier {
  readonly mounts: readonly CarriedMount[];
  /**
   * @param leftOut backends that layers cannot use, which was said
   * @param whyNot why a mount need not be filled; a save of it is made on top of the newest snapshot
   * @throws BkcacheError under `strict`, where the cache failed.
   */
  restore(leftOut: CacheChoice["leftOut"], whyNot?: RestoreRequest["whyNot"]): Promise<void>;
  /**
   * Saves what the build may have changed. Returns what failed.
   * @param histories of each attempt: what ran in one that failed comes from the cache in the next
   */
  save(...histories: readonly History[]): Promise<readonly Diagnostic[]>;
  report(): readonly MountReport[];
  /** Closes the store; the builder stays open. */
  close(): Promise<void>;
}

/** Finds the mounts of a build. Null where it has none, which costs no connection. */
export async function openCarrier(host: Host, request: CarryRequest): Promise<Carrier | null> {
  const { plan, targets, definition, nodes, dir, strict } = request;
  const { mounts: use, scopes } = request.use;
  const { mounts, findings } = findCarriedMounts({
    plan,
    targets,
    definition,
    read: request.readDockerfile,
    platform: platformOf(nodes.builder),
  });
  const failures = findings.filter(({ code }) => !factsOf(code).isNotice);
  if (strict && failures.length > 0) throw BkcacheError.of(failures);
  warn(host, findings);
  if (mounts.length === 0) return null;
  const session = addStore(nodes, request.backends);
  // Each run takes it once the caches are chosen, before buildx.
  void prepareTurn(session, mounts);
  const keys = await readKeys(mounts, dir);
  warn(host, keys.findings);
  // Asked while the layer cache is looked for: of a builder with many records the answer takes its time.
  const states = use.read ? readStates(session, mounts, request.records) : undefined;
  states?.catch(() => {});

  const scopesOf = (mount: CarriedMount) => sharedScopes(scopes, mount.targets).read;
  const scopeOf = (mount: CarriedMount) => sharedScopes(scopes, mount.targets).write;
  let restored: RestoredMounts | null = null;
  let saved: ReadonlyMap<CarriedMount, MountSave> = new Map();
  /** Why the store is left alone for the rest of the run; it was said. */
  let unusable: Diagnostic | null = null;
  const budgetMs = readDuration(plan.mountBudget.restore);
  /** What others see while buildx is at work. */
  let building: Hold | null = null;
  /** Why others do not see it. */
  let unseen: Diagnostic | null = null;
  const announce = async (): Promise<void> => {
    try {
      building = await announceBuild(session, mounts);
    } catch (error) {
      const [reason] = findingsOf(error);
      if (reason === undefined) throw error;
      const message = `other runs of bkcache do not see this build, and may open its cache mounts: ${reason.message}`;
      unseen = { ...reason, message };
    }
  };
  /** @throws BkcacheError under `strict`, where any of them is a failure. */
  const sayFound = (found: readonly Diagnostic[]): void => {
    // What has failed before is said already.
    const isSaid = unseen === null || found.some(({ code }) => code === unseen?.code);
    const findings = unseen === null || isSaid ? found : [...found, unseen];
    const failures = findings.filter(({ code }) => !factsOf(code).isNotice);
    if (strict && failures.length > 0) throw BkcacheError.of(failures);
    warn(host, findings);
  };
  return {
    mounts,
    async restore(leftOut, whyNot) {
      if (!use.read) {
        // What will not be saved is said before the build, too.
        unusable = use.write ? await findTooOld(session, mounts) : null;
        if (unusable === null) await enterBuild(session, mounts, { budgetMs, announce });
        sayFound(unusable === null ? [] : [unusable]);
        return;
      }
      unusable = findUnusable(request.backends.own, leftOut);
      if (unusable !== null) {
        const skipped = { ...nothingMoved, outcome: "skipped", reason: unusable.message } as const;
        const outcomes = new Map(mounts.map((mount) => [mount, skipped]));
        restored = {
          outcomes,
          loaded: new Map(),
          foreign: new Map(),
          damages: new Map(),
          incomplete: new Set(),
          findings: [],
        };
        await enterBuild(session, mounts, { budgetMs, announce });
        sayFound([]);
        return;
      }
      restored = await restoreMounts(session, {
        mounts,
        states,
        scopesOf,
        writtenScopeOf: scopeOf,
        keyOf: keys.of,
        budgetMs,
        announce,
        whyNot,
      });
      sayFound(restored.findings);
      unusable = restored.findings.find(({ code }) => factsOf(code).isLasting) ?? null;
    },
    async save(...histories) {
      const released = building?.release();
      building = null;
      if (!use.write) return [];
      const { used, unused } = partByUse(mounts, histories);
      const idle: MountSave = { ...nothingMoved, outcome: "unused", reason: "no step of the build ran with it" };
      const idles = unused.map((mount) => [mount, idle] as const);
      if (used.length === 0) {
        saved = new Map(idles);
        return [];
      }
      if (unusable !== null) {
        const skipped: MountSave = { ...nothingMoved, outcome: "skipped", reason: unusable.message };
        saved = new Map([...used.map((mount) => [mount, skipped] as const), ...idles]);
        return [];
      }
      // Else it would be a build that the mounts are in use by. Where nothing is saved, nobody waits for it.
      await released;
      const ci = readCi(host.env);
      const { saveMounts } = await importWhole(() => import("./save.ts"));
      const result = await saveMounts(session, {
        mounts: used,
        scopeOf,
        parentScopesOf: (mount) => [...new Set([scopeOf(mount), ...scopesOf(mount)])],
        keyOf: keys.of,
        parents: restored?.loaded ?? new Map(),
        foreign: restored?.foreign ?? new Map(),
        damages: restored?.damages ?? new Map(),
        incomplete: restored?.incomplete ?? new Set(),
        writer: writerOf(ci, request.use.level),
        warnsOfCollection: warnsOfCollection({ driver: nodes.builder.driver, ci, rules: request.rules }),
        budgetMs: readDuration(plan.mountBudget.save),
        firstBudgetMs: firstBudgetOf(plan, ci),
        // Known is it only where this run has looked for a snapshot.
        isFirst: (mount) => {
          const result = restored?.outcomes.get(mount);
          return result?.outcome === "absent" && result.reason === null;
        },
      });
      saved = new Map([...result.outcomes, ...idles]);
      warn(
        host,
        result.findings.filter(({ code }) => factsOf(code).isNotice),
      );
      return result.findings.filter(({ code }) => !factsOf(code).isNotice);
    },
    report: () =>
      mounts.map((mount) => ({
        name: mount.name,
        id: mount.identity.id,
        platform: mount.platform,
        targets: mount.targets,
        restore: restored?.outcomes.get(mount) ?? null,
        save: saved.get(mount) ?? null,
      })),
    async close() {
      await building?.release();
      await session.closeStore();
    },
  };
}

/** What is there already takes seconds; to store all of a large mount takes minutes, and is paid once. */
const firstInCi = 600_000;

/** Milliseconds. */
function firstBudgetOf({ mountBudget: { save, first } }: Plan, ci: Ci): number {
  if (first !== undefined) return readDuration(first);
  return Math.max(readDuration(save), ci.sign === null ? 0 : firstInCi);
}

/**
 * What layers have found of the backend and holds for mounts too. BuildKit itself takes other credentials for Google's
 * store than mounts and the relay do.
 */
function findUnusable({ name, type }: StoreBackend, leftOut: CacheChoice["leftOut"]): Diagnostic | null {
  const found = leftOut.find(({ backend }) => backend === name);
  if (found === undefined || !factsOf(found.diagnostic.code).isLasting) return null;
  const isOfKeys = type === "gcs" && found.way !== "relay";
  return isOfKeys && factsOf(found.diagnostic.code).isOfCredentials ? null : found.diagnostic;
}

/** Steps that came from the cache never saw their mounts. Where nobody knows what ran, all may have changed. */
function partByUse(mounts: readonly CarriedMount[], histories: readonly History[]) {
  const mayHaveRun = (target: string): boolean =>
    histories.some(({ targets }) => {
      const progress = targets[target]?.progress;
      if (progress === undefined || progress === null) return true;
      return readSteps(progress).steps.ran.some(({ name }) => / RUN /.test(name));
    });
  const isUsed = (mount: CarriedMount) => mount.targets.some(mayHaveRun);
  return { used: mounts.filter(isUsed), unused: mounts.filter((mount) => !isUsed(mount)) };
}

function warn(host: Host, findings: readonly Diagnostic[]): void {
  for (const finding of findings) host.tell({ ...finding, level: "warning" });
}
