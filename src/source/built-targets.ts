import type { Host } from "../host/host.ts";
import { findRequested } from "../bake/requested.ts";
import type { Plan } from "../bake/model.ts";
import type { Project } from "./project.ts";
import type { Reading } from "./reading.ts";

/** Targets that no build asks for: others take them over with `inherits`, or a workflow fills them in. */
export type AbstractTargets = ReadonlySet<string>;

/**
 * Of a config: what is in no group while something is, and is inherited.
 * @param plan with all its targets
 */
export function abstractTargets({ plan, valid }: Project): AbstractTargets {
  const inherited = new Set(Object.values(valid.config.targets ?? {}).flatMap(({ inherits }) => inherits ?? []));
  const built = builtBy(plan, groupsOf(plan));
  return new Set(Object.keys(plan.targets).filter((name) => inherited.has(name) && !built.has(name)));
}

/**
 * Of bake files, in which a target may stand for anything: what is in no group where there are any, else what others
 * inherit. Their text tells the latter, which `bake --print` has resolved already.
 */
export function abstractOfFiles(
  plan: Plan,
  { groups, texts }: { readonly groups: Plan["groups"]; readonly texts: readonly string[] },
): AbstractTargets {
  const whole = { ...plan, groups };
  const names = groupsOf(whole);
  const built = names.length === 0 ? null : builtBy(whole, names);
  const inherited = new Set(texts.flatMap(inheritedIn));
  return new Set(Object.keys(plan.targets).filter((name) => (built === null ? inherited.has(name) : !built.has(name))));
}

/** What a bake without names takes counts as one of them. */
function groupsOf({ groups, targets }: Plan): readonly string[] {
  return [...new Set([...Object.keys(groups), ...(Object.hasOwn(targets, "default") ? ["default"] : [])])];
}

function builtBy(plan: Plan, groups: readonly string[]): ReadonlySet<string> {
  if (groups.length === 0) return new Set();
  const { targets, linked } = findRequested(plan, groups);
  return new Set([...targets, ...linked]);
}

/** Names in lists called `inherits`, as HCL and JSON write them. */
function inheritedIn(text: string): readonly string[] {
  return [...text.matchAll(/\binherits"?\s*[=:]\s*\[([^\]]*)\]/g)].flatMap(([, list = ""]) =>
    [...list.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name),
  );
}

/** The groups of the bake files that a config names; one that is called like a target among them. */
export async function groupsOfFiles(host: Host, project: Project, reading: Reading): Promise<Plan["groups"]> {
  const { findBuildx } = await import("../builder/buildx.ts");
  const { listFiles, readFrom } = await import("./bake-files.ts");
  const { askDefinition } = await import("./ask-bake.ts");
  const { defineEach } = await import("./define-each.ts");
  const buildx = await findBuildx(host);
  const { dir } = project.valid;
  const { groups } = await listFiles(host, buildx, { dir, files: project.plan.bakeFiles?.paths ?? [], reading });
  const names = [...new Set([...groups, ...Object.keys(project.plan.groups)])];
  if (names.length === 0) return {};
  const source = readFrom(project.plan, []);
  const definition = await defineEach(reading, names, (args) =>
    askDefinition(buildx, { dir, env: host.env, ...source, args, reading }),
  );
  return { ...definition.groups, [names[0] ?? "default"]: { targets: Object.keys(definition.targets) } };
}
