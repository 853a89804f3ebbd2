import type { ContextFile } from "./context-files.ts";
import type { InstructionInput, TargetInputs } from "./model.ts";
import { type InputRecord, isSameDigest, type RecordedFiles } from "./record.ts";

/** One thing in which a target is not what its cache was made of. */
export type Difference =
  | { readonly kind: "setting"; readonly name: string; readonly before: SettingState; readonly after: SettingState }
  /** Null where there was, or is, no such instruction. */
  | { readonly kind: "instruction"; readonly before: PlacedText | null; readonly after: PlacedText | null }
  /** Null where the record does not say which files. */
  | { readonly kind: "files"; readonly context: string; readonly files: readonly FileChange[] | null }
  | { readonly kind: "linked"; readonly target: string }
  | { readonly kind: "image"; readonly name: string }
  /** Not known then or now; a clause for people. */
  | { readonly kind: "unknown"; readonly reason: string };

/** Value of a setting: null where it is not to be seen. */
type SettingState = { readonly isSet: false } | { readonly isSet: true; readonly value: string | null };

interface PlacedText {
  readonly line: number;
  readonly text: string;
}

export interface FileChange {
  readonly path: string;
  readonly change: "added" | "removed" | "changed" | "mode";
}

/** In the order in which BuildKit would meet them, as far as that is known. Empty where nothing differs. */
export function findDifferences(
  now: TargetInputs,
  record: InputRecord,
  files: RecordedFiles | null,
): readonly Difference[] {
  if (now.fingerprint === record.fingerprint && now.unknown.length === 0) return [];
  const found: Difference[] = [
    ...settings(now, record),
    ...linked(now, record),
    ...images(now, record),
    ...instructions(now.instructions, record.instructions),
    ...contexts(now, record, files),
  ];
  const reasons = [...now.unknown, ...record.unknown];
  const unnamed = "its cache's note differs in nothing that can be named, as one by another version of bkcache does";
  const unknown = found.length + reasons.length === 0 ? [unnamed] : [...new Set(reasons)];
  return [...found, ...unknown.map((reason): Difference => ({ kind: "unknown", reason }))];
}

function settings(now: TargetInputs, record: InputRecord): readonly Difference[] {
  const before = new Map(record.settings.map((each) => [each.name, each]));
  const after = new Map(now.settings.map((each) => [each.name, each]));
  const state = (setting: { readonly value: string | null } | undefined): SettingState =>
    setting === undefined ? { isSet: false } : { isSet: true, value: setting.value };
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [was, is] = [before.get(name), after.get(name)];
    if (was !== undefined && is !== undefined && isSameDigest(is.digest, was.digest)) return [];
    return [{ kind: "setting" as const, name, before: state(was), after: state(is) }];
  });
}

function linked(now: TargetInputs, record: InputRecord): readonly Difference[] {
  const before = new Map(record.linked.map(({ target, fingerprint }) => [target, fingerprint]));
  return now.linked.flatMap(({ target, fingerprint }) =>
    isSameDigest(fingerprint, before.get(target) ?? "") ? [] : [{ kind: "linked" as const, target }],
  );
}

function images(now: TargetInputs, record: InputRecord): readonly Difference[] {
  const before = new Map(record.images.map(({ name, ref }) => [name, ref]));
  return now.images.flatMap(({ name, ref }) => {
    const was = before.get(name);
    // A name that is new stands in an instruction that is new.
    return was === undefined || isSameDigest(ref, was) ? [] : [{ kind: "image" as const, name }];
  });
}

/** What is between the instructions that both begin with, and those that both end with. */
function instructions(now: readonly InstructionInput[], record: readonly InstructionInput[]): readonly Difference[] {
  const isSame = (a: number, b: number): boolean => isSameDigest(now[a]?.digest ?? "", record[b]?.digest ?? "-");
  let start = 0;
  while (start < Math.min(now.length, record.length) && isSame(start, start)) start += 1;
  let end = 0;
  const most = Math.min(now.length, record.length) - start;
  while (end < most && isSame(now.length - 1 - end, record.length - 1 - end)) end += 1;
  const after = now.slice(start, now.length - end);
  const before = record.slice(start, record.length - end);
  const placed = (each: InstructionInput | undefined): PlacedText | null =>
    each === undefined ? null : { line: each.line, text: each.text };
  return Array.from({ length: Math.max(before.length, after.length) }, (_, index) => ({
    kind: "instruction" as const,
    before: placed(before[index]),
    after: placed(after[index]),
  }));
}

function contexts(now: TargetInputs, record: InputRecord, files: RecordedFiles | null): readonly Difference[] {
  const before = new Map(record.contexts.map(({ name, digest }) => [name, digest]));
  const changed = now.contexts.filter(({ name, digest }) => !isSameDigest(digest, before.get(name) ?? ""));
  const gone = record.contexts.filter(({ name }) => !now.contexts.some((context) => context.name === name));
  return [
    ...changed.flatMap(({ name, files: list }): readonly Difference[] => {
      const old = files !== null && Object.hasOwn(files, name) ? (files[name] ?? null) : null;
      if (list === null || old === null) return [{ kind: "files", context: name, files: null }];
      const changes = compareFiles(list.list(), old);
      // An instruction that names the same by other paths stands there by itself.
      return changes.length === 0 ? [] : [{ kind: "files", context: name, files: changes }];
    }),
    ...gone.map(({ name }): Difference => ({ kind: "files", context: name, files: null })),
  ];
}

function compareFiles(now: readonly ContextFile[], before: readonly ContextFile[]): readonly FileChange[] {
  const old = new Map(before.map((file) => [file.path, file]));
  const changes = now.flatMap((file): readonly FileChange[] => {
    const { path } = file;
    const was = old.get(path);
    old.delete(path);
    if (was === undefined) return [{ path, change: "added" }];
    if (was.kind !== file.kind || was.id !== file.id) return [{ path, change: "changed" }];
    return was.mode === file.mode ? [] : [{ path, change: "mode" }];
  });
  return [...changes, ...[...old.keys()].map((path): FileChange => ({ path, change: "removed" }))];
}
