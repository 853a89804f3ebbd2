import { findBuildx } from "../builder/buildx.ts";
import { draftEntries, type TargetEntry } from "../cache/entries.ts";
import { countPlatforms, entriesInUse } from "../cache/entries-in-use.ts";
import { featuresOf } from "../cache/features.ts";
import type { GateInput } from "../cache/gates.ts";
import { planOnBuilder } from "../cache/routes.ts";
import { findObstacles } from "../cache/obstacles.ts";
import { findWays, type PlannedWay } from "../cache/ways.ts";
import type { Host } from "../host/host.ts";
import { evaluateTexts } from "../source/evaluate.ts";
import { findGoogleCredentials } from "../store/credentials.ts";
import { isBucket } from "./known-backends.ts";
import type { Setup } from "./setup.ts";

/** The cache entries that targets may get in any run, read and written, here or in CI; null where the targets are not known. */
export async function findEntries(setup: Setup, host: Host): Promise<readonly TargetEntry[] | null> {
  const [source, whole] = await Promise.all([setup.source.value, setup.whole.value]);
  if (source === null || whole === null) return null;
  const { plan, definition } = whole;
  const { dir } = source;
  const targets = Object.keys(definition.targets).filter((name) => Object.hasOwn(plan.targets, name));
  const use = { ...whole.use, layers: { read: true, write: true }, isLocalOnly: false };
  const drafts = draftEntries({ plan, targets, use, base: { dir, env: host.env } });
  const values = await evaluateTexts(host, () => findBuildx(host), { plan, dir, texts: drafts.texts });
  // A plain http endpoint that was agreed to is no reason to miss.
  return drafts.complete({ ...host, tell: () => {} }, values);
}

export interface Passed {
  readonly gate: GateInput;
  /** Of the buckets. */
  readonly ways: Readonly<Record<string, PlannedWay>>;
}

/** What a bake would pass to the builder, and by which ways; null where that is not known. */
export async function findPassed(setup: Setup, host: Host): Promise<Passed | null> {
  const [candidates, whole, session, buildx, rules] = await Promise.all([
    findEntries(setup, host),
    setup.whole.value,
    setup.session.value,
    setup.buildx.value,
    setup.rules(),
  ]);
  if (candidates === null || whole === null || session === null) return null;
  const { plan, definition } = whole;
  const platforms = (target: string) => countPlatforms(definition.targets[target]);
  const gate: GateInput = {
    entries: entriesInUse(candidates, { platforms, isRelayed: () => false }),
    builder: session.builder,
    buildx: buildx?.version ?? null,
    features: featuresOf({ targets: definition.targets, variables: plan.variables }),
    env: host.env,
    rules,
  };
  const buckets = ((await setup.backends.value) ?? []).filter(isBucket);
  const used = Object.fromEntries(buckets.map(({ backend }) => [backend.name, backend]));
  const asked = { used, ways: findWays(used, host.env), session: Promise.resolve(session) };
  const known = { google: findGoogleCredentials(host.env), gate, obstacles: await findObstacles(host, asked) };
  const ways: Record<string, PlannedWay> = {};
  for (const { backend } of buckets) {
    const way = planOnBuilder(backend, known);
    if (way !== null) ways[backend.name] = way;
  }
  const isRelayed = (backend: string) => ways[backend]?.way === "relay";
  return { gate: { ...gate, entries: entriesInUse(candidates, { platforms, isRelayed }) }, ways };
}
