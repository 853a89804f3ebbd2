import type { Plan } from "../bake/model.ts";
import { findBuildx } from "../builder/buildx.ts";
import { type CacheUse, writtenBy } from "../cache/use.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { draftBackend } from "../source/backend.ts";
import { evaluateTexts } from "../source/evaluate.ts";
import type { Texts } from "../source/values.ts";
import { type Place, resolvePlace, type StoreBackend } from "../store/place.ts";

/** A backend of which objects can be looked at. */
export interface KnownBackend {
  readonly backend: StoreBackend;
  readonly place: Place;
  /** Whether a run here writes there: layers or mounts. */
  readonly isWritten: boolean;
}

interface Request {
  /** Absolute. */
  readonly dir: string;
  readonly plan: Plan;
  readonly use: CacheUse;
}

export async function findBackends(host: Host, { use, ...request }: Request): Promise<readonly KnownBackend[]> {
  const found = await findPlaces(host, request);
  return found.map(({ backend, place }) => ({ backend, place, isWritten: isWritten(backend, request.plan, use) }));
}

/**
 * The backends that objects can be looked at of, each with its place.
 * @throws BkcacheError for all that is known to be wrong with places, where none of them is known.
 */
export async function findPlaces(
  host: Host,
  { dir, plan }: Omit<Request, "use">,
): Promise<readonly Omit<KnownBackend, "isWritten">[]> {
  const names = Object.entries(plan.backends).flatMap(([name, { type }]) =>
    ["s3", "gcs", "local"].includes(type) ? [name] : [],
  );
  const drafts = names.map((name) => draftBackend(plan, name, { dir, env: host.env }));
  const texts = Object.assign({}, ...drafts.map((draft) => draft.texts)) as Texts;
  const values = await evaluateTexts(host, () => findBuildx(host), { plan, dir, texts });
  const known: Omit<KnownBackend, "isWritten">[] = [];
  const wrong: Diagnostic[] = [];
  for (const backend of drafts.map((draft) => draft.fill(values))) {
    // A plain http endpoint that was agreed to is no reason to miss.
    const { place, stop } = await resolvePlace(backend, host.env);
    wrong.push(...stop);
    if (place !== null) known.push({ backend, place });
  }
  if (wrong.length > 0 && known.length === 0) throw BkcacheError.of(wrong);
  for (const finding of wrong) host.tell({ ...finding, level: "warning" });
  return known;
}

function isWritten({ name, type }: StoreBackend, plan: Plan, { layers, mounts, isLocalOnly }: CacheUse): boolean {
  if (isLocalOnly && type !== "local") return false;
  const targets = Object.values(plan.targets);
  // Without a config the targets are known to bake alone.
  const isOfLayers = targets.length === 0 || targets.some((target) => writtenBy(target).includes(name));
  return (layers.write && isOfLayers) || (mounts.write && plan.mountBackend === name);
}
