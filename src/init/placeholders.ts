import type { BakeDefinition } from "../bake/printed.ts";
import type { BakeTarget } from "../bake/model.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import type { BakeSource } from "./bake-source.ts";
import { findDifferences } from "./compare.ts";
import { findLayers, type Layers, type Marked } from "./layers.ts";
import { markOf } from "./variables.ts";

/** Targets that a further bake file fills, such as the one that docker/metadata-action writes. */
export interface Placeholders {
  /** The targets that inherit some, by name, with what lies where. */
  readonly heirs: ReadonlyMap<string, Layers>;
  /** A file that fills all of them, and what bake makes of the source with it. Absent where there are none. */
  readonly filled?: { readonly overlay: string; readonly definition: BakeDefinition };
  /** Targets that such a file changes in the source, but no longer in what is made of it. */
  readonly unreached: ReadonlySet<string>;
  readonly notices: readonly Diagnostic[];
}

export interface PlaceholderSearch {
  readonly source: Pick<BakeSource, "definition" | "ask">;
  /** Differences that say nothing, as `findDifferences` names them. */
  readonly volatile: readonly string[];
  /** The bake file of a conversion with these heirs. */
  readonly compile: (heirs: Placeholders["heirs"]) => string | null;
}

/**
 * Placeholders say nothing themselves and are inherited, which bake's answer does not show: it is asked what changes
 * when another file fills them. An heir is kept as one only where what is made of it gives the same as the source,
 * both with that file and without.
 */
export async function findPlaceholders(search: PlaceholderSearch): Promise<Placeholders> {
  const { source, compile, volatile } = search;
  const { definition } = source;
  const suspects = Object.keys(definition.targets).filter(
    (name) => name !== "default" && (isEmpty(definition.targets[name] ?? {}) || isMetadataName(name)),
  );
  const none = { heirs: new Map<string, Layers>(), unreached: new Set<string>() };
  if (suspects.length === 0) return { ...none, notices: [] };
  const marks = new Map(suspects.map((name, index) => [name, markOf(index, definition)]));
  const parents = await findParents(source, marks);
  if (parents === null) return { ...none, notices: notAsked(suspects.filter(isMetadataName)) };
  const heirsOf = (name: string) => [...parents].flatMap(([heir, each]) => (each.includes(name) ? [heir] : []));
  const names = suspects.filter(
    (name) =>
      heirsOf(name).length > 0 &&
      !parents.has(name) &&
      isEmpty(definition.targets[name] ?? {}) &&
      (isMetadataName(name) || !isMember(definition, name)),
  );
  const notices = suspects
    .filter((name) => isMetadataName(name) && !names.includes(name) && heirsOf(name).length > 0)
    .map((name) => lost(name, heirsOf(name), whyNot(definition.targets[name] ?? {}, parents.get(name))));
  if (names.length === 0) return { ...none, notices };

  const heirs = new Map(
    [...parents].flatMap(([heir, each]): [string, readonly string[]][] => {
      const kept = each.filter((name) => names.includes(name));
      return kept.length === 0 ? [] : [[heir, kept]];
    }),
  );
  const asked = await askFilled(source, { names, heirs, marks });
  if (asked === null) return { ...none, notices: [...notices, ...notAsked(names)] };
  const layers = new Map(
    [...heirs].map(([heir, placeholders]) => {
      const markedFor = (name: string): Marked => {
        const { definition: shown } = (name !== placeholders.at(-1) && asked.alone.get(name)) || asked.filled;
        return { definition: shown, marks };
      };
      return [heir, findLayers(definition.targets[heir] ?? {}, heir, { placeholders, markedFor })] as const;
    }),
  );
  const input = compile(layers);
  const wrong: string[] = [];
  for (const [overlay, expected] of [[undefined, definition], ...asked.pairs] as const) {
    const made =
      input === null ? null : await source.ask({ input, isComplete: true, ...(overlay !== undefined && { overlay }) });
    if (made === null) wrong.push(...[...heirs.keys()].map((name) => `target ${name}`));
    else wrong.push(...findDifferences(expected, made).filter((each) => !volatile.includes(each)));
  }
  const hasWrongGroup = wrong.some((each) => each.startsWith("group "));
  const unreached = new Set([...(hasWrongGroup ? heirs.keys() : []), ...wrong.map(nameIn)]);
  for (const name of names) {
    // Also what does not inherit the placeholder may look at it, as `target.NAME.tags`.
    const gone = [...unreached].filter((each) => heirs.get(each)?.includes(name) ?? !names.includes(each));
    if (gone.length > 0) notices.push(lost(name, gone));
  }
  const kept = new Map([...layers].filter(([heir]) => !unreached.has(heir)));
  return { heirs: kept, filled: asked.filled, unreached, notices };
}

/** What bake prints of a target that says nothing. */
function isEmpty(target: BakeTarget): boolean {
  return saidIn(target).length === 0;
}

