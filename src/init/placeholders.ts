import type { BakeDefinition } from "../bake/printed.ts";
import type { BakeTarget } from "../bake/model.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import type { BakeSource } from "./bake-source.ts";
import { findLayers, type Layers, type Marked } from "./layers.ts";
import { markOf } from "./variables.ts";

/** Targets that a further bake file fills, such as the one that docker/metadata-action writes. */
export interface Placeholders {
  /** The targets that inherit some, by name, with what lies where. */
  readonly heirs: ReadonlyMap<string, Layers>;
  /** Files that fill them, each with what bake makes of the source with it; the first fills all. */
  readonly fillings: readonly Filling[];
  readonly notices: readonly Diagnostic[];
}

export interface Filling {
  /** A bake file, in JSON. */
  readonly overlay: string;
  readonly definition: BakeDefinition;
}

/**
 * Placeholders say nothing themselves and are inherited, which bake's answer does not show: it is asked what changes
 * when another file fills them. Whether what is made of an heir changes likewise is for the caller to try.
 */
export async function findPlaceholders(source: Pick<BakeSource, "definition" | "ask">): Promise<Placeholders> {
  const { definition } = source;
  const suspects = Object.keys(definition.targets).filter(
    (name) => name !== "default" && (isEmpty(definition.targets[name] ?? {}) || isMetadataName(name)),
  );
  const none = { heirs: new Map<string, Layers>(), fillings: [] };
  if (suspects.length === 0) return { ...none, notices: [] };
  const marks = new Map(suspects.map((name, index) => [name, markOf(index, definition)]));
  const everybody = Object.values(definition.targets);
  const first = await askFilled(source, suspects, (name) => fill(marks.get(name) as string, everybody));
  if (first === null) return { ...none, notices: notAsked(suspects.filter(isMetadataName)) };
  const parents = parentsIn(first.definition, marks);
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
    .map((name) => lostPlaceholder(name, heirsOf(name), whyNot(definition.targets[name] ?? {}, parents.get(name))));
  if (names.length === 0) return { ...none, notices };

  const heirs = new Map(
    [...parents].flatMap(([heir, each]): [string, readonly string[]][] => {
      const kept = each.filter((name) => names.includes(name));
      return kept.length === 0 ? [] : [[heir, kept]];
    }),
  );
  const fillOf = (name: string) =>
    fill(
      marks.get(name) as string,
      heirsOf(name).map((heir) => definition.targets[heir] ?? {}),
    );
  // With one of them alone where a nearer one would hide it.
  const hidden = [...new Set([...heirs.values()].flatMap((each) => each.slice(0, -1)))];
  const isSame = names.length === suspects.length;
  const [all, ...alone] = await Promise.all([
    isSame ? first : askFilled(source, names, fillOf),
    ...hidden.map((name) => askFilled(source, [name], fillOf)),
  ]);
  if (all === null || all === undefined || alone.includes(null)) {
    return { ...none, notices: [...notices, ...notAsked(names)] };
  }
  const layers = new Map(
    [...heirs].map(([heir, placeholders]) => {
      const markedFor = (name: string): Marked => {
        const by = name === placeholders.at(-1) ? all : (alone[hidden.indexOf(name)] ?? all);
        return { definition: by.definition, marks };
      };
      return [heir, findLayers(definition.targets[heir] ?? {}, heir, { placeholders, markedFor })] as const;
    }),
  );
  return { heirs: layers, fillings: [all, ...alone.filter((each) => each !== null)], notices };
}

async function askFilled(
  { ask }: Pick<BakeSource, "ask">,
  names: readonly string[],
  fillOf: (name: string) => object,
): Promise<Filling | null> {
  const overlay = JSON.stringify({ target: Object.fromEntries(names.map((name) => [name, fillOf(name)])) });
  const definition = await ask({ overlay });
  return definition === null ? null : { overlay, definition };
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

type Parents = ReadonlyMap<string, readonly string[]>;

/** Which of these each target inherits, from far to near: annotations add up in that order. */
function parentsIn({ targets }: BakeDefinition, marks: ReadonlyMap<string, string>): Parents {
  const found = Object.entries(targets).flatMap(([heir, { annotations }]): [string, readonly string[]][] => {
    const parents = ((annotations ?? []) as readonly string[]).flatMap((item) =>
      [...marks].flatMap(([name, mark]) => (item === `${mark}=1` && name !== heir ? [name] : [])),
    );
    return parents.length === 0 ? [] : [[heir, parents]];
  });
  return new Map(found);
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

/** What is said of a placeholder whose filling no longer reaches some targets. */
export function lostPlaceholder(name: string, heirs: readonly string[], reason?: string): Diagnostic {
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
