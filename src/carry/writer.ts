import type { Ci } from "../ci/ci.ts";
import type { Writer } from "../mounts/snapshot.ts";
import manifest from "../../package.json" with { type: "json" };

/** Who writes the snapshots of this run, as its environment tells. */
export function writerOf({ commit, address }: Pick<Ci, "commit" | "address">): Writer {
  return {
    version: manifest.version,
    ...(commit !== null && { commit }),
    ...(address !== null && { run: address }),
  };
}