function saidIn({ context, dockerfile, ...others }: BakeTarget): readonly string[] {
  return [
    ...(context === undefined || context === "." ? [] : ["context"]),
    ...(dockerfile === undefined || dockerfile === "Dockerfile" ? [] : ["dockerfile"]),
    ...Object.keys(others),
  ];
}

/** Whether a target is called as docker/metadata-action's: that one is meant to be filled whatever else it is. */
function isMetadataName(name: string): boolean {
  return /(?:^|[-_])meta(?:data)?(?:$|[-_])/i.test(name);
}

/** Members of a group are built: such a target says nothing since bake's defaults are what it needs. */
function isMember({ groups }: BakeDefinition, name: string): boolean {
  return Object.values(groups).some(({ targets }) => targets.includes(name));
}

function nameIn(difference: string): string {
  return /^\S+ ([^:]+)/.exec(difference)?.[1] ?? "";
}

type Parents = ReadonlyMap<string, readonly string[]>;

/** Which of these each target inherits, from far to near: annotations add up in that order. */
async function findParents(
  { ask }: PlaceholderSearch["source"],
  marks: ReadonlyMap<string, string>,
): Promise<Parents | null> {
  const annotated = [...marks].map(([name, mark]) => [name, { annotations: [`${mark}=1`] }]);
  const answer = await ask({ overlay: JSON.stringify({ target: Object.fromEntries(annotated) }) });
  if (answer === null) return null;
  const found = Object.entries(answer.targets).flatMap(([heir, { annotations }]): [string, readonly string[]][] => {
    const parents = ((annotations ?? []) as readonly string[]).flatMap((item) =>
      [...marks].flatMap(([name, mark]) => (item === `${mark}=1` && name !== heir ? [name] : [])),
    );
    return parents.length === 0 ? [] : [[heir, parents]];
  });
  return new Map(found);
}

interface Filling {
  readonly names: readonly string[];
  readonly heirs: Parents;
  readonly marks: ReadonlyMap<string, string>;
}

/** The source with all placeholders filled, and with one of them alone where a nearer one would hide it. */
async function askFilled({ definition, ask }: PlaceholderSearch["source"], { names, heirs, marks }: Filling) {
  const filling = (filled: readonly string[]): string => {
    const targets = filled.map((name) => {
      const under = [...heirs].flatMap(([heir, each]) => (each.includes(name) ? [definition.targets[heir] ?? {}] : []));
      return [name, fill(marks.get(name) as string, under)];
    });
    return JSON.stringify({ target: Object.fromEntries(targets) });
  };
  const hidden = new Set([...heirs.values()].flatMap((each) => each.slice(0, -1)));
  const pairs: [string, BakeDefinition][] = [];
  for (const filled of [names, ...[...hidden].map((name) => [name])]) {
    const overlay = filling(filled);
    const answer = await ask({ overlay });
    if (answer === null) return null;
    pairs.push([overlay, answer]);
  }
  const [first, ...rest] = pairs;
  if (first === undefined) return null;
  const alone = new Map([...hidden].map((name, i) => [name, { definition: (rest[i] ?? first)[1] }]));
  return { pairs, alone, filled: { overlay: first[0], definition: first[1] } };
}

/** What such a file sets, under the keys that the heirs have and under a new one. */
function fill(mark: string, heirs: readonly BakeTarget[]): object {
  const mapOf = (key: "labels" | "args") =>
    Object.fromEntries(
      [...heirs.flatMap((heir) => Object.keys(heir[key] ?? {})), mark].map((each) => [literal(each), mark]),
    );
  return {
    tags: [mark.toLowerCase()],
    platforms: [`linux/${mark.toLowerCase()}`],
    labels: mapOf("labels"),
    args: mapOf("args"),
    annotations: [`${mark}=1`],
  };
}

/** Keys are templates in bake's JSON. */
function literal(key: string): string {
  return key.replaceAll(/[$%](?=\{)/g, "$&$&");
}

function whyNot(target: BakeTarget, parents: readonly string[] | undefined): string {
  const said = saidIn(target);
  return said.length > 0
    ? `it sets ${said.join(", ")} itself, which makes it a target like others`
    : `it inherits ${parents?.join(", ")} itself`;
}

function lost(name: string, heirs: readonly string[], reason?: string): Diagnostic {
  return {
    code: "BK1012",
    message: `what a further bake file sets in ${name} does not reach ${heirs.join(", ")} any more${reason === undefined ? "" : `: ${reason}`}`,
    hint:
      reason === undefined
        ? "keep the source with `bake:` in the config instead, if that file is needed"
        : `leave ${name} empty in the source, let what inherits it inherit its values from another target before it, and convert again; or keep the source with \`bake:\``,
  };
}

function notAsked(names: readonly string[]): readonly Diagnostic[] {
  return names.map((name) => ({
    code: "BK1012",
    message: `bake does not say what changes when a further file fills ${name}; what inherits it no longer does`,
    hint: "keep the source with `bake:` in the config instead, if such a file is passed",
  }));
}
