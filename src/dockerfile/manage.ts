import { posix } from "node:path";
import { spanOfOffset } from "../config/source-map.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { applyEdits, type Declared, type Edit, editFlags, indentOf, isManagedFlag } from "./managed-flags.ts";
import { type Marker, readMarkers } from "./markers.ts";
import { type FlaggedMount, needsTargetArch } from "./mount-flag.ts";
import type { Dockerfile, Instruction } from "./model.ts";
import { parseMountOption } from "./mount-option.ts";
import { parseDockerfile, readArgs } from "./parse.ts";

export interface ManageOptions extends Declared {
  /** The file as findings show it. */
  readonly file: string;
}

/** A Dockerfile whose marked RUNs have the flags that they should have. */
export interface Managed {
  /** The text as it was where there is a finding. */
  readonly text: string;
  readonly findings: readonly Diagnostic[];
  /** Whether there is any marker; without one the text is as it was. */
  readonly isMarked: boolean;
}

/**
 * Writes the mount flags of every RUN below a `# bkcache:` marker, and `ARG TARGETARCH` above the first RUN of a stage
 * that needs it. What stands outside of those flags stays as it is, byte by byte, and a second run changes nothing.
 */
export function manageDockerfile(text: string, options: ManageOptions): Managed {
  if (!text.includes("bkcache:")) return { text, findings: [], isMarked: false };
  const dockerfile = parseDockerfile(text);
  const marked = dockerfile.instructions.flatMap((run) => {
    const markers = readMarkers(run.comments, text);
    return markers.length > 0 && isMarkable(run) ? [{ run, markers }] : [];
  });
  const findings = misplaced(
    dockerfile,
    new Set(marked.flatMap(({ markers }) => markers.map(({ comment }) => comment))),
    options,
  );
  const edits: Edit[] = [];
  const served = new Set<number | null>();
  for (const { run, markers } of marked) {
    const { mounts, faults } = mountsOfMarkers(markers, text, options);
    findings.push(...faults, ...conflicts(dockerfile, run, mounts, options));
    edits.push(...editFlags(dockerfile, run, mounts, options));
    if (!mounts.some(needsTargetArch) || served.has(run.stage)) continue;
    served.add(run.stage);
    if (!declaresTargetArch(dockerfile, run)) edits.push(targetArchAbove(dockerfile, run));
  }
  const isMarked = marked.length > 0 || findings.length > 0;
  if (findings.length > 0) return { text, findings: findings.toSorted(byPlace), isMarked };
  return { text: applyEdits(text, edits), findings: [], isMarked };
}

/** Before the first FROM there is nothing to run in; without a command BuildKit refuses a RUN. */
function isMarkable({ keyword, stage, args }: Instruction): boolean {
  return keyword === "RUN" && stage !== null && args !== "";
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  return (a.span?.line ?? 0) - (b.span?.line ?? 0) || (a.span?.column ?? 0) - (b.span?.column ?? 0);
}

function misplaced(dockerfile: Dockerfile, placed: ReadonlySet<unknown>, { file }: ManageOptions): Diagnostic[] {
  const { text, comments, instructions } = dockerfile;
  return readMarkers(comments, text).flatMap(({ comment }) => {
    if (placed.has(comment)) return [];
    const below = instructions.find((each) => each.comments.includes(comment));
    const holder = instructions.find((each) => each.inner.includes(comment));
    const where =
      holder !== undefined
        ? `inside of a ${holder.keyword}`
        : below === undefined
          ? "above no instruction"
          : below.keyword === "RUN"
            ? "above a RUN without a command or a stage"
            : `above ${below.keyword}`;
    return [
      {
        code: "BK2076" as const,
        message: `a marker ${where} has no mounts to write`,
        hint: "put it directly above a RUN, without an empty line between them",
        span: spanOfOffset(text, file, comment.range.start),
      },
    ];
  });
}

