import type { Version } from "../builder/versions.ts";
import { isAtLeast } from "../builder/versions.ts";

/** Something of bake that older versions of buildx do not have. */
export interface BuildxFeature {
  /** As the user wrote it. */
  readonly name: string;
  /** First version of buildx that has it. */
  readonly since: string;
}

/** What every run needs: cache entries in object form, `--list`. */
const oldestBuildx: BuildxFeature = { name: "cache entries in object form", since: "0.20" };

const attributeSince: Readonly<Record<string, string>> = { "extra-hosts": "0.25", policy: "0.31", resources: "0.35" };
const flagSince: Readonly<Record<string, string>> = { "--var": "0.31" };

export interface FeatureUse {
  /** Bake targets by name, with the keys that they set. */
  readonly targets: Readonly<Record<string, object>>;
  /** Declared variables. */
  readonly variables?: Readonly<Record<string, { readonly type?: string }>>;
  /** Names of flags that are passed to bake. */
  readonly flags?: readonly string[];
}

/** The features that a run uses, each once. */
export function featuresOf({ targets, variables = {}, flags = [] }: FeatureUse): readonly BuildxFeature[] {
  const used = new Map<string, string>([[oldestBuildx.name, oldestBuildx.since]]);
  for (const target of Object.values(targets)) {
    for (const key of Object.keys(target)) {
      const since = Object.hasOwn(attributeSince, key) ? attributeSince[key] : undefined;
      if (since !== undefined) used.set(`the attribute ${key}`, since);
    }
  }
  if (Object.values(variables).some((variable) => variable.type !== undefined))
    used.set("the type of a variable", "0.24");
  for (const flag of flags) {
    const since = Object.hasOwn(flagSince, flag) ? flagSince[flag] : undefined;
    if (since !== undefined) used.set(`the flag ${flag}`, since);
  }
  return Array.from(used, ([name, since]) => ({ name, since }));
}

/** The features that this buildx lacks; none for a version that cannot be read. */
export function missingFeatures(features: readonly BuildxFeature[], version: Version | null): readonly BuildxFeature[] {
  return features.filter((feature) => !isAtLeast(version, feature.since));
}
