import type { BucketPlace } from "../store/place.ts";
import type { KnownBackend } from "./backends.ts";
import type { Setup } from "./setup.ts";

/** One in a bucket. */
export type KnownBucket = KnownBackend & { readonly place: BucketPlace };

/** Names of the backends, for the subjects of a check. */
export async function backendNames(
  setup: Setup,
  isMeant: (known: KnownBackend) => boolean = () => true,
): Promise<readonly string[]> {
  return ((await setup.backends.value) ?? []).filter(isMeant).map(({ backend }) => backend.name);
}

export async function requireBackend(setup: Setup, name: string): Promise<KnownBackend> {
  const found = (await setup.backends.value)?.find(({ backend }) => backend.name === name);
  if (found === undefined) throw new Error(`no backend ${name}`);
  return found;
}

export function isBucket(known: KnownBackend): known is KnownBucket {
  return known.place.type !== "local";
}

/** @throws Error for a backend that is in no bucket. */
export async function requireBucket(setup: Setup, name: string): Promise<KnownBucket> {
  const known = await requireBackend(setup, name);
  if (!isBucket(known)) throw new Error(`backend ${name} is in no bucket`);
  return known;
}
