import { type BakeDefinition, readDefinition } from "../bake/printed.ts";
import type { BakeTarget, PlanGroup } from "../bake/model.ts";
import type { Buildx } from "../builder/buildx.ts";
import { lastError } from "../builder/inspect.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { fieldOf, listOf, parseJson } from "../host/json.ts";
import { isOfMachine } from "../source/reading.ts";
import { hintOfUnset } from "../source/stand-in-variables.ts";
import { createOverlays } from "./overlays.ts";
import type { Answer, Env, Print, Question, SourceOptions } from "./question.ts";
import { createStandIns, type StandIns } from "./stand-ins.ts";

export interface SourceVariable {
  readonly name: string;
  /** Absent for null. */
  readonly value?: string;
  readonly type?: string;
  readonly description?: string;
}

/** Bake files, with what bake says of them. */
export interface BakeSource {
  /** Every target and group that bake can resolve. */
  readonly definition: BakeDefinition;
  /** What was left out, or stands in for something that this machine lacks. */
  readonly notices: readonly Diagnostic[];
  /** The same targets and groups under other circumstances; null where bake refuses them. */
  ask(question: Question): Promise<BakeDefinition | null>;
  /** Removes what stood in for files of this machine. */
  close(): Promise<void>;
}

/**
 * The environment for questions: bake reads the named files whatever BUILDX_BAKE_FILE says, asks no host for AWS
 * credentials, and adds no SOURCE_DATE_EPOCH of this shell to the arguments.
 */
export function questionEnv(env: Env): Record<string, string | undefined> {
  const dropped = new Set(["BUILDX_BAKE_FILE", "BUILDX_BAKE_PATH_SEPARATOR", "SOURCE_DATE_EPOCH"]);
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !dropped.has(name))),
    AWS_EC2_METADATA_DISABLED: "true",
  };
}

/** The variables that the files declare, with the values that they have now. @throws BkcacheError BK4020 */
export async function listVariables(buildx: Buildx, options: SourceOptions): Promise<readonly SourceVariable[]> {
  return listOf(await list(buildx, options, "variables")) as readonly SourceVariable[];
}

/**
 * The same with the values that they have without the environment. One that must be set, since it has no default and is
 * needed, keeps the environment's.
 */
export async function listDefaults(
  buildx: Buildx,
  options: SourceOptions,
  declared: readonly SourceVariable[],
): Promise<readonly SourceVariable[]> {
  const isSet = ({ name }: SourceVariable) => Object.keys(options.env).some((key) => key.startsWith(name));
  if (!declared.some(isSet)) return declared;
  const alone = { ...options, env: { ...options.env, BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP: "1" } };
  try {
    return await listVariables(buildx, alone);
  } catch (error) {
    const given = declared.flatMap(({ name }) => (options.env[name] === undefined ? [] : [[name, options.env[name]]]));
    if (given.length === 0) throw error;
    return await listVariables(buildx, { ...alone, pinned: Object.fromEntries(given) as Record<string, string> });
  }
}

async function list(buildx: Buildx, options: SourceOptions, type: string): Promise<unknown> {
  const { dir, env, files, pinned = {} } = options;
  const vars = Object.entries(pinned).flatMap(([name, value]) => ["--var", `${name}=${value}`]);
  const args = ["bake", ...files.flatMap((file) => ["-f", file]), ...vars, `--list=type=${type},format=json`];
  const { exitCode, stdout, stderr } = await buildx.exec(args, { cwd: dir, env });
  if (exitCode === 0) return parseJson(stdout);
  throw refused(lastError(stderr), options);
}

function refused(reason: string, options: Pick<SourceOptions, "dir" | "env" | "files">): BkcacheError {
  return new BkcacheError({
    code: "BK4020",
    message: `bake refuses the definition: ${reason}`,
    hint: hintOfUnset(reason, options) ?? "`docker buildx bake --print` shows what bake reads from your files",
  });
}

/**
 * Asks bake for all targets and groups. `bake --print` looks at secret files and the SSH agent, which a conversion
 * does not need: what this machine lacks is replaced while bake looks.
 * @throws BkcacheError BK4020 where bake refuses the files as a whole, or nothing of them is left
 */
