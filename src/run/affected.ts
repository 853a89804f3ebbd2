import { splitBakeArgs } from "../bake/argv.ts";
import { findRequested, requireKnown } from "../bake/requested.ts";
import { keptDigestsFolder } from "../build/inputs.ts";
import { type Buildx, findBuildx } from "../builder/buildx.ts";
import { draftEntries } from "../cache/entries.ts";
import { findRecords, type FoundRecord } from "../cache/find-records.ts";
import { createRunRelay } from "../cache/run-relay.ts";
import { planInForce } from "../cache/level.ts";
import { resolveCacheUse } from "../cache/use.ts";
import { mapRecord } from "../config/records.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { awaitedLater } from "../host/awaited-later.ts";
import type { Host } from "../host/host.ts";
import { type Difference, findDifferences } from "../inputs/compare.ts";
import { createInputReader, type InputReader } from "../inputs/describe.ts";
import { createDockerfileReader } from "../source/dockerfiles.ts";
import { evaluate, namesToBuild } from "../source/evaluate.ts";
import { openSource } from "../source/open.ts";

export interface AffectedRequest {
  /** Targets and groups; the group `default` where there are none. */
  readonly names: readonly string[];
  readonly config: string | undefined;
  /** The scope to compare with; where it is left out, those that a bake would read. */
  readonly since: string | undefined;
}

/** A target against the cache that it would read. */
export interface AffectedTarget {
  readonly target: string;
  readonly isAffected: boolean;
  /** The cache that it was compared with; null where there is none. */
  readonly since: { readonly backend: string; readonly scope: string } | null;
  /** Why it counts as affected where nothing could be compared, else null; a clause for people. */
  readonly reason: string | null;
  readonly differences: readonly Difference[];
}

export interface Affected {
  readonly project: string;
  /** Those that were asked for, in order. */
  readonly targets: readonly AffectedTarget[];
  /** Backends that could not be asked. */
  readonly failed: readonly Diagnostic[];
}

/**
 * Which targets are not made of what their caches are made of. What cannot be known counts as affected, so that nothing is left
 * unbuilt by mistake. Asks no builder.
 * @throws BkcacheError as `bake` does for what is wrong before a build
 */
export async function findAffected(host: Host, { names, config, since }: AffectedRequest): Promise<Affected> {
  if (since === "") {
    throw new BkcacheError({
      code: "BK1002",
      message: "--since names no scope",
      hint: "name one, or leave it out to compare with what a bake would read; an empty variable of a script looks like this",
    });
  }
  const flags = config === undefined ? [] : ["--config", config];
  const args = splitBakeArgs([...flags, ...names], { cwd: host.cwd });
  const finding = awaitedLater(findBuildx(host));
  const source = await openSource(host, args, finding);
  const { dir, hasConfig } = source;
  if (source.definition === null) requireKnown(source.plan, names);
  const resolved = resolveCacheUse({ plan: source.plan, flags: { cache: "read" }, env: host.env, dir, hasConfig });
  const plan = planInForce(source.plan, resolved.level);
  const scopes =
    since === undefined
      ? resolved.scopes
      : mapRecord(resolved.scopes, (own) => ({ ...own, read: [{ scope: since, why: "--since names it" }] }));
  const all = namesToBuild(source, args);
  const drafts = draftEntries({ plan, targets: all, use: { ...resolved, scopes }, base: { dir, env: host.env } });
  const buildx = lazily(finding);
  const { definition, values } = await evaluate(host, { buildx, source, args }, { texts: drafts.texts, hasArgs: true });
  const asked = definition.groups["default"]?.targets ?? findRequested(plan, names).targets;
  const relay = createRunRelay(host);
  try {
    const reader = createInputReader(host, {
      project: plan.project,
      targets: definition.targets,
      read: createDockerfileReader(dir),
      dir,
      keepIn: keptDigestsFolder(host.env),
    });
    // While the backends answer.
    const describing = asked.map((name) => awaitedLater(reader.describe(name)));
    const candidates = await drafts.complete(host, values);
    const { targets, failed } = await findRecords(host, asked, { candidates, relay });
    await Promise.allSettled(describing);
    const compared = await Promise.all(asked.map((name) => compare(name, { reader, found: targets[name] ?? null })));
    await reader.keep();
    return { project: plan.project, targets: compared, failed };
  } finally {
    await relay.close();
  }
}

/** A project whose texts are all certain needs no buildx. */
function lazily(finding: Promise<Buildx>): Buildx {
  return {
    command: "buildx",
    prefix: [],
    version: null,
    exec: async (args, options) => (await finding).exec(args, options),
  };
}

interface Compared {
  readonly reader: InputReader;
  readonly found: FoundRecord | null;
}

async function compare(target: string, { reader, found }: Compared): Promise<AffectedTarget> {
  const since = found?.source ? { backend: found.source.backend, scope: found.source.scope } : null;
  const withReason = (reason: string): AffectedTarget => ({
    target,
    isAffected: true,
    since,
    reason,
    differences: [],
  });
  if (since === null || found === null) return withReason(found?.reason ?? "it has no cache to compare with");
  const { record } = found;
  if (record === null) return withReason("its cache has no note of what it was made of");
  const inputs = await reader.describe(target);
  const isSame = inputs.fingerprint === record.fingerprint && inputs.unknown.length === 0;
  if (isSame) return { target, isAffected: false, since, reason: null, differences: [] };
  const hasFiles = inputs.contexts.some(({ files }) => files !== null);
  const differences = findDifferences(inputs, record, hasFiles ? await found.readFiles() : null);
  return { target, isAffected: true, since, reason: null, differences };
}
