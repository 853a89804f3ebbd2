import type { LevelInForce } from "../cache/level.ts";
import type { Ci } from "../ci/ci.ts";
import type { Writer } from "../mounts/snapshot.ts";
import manifest from "../../package.json" with { type: "json" };

/** Who writes the snapshots of this run, as its environment tells: for people alone, since anybody can say anything there. */
export function writerOf(ci: Ci, level: LevelInForce | null): Writer {
  const { commit, address } = ci;
  const build = buildOf(ci);
  return {
    version: manifest.version,
    ...(commit !== null && { commit }),
    ...(address !== null && { run: address }),
    ...(build !== null && { build }),
    ...(level !== null && level.name !== null && { level: level.name }),
  };
}

function buildOf({ isRequest, isTag, number, branch }: Ci): string | null {
  if (isRequest) return number === null ? "a request" : `request ${number}`;
  if (isTag) return "a tag";
  return branch === null ? null : `branch ${branch}`;
}