export async function openBakeSource(buildx: Buildx, options: SourceOptions): Promise<BakeSource> {
  const standIns = await createStandIns(options);
  const overlays = createOverlays();
  const notices: Diagnostic[] = [];
  const close = async (): Promise<void> => {
    await overlays.close();
    await standIns.close();
  };

  const print: Print = async (targets, question = {}): Promise<Answer> => {
    const { vars = {}, input, overlay } = question;
    const files = [
      ...(input === undefined ? options.files : ["-"]),
      ...(overlay === undefined ? [] : [await overlays.write(overlay)]),
      ...(input === undefined ? await standIns.files() : await standIns.filesFor(question.like)),
    ];
    const args = [
      "bake",
      ...files.flatMap((file) => ["-f", file]),
      "--print",
      ...Object.entries({ ...options.pinned, ...vars }).flatMap(([name, value]) => ["--var", `${name}=${value}`]),
      ...(input === undefined ? standIns.flags() : standIns.flagsFor(question.like)),
      ...targets,
    ];
    const env: Record<string, string | undefined> = { ...options.env, ...standIns.env() };
    // Which files a path is relative to is said of the source's files, not of what is made from them.
    if (input !== undefined) delete env["BUILDX_BAKE_FILE_RELATIVE_PATHS"];
    const { exitCode, stdout, stderr } = await buildx.exec(args, {
      cwd: options.dir,
      env,
      ...(input !== undefined && { input }),
    });
    return exitCode === 0 ? { definition: standIns.restore(readDefinition(stdout)) } : { reason: lastError(stderr) };
  };

  try {
    const definition = await printAll({
      list: async () => readNames(await list(buildx, options, "targets")),
      print,
      standIns,
      notices,
      text: options.text,
      files: options,
    });
    const names = [...Object.keys(definition.targets), ...Object.keys(definition.groups)];
    return {
      definition,
      notices: [...notices, ...standIns.notices()],
      async ask(question) {
        const printed = await print(names, { ...question, like: definition });
        if (!("definition" in printed)) return null;
        const groups: Record<string, PlanGroup> = { ...printed.definition.groups };
        // Whatever is asked for is added to this one; what it is by itself is known.
        delete groups["default"];
        const known = definition.groups["default"];
        if (known !== undefined) groups["default"] = known;
        return { targets: printed.definition.targets, groups };
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What bake lists; hidden targets and groups (`_x`) it does not. */
interface ListedNames {
  readonly targets: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
}

function readNames(listed: unknown): ListedNames {
  const entries = listOf(listed);
  const isGroup = (each: unknown): boolean => fieldOf(each, "group") === true;
  const namesOf = (some: readonly unknown[]) => new Set(some.map((each) => String(fieldOf(each, "name"))));
  return { targets: namesOf(entries.filter((each) => !isGroup(each))), groups: namesOf(entries.filter(isGroup)) };
}

interface Search {
  readonly list: () => Promise<ListedNames>;
  readonly print: Print;
  readonly standIns: StandIns;
  readonly notices: Diagnostic[];
  readonly text: string;
  readonly files: Pick<SourceOptions, "dir" | "env" | "files">;
}

async function printAll(search: Search): Promise<BakeDefinition> {
  const [printed, alone] = await Promise.all([search.print(["*"]), search.print(["default"])]);
  if (!("definition" in printed)) return printNames(search);
  const { targets } = printed.definition;
  const groups: Record<string, PlanGroup> = { ...printed.definition.groups };
  // Whatever is asked for is added to this group, unless it is asked for alone.
  delete groups["default"];
  // A target of that name is printed as a group too.
  const isGroup = !Object.hasOwn(targets, "default") || (await search.list()).groups.has("default");
  const own = "definition" in alone && isGroup ? alone.definition.groups["default"] : undefined;
  return { targets, groups: own === undefined ? groups : { ...groups, default: own } };
}

/** The same name by name, where bake refuses some. */
async function printNames(search: Search): Promise<BakeDefinition> {
  const { list, print, notices, text, files } = search;
  const listed = await list();
  const hidden = new Set([...text.matchAll(/(?<![\w-])_[\w-]*/g)].map(([name]) => name));
  // Groups come last: by then something stands in for what their members lack.
  const { targets, groups, failed } = await printParts(search, [
    ...[...listed.targets].filter((name) => !listed.groups.has(name)),
    ...hidden,
    ...listed.groups,
  ]);
  for (const [name, reason] of failed) {
    // A word that only looked like the name of a hidden target.
    if (hidden.has(name) && reason === `failed to find target ${name}`) continue;
    if (isOfMachine(reason)) throw lacks(name, reason);
    notices.push({
      code: "BK1012",
      message: `${name} is left out: bake refuses it as well: ${reason}`,
      hint: "mend it in the source and convert again, if it is needed",
    });
  }
  if (Object.keys(targets).length === 0 && failed.size > 0) throw refused([...failed.values()][0] as string, files);
  delete groups["default"];
  if (listed.groups.has("default")) {
    const answer = await print(["default"]);
    const own = "definition" in answer ? answer.definition.groups["default"] : undefined;
    if (own !== undefined) groups["default"] = own;
  }
  return { targets, groups };
}

/** Asks for names together as far as bake goes along, and tells which it refuses. */
async function printParts({ print, standIns }: Search, wanted: readonly string[]) {
  const targets: Record<string, BakeTarget> = {};
  const groups: Record<string, PlanGroup> = {};
  const failed = new Map<string, string>();
  const linked = new Map<string, BakeTarget>();
  const visit = async (names: readonly string[]): Promise<void> => {
    let answer = await print(names);
    for (let round = 0; round < 50 && "reason" in answer; round += 1) {
      if (!(await standIns.provide(answer.reason, names, print))) break;
      answer = await print(names);
    }
    if ("definition" in answer) {
      const { definition } = answer;
      for (const [name, group] of Object.entries(definition.groups)) if (name !== "default") groups[name] = group;
      const built = new Set(names.flatMap((name) => membersOf(definition.groups, name, [])));
      for (const [name, target] of Object.entries(definition.targets)) {
        if (built.has(name)) targets[name] = target;
        else linked.set(name, target);
      }
      return;
    }
    const [only] = names;
    if (names.length === 1 && only !== undefined) {
      failed.set(only, answer.reason);
      return;
    }
    await visit(names.slice(0, names.length >> 1));
    await visit(names.slice(names.length >> 1));
  };
  if (wanted.length > 0) await visit(wanted);
  for (const [name, target] of linked) targets[name] ??= target;
  return { targets, groups, failed };
}

function membersOf(groups: BakeDefinition["groups"], name: string, above: readonly string[]): readonly string[] {
  const group = above.includes(name) || !Object.hasOwn(groups, name) || name === "default" ? undefined : groups[name];
  return group === undefined ? [name] : group.targets.flatMap((each) => membersOf(groups, each, [...above, name]));
}

function lacks(name: string, reason: string): BkcacheError {
  return new BkcacheError({
    code: "BK1011",
    message: `bake does not say what ${name} is without what this machine lacks: ${reason}`,
    hint: "a secret file may be empty: create it, or the SSH key, and convert again",
  });
}
