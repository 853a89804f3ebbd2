import type { Diagnostic } from "../../diagnostics/error.ts";
import { optionsOf } from "../csv.ts";
import type { OptionText, ResolvedDirection } from "../resolved.ts";
import { showText, type Text } from "../text.ts";

/** What makes two entries of one type write to the same place. */
const placeKeys: Readonly<Record<string, readonly string[]>> = {
  local: ["dest", "tag"],
  registry: ["ref"],
  gha: ["scope", "repository"],
  s3: ["endpoint_url", "bucket", "prefix", "manifests_prefix", "name"],
  azblob: ["account_url", "container", "prefix", "manifests_prefix", "name"],
};

/** What is looked at of a target. */
export interface Writer {
  readonly name: string;
  /** Where the config declares it. */
  readonly path: string;
  readonly cache: { readonly to: ResolvedDirection | null };
}

/**
 * Targets that write their cache to one place: the last one wins, and says nothing. Entries made by policy carry
 * the target in their name, so that only lists of the user's own can meet. Hidden targets are not built.
 */
export function findSharedDestinations(targets: readonly Writer[]): readonly Diagnostic[] {
  const writers = new Map<string, string>();
  const findings: Diagnostic[] = [];
  for (const { name, path, cache } of targets) {
    if (cache.to?.kind !== "raw" || name.startsWith("_")) continue;
    for (const place of new Set(cache.to.entries.map(placeOf))) {
      const other = place === undefined ? undefined : writers.get(place);
      if (place === undefined) continue;
      if (other === undefined) writers.set(place, name);
      else {
        findings.push({
          code: "BK2064",
          message: `targets ${other} and ${name} write their cache to the same place: ${place}`,
          hint: "give each target a place of its own, or use `cache.write`, which does",
          path: `${path}.cacheTo`,
        });
      }
    }
  }
  return findings;
}

function placeOf(option: OptionText): string | undefined {
  const fields =
    typeof option === "object" && !Array.isArray(option)
      ? showFields(option as Record<string, Text>)
      : parse(showText(option as Text));
  const keys = placeKeys[fields["type"] ?? ""];
  if (keys === undefined) return undefined;
  return [`type=${fields["type"]}`, ...keys.filter((key) => fields[key]).map((key) => `${key}=${fields[key]}`)].join(
    ",",
  );
}

function showFields(option: Record<string, Text>): Record<string, string> {
  return Object.fromEntries(Object.entries(option).map(([key, value]) => [key, showText(value)]));
}

function parse(csv: string): Record<string, string> {
  if (!csv.includes("=")) return { type: "registry", ref: csv };
  return optionsOf(csv);
}
