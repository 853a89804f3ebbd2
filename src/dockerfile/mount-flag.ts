import { csvLine } from "../config/csv.ts";
import type { ResolvedMount } from "../config/resolved.ts";
import type { Escape } from "./model.ts";

/** What of a mount stands in its flag. */
export type FlaggedMount = Pick<ResolvedMount, "id" | "target" | "sharing" | "uid" | "gid" | "mode">;

/**
 * The flag of a RUN for a cache mount: `--mount=type=cache,id=...,target=...`, then sharing where it is not shared,
 * owner and mode where they are given. BuildKit takes the flag apart in three steps, so a value is encoded for each:
 * quotes and escapes of the flag, then CSV, then quotes, escapes and variables of each value. In an id, variables are
 * meant; a folder has none. `escape` is the Dockerfile's escape character.
 */
export function renderMountFlag(mount: FlaggedMount, escape: Escape = "\\"): string {
  const fields = ["type=cache", `id=${mount.id}`, `target=${literal(mount.target, escape)}`];
  if (mount.sharing !== "shared") fields.push(`sharing=${mount.sharing}`);
  for (const key of ["uid", "gid", "mode"] as const) {
    if (mount[key] !== undefined) fields.push(`${key}=${mount[key]}`);
  }
  return `--mount=${flagWord(csvLine(fields), escape)}`;
}

/** True where the flag's id holds a variable that the stage must declare with `ARG TARGETARCH`. */
export function needsTargetArch(mount: FlaggedMount): boolean {
  return mount.id.includes("${TARGETARCH}");
}

function literal(value: string, escape: Escape): string {
  return value.replaceAll(/["'$\\`]/g, (character) =>
    character === "\\" || character === "`" ? escapeToken(character, escape) : escape + character,
  );
}

function flagWord(value: string, escape: Escape): string {
  if (!/[\s"']/.test(value) && !value.includes(escape)) return value;
  return `'${value.replaceAll(/['\\`]/g, (character) => (character === "'" ? `${escape}'` : escapeToken(character, escape)))}'`;
}

/** Only one of the two characters that can escape has a meaning in a file. */
function escapeToken(character: string, escape: Escape): string {
  return character === escape ? escape + character : character;
}
