import type { Command } from "commander";
import type { ReasonedScope } from "../../cache/scopes.ts";
import { listMounts } from "../../carry/list-mounts.ts";
import { planInForce } from "../../cache/level.ts";
import { resolveCacheUse } from "../../cache/use.ts";
import { describeWay, findWays } from "../../cache/ways.ts";
import { type Description, describeRun, showEntry } from "../../run/plan.ts";
import { createDockerfileReader } from "../../source/dockerfiles.ts";
import { openFolderPlan } from "../../source/open-plan.ts";
import type { CommandContext } from "../command.ts";
import { plainLine } from "../report/plain.ts";

interface PlanOptions {
  readonly json?: true;
  readonly cache?: string;
  readonly readScope?: string;
  readonly writeScope?: string;
  readonly config?: string;
}

export function configure(command: Command, context: CommandContext): Command {
  return command
    .argument("[target...]", "targets and groups (default: the group default)")
    .option("--json", "print the plan as JSON")
    .option("--cache <use>", "as for bake: auto, off, read or read-write")
    .option("--read-scope <scope>", "as for bake")
    .option("--write-scope <scope>", "as for bake")
    .option("--config <file>", "use this config instead of looking for one")
    .addHelpText(
      "after",
      "\nAsks neither builder nor bucket; a bake takes the first source that exists. With `bake` in the config it runs\nbuildx bake --print.\n",
    )
    .action((names: readonly string[], options: PlanOptions) => showPlan(names, options, context));
}

async function showPlan(names: readonly string[], options: PlanOptions, context: CommandContext): Promise<void> {
  const { host, reporter } = context;
  const { plan: declared, dir, names: known, hasConfig } = await openFolderPlan(host, options.config, names);
  const read = createDockerfileReader(dir);
  const use = resolveCacheUse({ plan: declared, flags: options, env: host.env, dir, hasConfig });
  const plan = planInForce(declared, use.level);
  const description = describeRun(plan, {
    names: known,
    ways: findWays(plan.backends, host.env),
    use,
    mountsOf: (name) => listMounts(plan, name, { read }),
  });
  if (options.json) reporter.json(description);
  else reporter.result(render(description));
}

function render({ project, cache, epoch, trust, mountStore, ways, targets, commandLine }: Description): string {
  const uses = cache.read ? (cache.write ? "read and written" : "read only") : cache.write ? "written only" : "off";
  const lines = [`project ${project}; the cache is ${uses}, since ${cache.reason}`];
  if (trust !== undefined) lines.push(renderTrust(trust));
  if (epoch !== undefined) lines.push(`all names are those of epoch ${epoch}`);
  if (mountStore !== null) lines.push(`cache mounts are kept in ${mountStore.backend}: ${mountStore.place}`);
  for (const [backend, way] of Object.entries(ways)) lines.push(`layers go to ${backend} ${describeWay(way)}`);
  lines.push(...renderScopes(targets), "");
  for (const [name, target] of Object.entries(targets)) {
    lines.push(target.isRequested ? name : `${name} (a context of another target)`);
    for (const source of target.sources) lines.push(`  from  ${showEntry(source)}`);
    for (const destination of target.destinations) lines.push(`  to    ${showEntry(destination)}`);
    if (cache.read && target.sources.length === 0) lines.push("  from  nothing");
    if (cache.write && target.destinations.length === 0) lines.push("  to    nothing");
    for (const { direction, ...entry } of target.leftOut) {
      const [word, use] = direction === "from" ? ["from", "read"] : ["to  ", "written"];
      lines.push(`  ${word}  not your own ${showEntry(entry)}: nothing is ${use} in this run`);
    }
    if (target.mounts === null) {
      lines.push(`  mounts are up to the Dockerfile: ${target.mountsUnknown}`);
      continue;
    }
    for (const [mount, { id, target: path, sharing, staysBecause, isDeclared }] of Object.entries(target.mounts)) {
      const stays = staysBecause === null ? "" : `, stays on the builder (${staysBecause})`;
      const whose = isDeclared ? "" : ", not declared";
      lines.push(plainLine(`  mount ${mount}: ${path} (id ${id}, ${sharing}${whose})${stays}`));
    }
  }
  lines.push("", commandLine.join(" "), "");
  return lines.join("\n");
}

function renderTrust({ level, reads, why }: NonNullable<Description["trust"]>): string {
  const others = reads.length === 0 ? "" : `; ${level === null ? "it reads" : "it also reads"} ${reads.join(", ")}`;
  return plainLine(`${why}${others}`);
}

/** Once where all targets have the same, as they do unless the config names some. */
function renderScopes(targets: Description["targets"]): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const [name, { scopes }] of Object.entries(targets)) {
    const lines = [
      ...(scopes.write === null ? [] : [`  write ${showScope(scopes.write)}`]),
      ...scopes.read.map((scope) => `  read  ${showScope(scope)}`),
    ];
    const text = lines.join("\n");
    groups.set(text, [...(groups.get(text) ?? []), name]);
  }
  return [...groups].flatMap(([text, names]) => {
    if (text === "") return [];
    return [groups.size === 1 ? "scopes" : `scopes of ${names.join(", ")}`, text];
  });
}

function showScope({ scope, why }: ReasonedScope): string {
  return plainLine(`${scope}: ${why}`);
}
