import type { BakeDefinition } from "../bake/printed.ts";
import { credentialIn, isCredentialKey } from "../config/credentials.ts";
import { mapRecord } from "../config/records.ts";

export interface Cleaned {
  readonly definition: BakeDefinition;
  /** What was taken out, as `api.cache-to[0].secret_access_key`; never a value. */
  readonly removed: readonly string[];
  /** What holds a credential and cannot be taken out without building something else. */
  readonly kept: readonly string[];
}

/** Attributes without which a target would be another one. */
const essential = new Set(["context", "contexts", "dockerfile", "dockerfile-inline", "output", "target"]);

/** The definition without credentials: a config file must not hold them. */
export function removeCredentials(definition: BakeDefinition): Cleaned {
  const removed: string[] = [];
  const kept: string[] = [];
  const targets = mapRecord(definition.targets, (target, name) =>
    Object.fromEntries(
      Object.entries(target).flatMap(([attribute, value]) => {
        const isCache = attribute === "cache-from" || attribute === "cache-to";
        const found: string[] = [];
        const clean = (each: unknown, path: string): unknown => {
          if (typeof each === "string" && credentialIn(each) !== undefined) {
            found.push(path);
            return undefined;
          }
          if (Array.isArray(each)) {
            return each.map((item, i) => clean(item, `${path}[${i}]`)).filter((item) => item !== undefined);
          }
          if (typeof each !== "object" || each === null) return each;
          const fields = Object.entries(each).flatMap(([key, field]): [string, unknown][] => {
            const at = `${path}.${key}`;
            if ((isCache && isCredentialKey(key)) || credentialIn(key) !== undefined) {
              found.push(at);
              return [];
            }
            const cleaned = clean(field, at);
            return cleaned === undefined ? [] : [[key, cleaned]];
          });
          return Object.fromEntries(fields);
        };
        const cleaned = clean(value, `${name}.${attribute}`);
        (essential.has(attribute) ? kept : removed).push(...found);
        return cleaned === undefined ? [] : [[attribute, cleaned]];
      }),
    ),
  ) as BakeDefinition["targets"];
  return { definition: { groups: definition.groups, targets }, removed, kept };
}
