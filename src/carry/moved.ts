import { factsOf } from "../diagnostics/codes.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import type { ScopeFlags } from "../cache/scopes.ts";
import type { MountRestore, MountSave } from "../outcome/mounts.ts";
import type { CarriedMount } from "./find.ts";
import type { MountSelection } from "./selected-mounts.ts";
import type { MountSession } from "./session.ts";

/** Mounts that somebody asks to have moved, by name or all of them. */
export interface MoveRequest extends MountSelection {
  readonly scopes: ScopeFlags;
}

/** What became of one mount. */
export interface Moved<M extends MountRestore | MountSave> {
  readonly mount: CarriedMount;
  readonly result: M;
}

export interface MovedMounts<M extends MountRestore | MountSave> {
  /** Name of the backend. */
  readonly backend: string;
  readonly moved: readonly Moved<M>[];
  /** Why mounts were not moved: asked for by name, so each is an error. */
  readonly errors: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
}

/** The user waits for what he has asked for, and can break it off. The longest time that a timer of Node takes, in ms. */
export const noBudget = 2 ** 31 - 1;

/** What became of each mount, and which of the findings are errors: the mounts were asked for by name. */
export function sortMoved<M extends MountRestore | MountSave>(
  session: MountSession,
  mounts: readonly CarriedMount[],
  outcomes: ReadonlyMap<CarriedMount, M>,
  findings: readonly Diagnostic[],
): MovedMounts<M> {
  const moved = mounts.flatMap((mount) => {
    const result = outcomes.get(mount);
    return result === undefined ? [] : [{ mount, result }];
  });
  const isFatal = moved.some(({ result }) => isFailure(result));
  const isError = ({ code }: Diagnostic) => isFatal && !factsOf(code).isNotice;
  return {
    backend: session.backend,
    moved,
    errors: findings.filter(isError),
    warnings: findings.filter((finding) => !isError(finding)),
  };
}

/** Nothing to restore is no failure, but for snapshots that cannot be read. */
export function isFailure({ outcome, reason }: MountRestore | MountSave): boolean {
  return outcome === "failed" || outcome === "skipped" || (outcome === "absent" && reason !== null);
}
