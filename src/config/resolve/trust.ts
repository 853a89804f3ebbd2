import { mapRecord } from "../records.ts";
import type { ResolvedConfig } from "../resolved.ts";
import type { Config } from "../schema.gen.ts";
import { unique } from "./read.ts";

/** The levels of trust with nothing left out; nothing where the config has none. */
export function resolveTrust({ trust }: Config): Pick<ResolvedConfig, "trust"> {
  if (trust === undefined) return {};
  return {
    trust: mapRecord(trust, ({ when, reads = [], cache = "read-write" }) => ({
      when: unique(typeof when === "string" ? [when] : when),
      reads: unique(reads),
      cache,
    })),
  };
}