/** The mounts that markers name, each once, in their order. */
function mountsOfMarkers(markers: readonly Marker[], text: string, { mounts, file }: ManageOptions) {
  const found = new Map<string, FlaggedMount>();
  const targets = new Map<string, string>();
  const faults: Diagnostic[] = [];
  for (const { name, offset } of markers.flatMap(({ names }) => names)) {
    if (found.has(name)) continue;
    const span = spanOfOffset(text, file, offset);
    const mount = Object.hasOwn(mounts, name) ? mounts[name] : undefined;
    if (mount === undefined) {
      faults.push({ ...unknownMount(name, mounts), span });
      continue;
    }
    const target = posix.normalize(`${mount.target}/`);
    const other = targets.get(target);
    if (other !== undefined) {
      faults.push({ code: "BK2077", message: `${other} and ${name} are both mounted at ${mount.target}`, span });
    }
    targets.set(target, name);
    found.set(name, mount);
  }
  return { mounts: [...found.values()], faults };
}

export function unknownMount(name: string, mounts: ManageOptions["mounts"]): Diagnostic {
  const guess = nearest(name, Object.keys(mounts));
  return {
    code: "BK2075",
    message: `the config declares no mount ${name}`,
    hint: guess === undefined ? "declare it under `mounts`, or take it out" : `did you mean ${guess}?`,
  };
}

/** Flags of the user's own for a folder that a managed one mounts. A target that holds a variable is not compared. */
function conflicts(
  { text, escape }: Dockerfile,
  run: Instruction,
  mounts: readonly FlaggedMount[],
  options: ManageOptions,
): readonly Diagnostic[] {
  const targets = new Map(mounts.map(({ target, id }) => [posix.normalize(`${target}/`), id]));
  return run.flags.flatMap((flag) => {
    if (flag.name !== "mount" || flag.value === null || isManagedFlag(flag, options)) return [];
    const { mount } = parseMountOption(flag.value, { escape, lookup: () => null });
    const id = mount?.target ? targets.get(posix.normalize(`${mount.target}/`)) : undefined;
    if (id === undefined) return [];
    return [
      {
        code: "BK2077" as const,
        message: `this flag and the managed mount ${id} are both mounted at ${mount?.target}`,
        hint: "remove the flag, or take the mount out of the marker",
        span: spanOfOffset(text, options.file, flag.range.start),
      },
    ];
  });
}

function declaresTargetArch({ stages, escape }: Dockerfile, run: Instruction): boolean {
  return (stages[run.stage ?? -1]?.instructions ?? []).some(
    (each) =>
      each.keyword === "ARG" &&
      each.range.start < run.range.start &&
      readArgs(each, escape).some(({ name }) => name === "TARGETARCH"),
  );
}

/** Declares TARGETARCH in each stage that has a managed flag with it, marker or not. */
export function declareTargetArch(text: string, declared: Declared): string {
  const dockerfile = parseDockerfile(text);
  const edits = dockerfile.stages.flatMap(({ instructions }) => {
    const run = instructions.find(
      ({ keyword, flags }) =>
        keyword === "RUN" &&
        flags.some((flag) => flag.value?.includes("${TARGETARCH}") === true && isManagedFlag(flag, declared)),
    );
    return run === undefined || declaresTargetArch(dockerfile, run) ? [] : [targetArchAbove(dockerfile, run)];
  });
  return applyEdits(text, edits);
}

/** Above the comments of the RUN, in the case of its keyword. */
function targetArchAbove({ text, eol }: Dockerfile, run: Instruction): Edit {
  const top = run.comments[0]?.range.start ?? run.range.start;
  const at = text.lastIndexOf("\n", top - 1) + 1;
  const isLower = text.startsWith("run", run.range.start);
  const indent = indentOf(text.slice(at, run.range.start));
  return { start: at, end: at, text: `${indent}${isLower ? "arg" : "ARG"} TARGETARCH${eol}` };
}
