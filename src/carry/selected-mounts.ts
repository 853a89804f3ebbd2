import type { Plan } from "../bake/model.ts";
import type { LevelInForce } from "../cache/level.ts";
import type { Level } from "../config/schema.gen.ts";
import { findBuildx } from "../builder/buildx.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { suggest } from "../diagnostics/nearest.ts";
import type { Host } from "../host/host.ts";
import { findRequested } from "../bake/requested.ts";
import { createDockerfileReader } from "../source/dockerfiles.ts";
import { awaitedLater } from "../host/awaited-later.ts";
import { type BuilderSession, openBuilderSession } from "../builder/session.ts";
import { type CarriedMount, findCarriedMounts, platformOf } from "./find.ts";
import { addStore, type MountSession } from "./session.ts";
import { defineWhole, type MountSource, openBackends, openMountSource } from "./source.ts";

export interface MountSelection {
  readonly config: string | undefined;
  readonly builder: string | undefined;
  /** Mounts, targets and groups; the mounts of all targets where there are none. */
  readonly names: readonly string[];
  readonly onLevel?: Parameters<typeof openMountSource>[1]["onLevel"];
}

/** The mounts that a command is to work on, and where. */
export interface SelectedMounts<S> {
  readonly plan: Plan;
  /** Absolute folder that relative paths of the plan count from. */
  readonly dir: string;
  readonly mounts: readonly CarriedMount[];
  readonly session: S;
  /** `rules` of the config. */
  readonly rules: Readonly<Record<string, Level>>;
  /** As in `MountSource`. */
  readonly level: LevelInForce | null;
}

/**
 * Finds the mounts as a bake does: through the Dockerfiles of the targets.
 * @throws BkcacheError BK1002 for a word that is neither mount nor target, BK2xxx for the config, BK4xxx for the builder.
 */
export async function withSelectedMounts<T>(
  host: Host,
  request: MountSelection,
  use: (carried: SelectedMounts<MountSession>) => Promise<T>,
): Promise<T> {
  const source = await openMountSource(host, request);
  const backends = await openBackends(host, source);
  return open(host, source, request, {
    extend: (session) => addStore(session, backends),
    use,
  });
}

/** The same for a command that needs no store. */
export async function withLocalMounts<T>(
  host: Host,
  request: MountSelection,
  use: (carried: SelectedMounts<BuilderSession>) => Promise<T>,
): Promise<T> {
  const source = await openMountSource(host, request);
  return open(host, source, request, { extend: (session) => session, use });
}

async function open<S extends BuilderSession, T>(
  host: Host,
  source: MountSource,
  request: MountSelection,
  options: {
    readonly extend: (session: BuilderSession) => S;
    readonly use: (carried: SelectedMounts<S>) => Promise<T>;
  },
): Promise<T> {
  const buildx = await findBuildx(host);
  const { dir } = source;
  const opening = awaitedLater(
    openBuilderSession(host, buildx, { flag: request.builder, definition: source.builder, dir }).then(options.extend),
  );
  try {
    const { plan, definition } = await defineWhole(host, buildx, source);
    const session = await opening;
    const targets = Object.keys(plan.targets).filter((name) => Object.hasOwn(definition.targets, name));
    const { mounts, findings } = findCarriedMounts({
      plan,
      targets,
      definition,
      read: createDockerfileReader(dir),
      platform: platformOf(session.builder),
    });
    const chosen = selectMounts(plan, mounts, request.names);
    tell(host, findings);
    const rules = source.project?.valid.config.rules ?? {};
    return await options.use({ plan, dir, mounts: chosen, session, rules, level: source.level });
  } finally {
    await opening.then((session) => session.close()).catch(() => {});
  }
}

/**
 * The mounts that these names mean, each once.
 * @throws BkcacheError BK1002 for a name that means none.
 */
export function selectMounts(
  plan: Plan,
  mounts: readonly CarriedMount[],
  names: readonly string[],
): readonly CarriedMount[] {
  if (names.length === 0) return mounts;
  const chosen = new Set<CarriedMount>();
  const unknown: Diagnostic[] = [];
  for (const given of names) {
    const named = mounts.filter(({ name, identity, storeId }) => [name, identity.id, storeId].includes(given));
    const { targets, unknown: strange } = findRequested(plan, [given]);
    const ofTargets = mounts.filter((mount) => mount.targets.some((target) => targets.includes(target)));
    for (const mount of [...named, ...ofTargets]) chosen.add(mount);
    if (named.length > 0 || strange.length === 0) continue;
    if (Object.hasOwn(plan.mounts, given)) {
      unknown.push({ code: "BK1002", message: `no target uses the mount "${given}"` });
      continue;
    }
    const known = [...mounts.map(({ name }) => name), ...Object.keys(plan.targets), ...Object.keys(plan.groups)];
    const guess = suggest(given, known);
    const hint = guess === undefined ? {} : { hint: `did you mean ${guess}?` };
    unknown.push({ code: "BK1002", message: `no mount or target "${given}"`, ...hint });
  }
  if (unknown.length > 0) throw BkcacheError.of(unknown);
  return mounts.filter((mount) => chosen.has(mount));
}

function tell(host: Host, findings: readonly Diagnostic[]): void {
  for (const finding of findings) host.tell({ ...finding, level: "warning" });
}
