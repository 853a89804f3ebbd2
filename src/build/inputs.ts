import type { Builder } from "../builder/inspect.ts";
import { mayTakeShortcuts } from "../builder/shortcuts.ts";
import type { Destination } from "../cache/choice.ts";
import type { RunRelay } from "../cache/run-relay.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { userCachePath } from "../host/user-cache.ts";
import { within } from "../host/within.ts";
import { createInputReader, type InputReader } from "../inputs/describe.ts";
import { recordKey } from "../inputs/keys.ts";
import type { TargetInputs } from "../inputs/model.ts";
import { writeRecord } from "../inputs/record.ts";
import type { RestoreRequest } from "../carry/restore.ts";
import { writerOf } from "../carry/writer.ts";
import { readCi } from "../ci/ci.ts";
import type { History } from "../outcome/history.ts";
import { canonicalImage, imagesOf } from "../outcome/images.ts";
import type { Progress } from "../outcome/progress.ts";
import { readSteps } from "../outcome/steps.ts";
import { isUnmended } from "./calls.ts";
import type { BuildRequest, Ready } from "./ready.ts";

/** What the targets of a run are made of; a text says why that is not known of one. */
export type Described = ReadonlyMap<string, TargetInputs | string>;

/** Where digests of files are kept for later runs, absolute; null where each run is to read them. */
export function keptDigestsFolder(env: Host["env"]): string | null {
  return mayTakeShortcuts(env) ? userCachePath(env, "digests") : null;
}

interface DescribeOptions {
  /** Ends it where nobody waits for it any more. */
  readonly stop: AbortSignal;
  /** When buildx was started, in ms since the epoch; null before. */
  readonly builtSince: () => number | null;
}

/**
 * Looks at what the targets are made of, as soon as it is known what they are and between all else. Never fails.
 */
