import { posix } from "node:path";
import { parseOptionCsv } from "../../config/csv.ts";
import { expand } from "../expand.ts";
import type { Escape, Flag, Instruction } from "../model.ts";
import type { Lookup } from "../shell-words.ts";

export interface MountField {
  /** Lower case. */
  readonly key: string;
  /** As written; null without `=`. */
  readonly value: string | null;
}

/** One `--mount` of a RUN. */
export interface MountUse {
  readonly flag: Flag;
  readonly fields: readonly MountField[];
  /** `bind` where the flag says nothing; null where it holds a variable. */
  readonly type: string | null;
  /** As written, `$X` as `${X}`; null without. */
  readonly id: string | null;
  /** What BuildKit takes for an id where none is given: the target as written, cleaned. Null where it cannot be told. */
  readonly defaultId: string | null;
  /** Absolute path in the container; null where it cannot be told or is not given. */
  readonly target: string | null;
  readonly sharing: string;
  /** As written, null without; a mode without zeros before it. */
  readonly uid: string | null;
  readonly gid: string | null;
  readonly mode: string | null;
  readonly from: string | null;
  readonly source: string | null;
  readonly isReadOnly: boolean;
}

/** Keys that mean the same to BuildKit. */
const aliases: Readonly<Record<string, string>> = {
  dst: "target",
  destination: "target",
  src: "source",
  ro: "readonly",
};

/** The mounts of a RUN, those whose text is no list of options left out. */
export function mountUses(
  instruction: Instruction,
  { workdir, lookup, escape }: { readonly workdir: string | null; readonly lookup: Lookup; readonly escape: Escape },
): readonly MountUse[] {
  return instruction.flags.flatMap((flag) => {
    const fields = flag.name === "mount" && flag.value !== null ? mountFields(flag.value) : null;
    if (fields === null) return [];
    const value = (name: string) =>
      fields.findLast(({ key }) => (aliases[key] ?? key) === name && key !== "")?.value ?? null;
    const known = (name: string) => {
      const text = value(name);
      return text === null ? null : expand(text, escape, lookup);
    };
    const type = fields.some(({ key }) => key === "type") ? known("type") : "bind";
    const target = known("target");
    const id = value("id");
    const readOnly = fields.findLast(({ key }) => key === "ro" || key === "readonly");
    return [
      {
        flag,
        fields,
        type: type?.toLowerCase() ?? null,
        id: id === null ? null : canonicalId(id),
        defaultId: target === null ? null : defaultId(target),
        target: target === null ? null : mountPoint(target, workdir),
        sharing: known("sharing") ?? "shared",
        uid: value("uid"),
        gid: value("gid"),
        mode: value("mode")?.replace(/^0+(?=\d)/, "") ?? null,
        from: value("from"),
        source: value("source"),
        isReadOnly: readOnly !== undefined && readOnly.value !== "false",
      },
    ];
  });
}

/** Nothing but variables is replaced in it: `~` and patterns are names like any other. */
function mountPoint(target: string, workdir: string | null): string | null {
  if (target === "" || (!target.startsWith("/") && workdir === null)) return null;
  return posix.resolve("/", workdir ?? "/", target);
}

/** As BuildKit cleans it, before WORKDIR is put in front. */
function defaultId(target: string): string {
  return posix.normalize(target).replace(/(?<=.)\/$/, "");
}

/** `$X` and `${X}` are one id. */
export function canonicalId(id: string): string {
  return id.replaceAll(/\$(\w+)/g, "${$1}");
}

export function mountFields(text: string): readonly MountField[] | null {
  return parseOptionCsv(text)?.map(({ key, value }) => ({ key: key.toLowerCase(), value: value ?? null })) ?? null;
}
