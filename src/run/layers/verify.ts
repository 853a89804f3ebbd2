import type { Host } from "../../host/host.ts";
import type { BrokenCache, LayerVerification } from "../../layers/listing.ts";
import { isMeant, nameCache, type NamedLayers, type NameFilter, requireKnown, wordsFor } from "../../layers/names.ts";
import { forEachPlace, type LayerSelection, type OfPlaces } from "../../upkeep/layer-places.ts";

export interface VerifyRequest extends LayerSelection, NameFilter {
  /** Whether every layer is read and its digest compared. */
  readonly contents: boolean;
}

interface VerifiedPlace extends Omit<LayerVerification, "broken"> {
  readonly backend: string;
  readonly place: string;
  readonly broken: readonly (NamedLayers & BrokenCache)[];
}

export type VerifiedLayers = OfPlaces<VerifiedPlace>;

/**
 * Says which caches name layers that are not there, or are not what they should be.
 * @throws BkcacheError BK1002 for a word that means nothing: no cache is broken of a target that there is not.
 */
export async function verifyLayers(host: Host, request: VerifyRequest): Promise<VerifiedLayers> {
  const found = new Set<string>();
  const verified = await forEachPlace(host, request, async ({ backend, layers }, plan): Promise<VerifiedPlace> => {
    const verification = await layers.verify({
      isWanted: (name) => {
        for (const word of wordsFor(plan, name)) found.add(word);
        return isMeant(plan, name, request);
      },
      contents: request.contents,
      onProgress: ({ done, total }) => host.live([`verifying ${backend}: ${done} of ${total} layers`]),
    });
    host.live([]);
    const broken = verification.broken.map((each) => nameCache(plan, each));
    return { ...verification, backend, place: layers.place, broken };
  });
  if (verified.silent.length === 0) requireKnown(request.names, [...found, ...Object.keys(verified.plan.targets)]);
  return verified;
}