export async function describeTargets(
  { env, signal }: Host,
  request: BuildRequest,
  { stop, builtSince }: DescribeOptions,
): Promise<Described> {
  const { plan, targets, evaluated, readDockerfile, dir, cache } = request;
  const described = new Map<string, TargetInputs | string>();
  if (!cache.use.layers.read && !cache.use.layers.write) return described;
  let reader: InputReader | undefined;
  try {
    const { definition } = await evaluated;
    reader = createInputReader(
      { env, signal: AbortSignal.any([signal, stop]) },
      {
        project: plan.project,
        targets: definition.targets,
        read: readDockerfile,
        dir,
        keepIn: keptDigestsFolder(env),
        builtSince,
      },
    );
    for (const name of targets) {
      described.set(name, await reader.describe(name).catch(reasonOf));
    }
  } catch (error) {
    for (const name of targets) if (!described.has(name)) described.set(name, reasonOf(error));
  }
  void reader?.keep();
  return described;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Time in ms that a mount which the builder lacks waits for it: it takes less but for contexts of many gigabytes. */
const patience = 2_000;

interface IdleRequest {
  readonly ready: Ready;
  readonly builder: Builder;
  readonly describe: () => Promise<Described>;
}

/**
 * Why a mount need not be filled: no step of its targets will run, since they are made of what the caches are made of that they
 * read. A base image that has moved since is not seen: then its steps run with what the builder has.
 */
export function findIdleMounts({ ready, builder, describe }: IdleRequest): RestoreRequest["whyNot"] {
  const { choice, targets } = ready;
  const candidates = runsAll(ready) ? [] : targets.filter((name) => choice.targets[name]?.record?.unknown.length === 0);
  if (candidates.length === 0) return undefined;
  const isIdle = (name: string, inputs: TargetInputs | string | undefined): boolean => {
    const record = choice.targets[name]?.record;
    if (inputs === undefined || typeof inputs === "string" || record === undefined || record === null) return false;
    const isSame = inputs.unknown.length === 0 && inputs.fingerprint === record.fingerprint;
    const mayRun = inputs.settings.some(({ name: setting }) => setting.startsWith("no-cache"));
    // Those lose what they import, and run their steps again.
    const mayLose = inputs.linked.length > 0 && isUnmended(builder);
    return isSame && !mayRun && !mayLose && isSamePlatform(record.platforms, platformsOf(inputs, builder));
  };
  let waiting: Promise<Described | null> | undefined;
  return async ({ targets: users }) => {
    if (!users.every((name) => candidates.includes(name))) return null;
    const described = await (waiting ??= within(describe(), patience, null));
    if (!users.every((name) => isIdle(name, described?.get(name)))) return null;
    const [first = ""] = users;
    const who = users.length > 3 ? `its ${users.length} targets` : users.join(", ");
    return `no step will use it: ${who} ${who === first ? "is" : "are"} unchanged`;
  };
}

/** Whether the command line says that steps run, whatever is cached. */
export function runsAll({ steps }: Ready): boolean {
  return steps.some(({ args }) => args.some((arg) => /^--no-cache(?:-filter)?(?:=|$)/.test(arg)));
}

function isSamePlatform(before: readonly string[], now: readonly string[]): boolean {
  return before.length === now.length && before.every((platform) => now.includes(platform));
}

/** That are built: the target's own, else the builder's. */
export function platformsOf({ settings }: TargetInputs, { nodes }: Builder): readonly string[] {
  const own = settings.find(({ name }) => name === "platforms")?.value ?? null;
  return own === null ? nodes.slice(0, 1).flatMap(({ platforms }) => platforms.slice(0, 1)) : own.split(", ");
}

interface NoteRequest {
  readonly request: BuildRequest;
  readonly ready: Ready;
  readonly relay: RunRelay;
  readonly describing: Promise<Described>;
  readonly history: History;
}

/** Time in ms that a build whose steps were all cached waits for it at its end. */
const lastWait = 200;
/** A rule of the bucket that deletes by age must find the note as young as the cache. */
const renewedAfter = 24 * 3_600_000;
/** Time in ms: the build is over. */
const noteBudget = 10_000;

/** Notes beside each cache that was written what the target was made of. What cannot be noted is said. */
export async function noteInputs(
  host: Host,
  { request, ready, relay, describing, history }: NoteRequest,
): Promise<void> {
  const { choice, builder, targets } = ready;
  const written = targets.flatMap((target) => {
    const progress = history.targets[target]?.progress ?? null;
    const destinations = choice.targets[target]?.destinations ?? [];
    if (progress === null) return [];
    return destinations.flatMap((place) => (isExported(place, progress) ? [{ target, progress, place }] : []));
  });
  if (written.length === 0) return;
  // A build of which nothing ran leaves no other cache than there was, as a rule: contexts of gigabytes do not hold it up.
  const hasRun = written.some(({ progress }) => readSteps(progress).steps.ran.length > 0);
  const described = hasRun ? await describing : await within(describing, lastWait, null);
  if (described === null) return;
  const signal = AbortSignal.any([host.signal, AbortSignal.timeout(noteBudget)]);
  const failed = new Set<string>();
  const writer = writerOf(readCi(host.env), request.cache.use.level);
  const note = async ({ target, progress, place }: (typeof written)[number]): Promise<void> => {
    const { name, record, declared } = place;
    const inputs = described.get(target);
    if (inputs === undefined || typeof inputs === "string" || declared === null || failed.has(declared.name)) return;
    const digests = imagesOf(progress);
    const images = Object.fromEntries(
      inputs.images.flatMap((image) => {
        const digest = image.resolved === null ? undefined : digests.get(canonicalImage(image.resolved));
        return digest === undefined ? [] : [[image.name, digest]];
      }),
    );
    const mode = request.plan.targets[target]?.cache.mode ?? "max";
    const platforms = platformsOf(inputs, builder);
    const isKnown =
      record !== null &&
      record.fingerprint === inputs.fingerprint &&
      record.mode === mode &&
      isSamePlatform(record.platforms, platforms) &&
      record.images.every((image) => (images[image.name] ?? image.digest) === image.digest) &&
      Math.abs(host.now() - record.created) < renewedAfter;
    if (isKnown) return;
    const bytes = await writeRecord(inputs, { name, created: host.now(), mode, platforms, images, writer });
    if (bytes === null) return;
    try {
      await (await relay.store(declared)).put(recordKey(name), bytes, { signal });
    } catch (error) {
      if (host.signal.aborted || failed.has(declared.name)) return;
      failed.add(declared.name);
      const reason = error instanceof BkcacheError ? error.message : `backend "${declared.name}": ${reasonOf(error)}`;
      host.tell({ level: "warning", code: "BK5018", message: `${reason}; what its caches are made of was not noted` });
    }
  };
  await Promise.all(written.map(note));
}

function isExported({ entry }: Destination, progress: Progress): boolean {
  return readSteps(progress).exports.some(({ type, hasFailed }) => type === entry["type"] && !hasFailed);
}
