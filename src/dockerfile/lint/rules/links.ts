import { readArgs } from "../../parse.ts";
import { linkEdits } from "../link-safety.ts";
import { allSteps, headOf, type LintFile, type LintFinding, type LintProject, type LintTarget } from "../rule.ts";
import { isFirstOnScratch, isPlainCopy } from "../plain-copy.ts";
import type { Step } from "../walk.ts";

/**
 * A step that takes files of the context has two cache keys, of which an imported cache holds one. Where two builds of
 * one builder share it, BuildKit keeps only what both name, and loses all that was imported from there on:
 * https://github.com/moby/buildkit/issues/4674. A copy with a layer of its own (--link) does not stand in that chain.
 */
export function* checkSharedCopies(project: LintProject): Iterable<LintFinding> {
  for (const { file, step } of allSteps(project)) {
    if (!isPlainCopy(step) || isFirstOnScratch(step)) continue;
    const sharing = sharedBy(project, file, step);
    if (sharing === null) continue;
    const { edits, reason } = linkEdits(file, step);
    const add = `write ${step.instruction.keyword} --link`;
    yield {
      code: "BK6016",
      at: { file, range: headOf(step) },
      message: `${sharing}, and an empty builder that builds them together loses what it imported from this ${step.instruction.keyword} on`,
      hint: reason === null ? add : `${add}; not done by --fix, since ${reason}`,
      edits,
    };
  }
}

/** The same loss by a bind mount of the context, for which there is no --link. */
export function* checkSharedBinds(project: LintProject): Iterable<LintFinding> {
  for (const { file, step } of allSteps(project)) {
    const mount = step.mounts.find(({ type, from }) => type === "bind" && isLocal(file, from));
    const sharing = mount === undefined ? null : sharedBy(project, file, step);
    if (mount === undefined || sharing === null) continue;
    yield {
      code: "BK6017",
      at: { file, range: mount.flag.range },
      message: `${sharing}, and an empty builder that builds them together loses what it imported from this RUN on`,
      hint: "copy the files with `COPY --link` before the RUN, or take them from a stage that holds nothing else by from=",
    };
  }
}

/** Whether a source is a folder of the client: the context, or a named one that is no stage, image or target. */
function isLocal({ walks, targets }: LintFile, from: string | null): boolean {
  if (from === null) return true;
  if (/^\d+$/.test(from) || walks.some(({ stage }) => stage.name === from.toLowerCase())) return false;
  return targets.some(({ contexts }) => {
    const context = Object.entries(contexts).find(([name]) => name.toLowerCase() === from.toLowerCase())?.[1];
    return context !== undefined && !/^(?:target:|docker-image:\/\/|oci-layout:\/\/|https?:\/\/|git@)/.test(context);
  });
}

/** How a step comes to be part of several builds, in words; null where it is part of one. */
function sharedBy(project: LintProject, file: LintFile, step: Step): string | null {
  const { copy, mounts, stage } = step;
  if (copy !== null && !isLocal(file, copy.from)) return null;
  if (copy === null && mounts.length === 0) return null;
  const users = file.targets.filter(({ stages }) => stages.has(stage.stage.index));
  for (const target of users) {
    const child = linkedTo(project, target);
    if (child !== null) return `${child} is built from ${target.name}`;
  }
  const alike = new Map<string, LintTarget[]>();
  for (const target of users) {
    const key = variantOf(file, step, target);
    alike.set(key, [...(alike.get(key) ?? []), target]);
  }
  const group = [...alike.values()].find((each) => each.length > 1 && each.some(({ importsCache }) => importsCache));
  if (group === undefined) return null;
  const names = group.map(({ name }) => name);
  const shown =
    names.length > 3 ? `${names.slice(0, 2).join(", ")} and ${names.length - 2} more targets` : names.join(" and ");
  return `${shown} share this stage`;
}

/** A target with a stage made from this one by `contexts: { x: target:NAME }`; copying from it alone loses nothing. */
function linkedTo({ files }: LintProject, { name, importsCache }: LintTarget): string | null {
  for (const { targets, walks } of files) {
    for (const child of targets) {
      const links = Object.entries(child.contexts).filter(([, context]) => context === `target:${name}`);
      const isBase = links.some(([context]) =>
        walks.some(({ stage, base }) => child.stages.has(stage.index) && base?.toLowerCase() === context.toLowerCase()),
      );
      if (isBase && (importsCache || child.importsCache)) return child.name;
    }
  }
  return null;
}

/** Targets for which the step is another one: other files, or other arguments before it. */
function variantOf({ dockerfile }: LintFile, step: Step, { args, context, contexts }: LintTarget): string {
  const { chain } = step.stage;
  const declared = chain
    .slice(0, chain.indexOf(step))
    .filter(({ instruction }) => instruction.keyword === "ARG")
    .flatMap(({ instruction }) => readArgs(instruction, dockerfile.escape));
  const names = [...declared, ...dockerfile.globalArgs].map(({ name }) => name);
  const from = step.copy?.from;
  return JSON.stringify([context, from === null ? null : contexts, names.map((name) => args[name] ?? null)]);
}
