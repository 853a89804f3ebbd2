import { parseOptionCsv } from "../config/csv.ts";
import { type FlaggedMount, renderMountFlag } from "./mount-flag.ts";
import type { Dockerfile, Flag, Instruction } from "./model.ts";

/** The declared mounts, as far as their flags go. */
export interface Declared {
  readonly project: string;
  readonly mounts: Readonly<Record<string, FlaggedMount>>;
}

/** A piece of a text and what takes its place. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = "";
  let at = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}

/**
 * Whether a flag of a RUN with a marker is bkcache's: a cache mount whose id, as written, is that of a declared mount or
 * begins with `<project>-`, where ids of renamed and removed mounts are found. Every other flag is the user's.
 */
export function isManagedFlag({ name, value }: Flag, { project, mounts }: Declared): boolean {
  if (name !== "mount" || value === null) return false;
  const fields = parseOptionCsv(value) ?? [];
  const last = (key: string) => fields.findLast((field) => field.key.toLowerCase() === key)?.value ?? null;
  const id = last("id");
  if (id === null || last("type")?.toLowerCase() !== "cache") return false;
  return id.startsWith(`${project}-`) || Object.values(mounts).some((mount) => mount.id === id);
}

/**
 * The edits that give a RUN the flags of `wanted`, in that order. A flag that is there takes the text of the one that
 * is wanted in its place; further ones follow the last, or stand in front of all else; the rest goes away. Several
 * flags, and those of a RUN of several lines, get a line each. Where the flags are right, nothing is edited.
 */
export function editFlags(
  dockerfile: Dockerfile,
  run: Instruction,
  wanted: readonly FlaggedMount[],
  declared: Declared,
): readonly Edit[] {
  const { text, escape } = dockerfile;
  const missing = wanted.map((mount) => renderMountFlag(mount, escape));
  const flags = partsOf(text, run, declared);
  const managed = flags.filter((flag) => flag.isManaged);
  if (managed.length === missing.length && managed.every((flag, i) => flag.text === missing[i])) return [];

  const separator = separatorFor(dockerfile, run, missing.length);
  const parts: Pick<FlagPart, "text" | "gap">[] = [];
  /** @param gap what follows the last of them */
  const take = (count: number, gap: string) => {
    const added = missing.splice(0, count);
    for (const [i, flag] of added.entries()) parts.push({ text: flag, gap: i < added.length - 1 ? separator : gap });
    return added.length;
  };
  if (managed.length === 0) take(missing.length, separator);
  let left = managed.length;
  for (const flag of flags) {
    if (!flag.isManaged) {
      parts.push(flag);
      continue;
    }
    left -= 1;
    const isPlain = /^[ \t]*$/.test(flag.gap);
    const count = take(left === 0 ? missing.length : 1, isPlain ? separator : flag.gap);
    // Comments, and a `--` that ends the flags, stay when the flag before them goes.
    if (count === 0 && /#|--/.test(flag.gap)) parts.push({ text: "", gap: flag.gap.trimStart() });
  }
  const end = flags.at(-1)?.end ?? run.flagsStart;
  return [{ start: run.flagsStart, end, text: parts.map(({ text, gap }) => text + gap).join("") }];
}

interface FlagPart {
  readonly text: string;
  /** What stands between it and the next flag or the command: blanks, continuations, comments. */
  readonly gap: string;
  /** Offset of the end of the gap. */
  readonly end: number;
  readonly isManaged: boolean;
}

function partsOf(text: string, run: Instruction, declared: Declared): readonly FlagPart[] {
  return run.flags.map((flag, index) => {
    const end = run.flags[index + 1]?.range.start ?? run.flagsEnd;
    return {
      text: text.slice(flag.range.start, flag.range.end),
      gap: text.slice(flag.range.end, end),
      end,
      isManaged: isManagedFlag(flag, declared),
    };
  });
}

/** What stands between flags, and between the last and the command. */
function separatorFor({ text, escape, eol }: Dockerfile, run: Instruction, count: number): string {
  const head = text.slice(run.range.start, run.heredocs[0]?.range.start ?? run.range.end).trimEnd();
  if (!head.includes("\n") && count < 2) return " ";
  const next = head
    .split("\n")
    .slice(1)
    .find((line) => line.trim() !== "" && !line.trimStart().startsWith("#"));
  const ownLine = text.slice(text.lastIndexOf("\n", run.range.start - 1) + 1, run.range.start);
  const indent = next === undefined ? `${indentOf(ownLine)}    ` : indentOf(next);
  return ` ${escape}${eol}${indent}`;
}

export function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? "";
}
