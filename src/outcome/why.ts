import type { Difference } from "../inputs/compare.ts";
import { describeDifference } from "../inputs/describe-difference.ts";
import type { InputRecord } from "../inputs/record.ts";
import { explainFailure } from "./explain-failure.ts";
import { canonicalImage, imagesOf } from "./images.ts";
import type { Progress } from "./progress.ts";
import type { BuildSteps, RanStep } from "./steps.ts";

/** Why a target had steps to run. */
export interface WhyReport {
  /** The first of them, as BuildKit calls it. */
  readonly step: string;
  readonly cause: Cause;
  /** A clause for people. */
  readonly text: string;
  /** What else is not as it was when the cache was written, as clauses for people. */
  readonly more: readonly string[];
}

export type Cause =
  /** Nothing was read. */
  | "no-cache"
  /** The command line or the definition says that steps run. */
  | "asked"
  | "instruction"
  | "files"
  /** An argument, a secret's id or another part of the definition. */
  | "setting"
  | "linked"
  | "image"
  /** A layer or manifest that could not be read. */
  | "blob"
  /** The builder is known to lose what it imports. */
  | "lost"
  | "not-exported"
  | "unknown";

/** What was recorded with the cache that a target read, against what it is made of now. */
export interface Comparison {
  /** Null where nothing was read, or nobody knows what it was made of. */
  readonly record: InputRecord | null;
  /** In what it differs; null where that cannot be told, for `unknown`. */
  readonly differences: readonly Difference[] | null;
  readonly unknown: string | null;
  /** References of its images now, by their names as written. */
  readonly images: Readonly<Record<string, string>>;
  /** That were built. */
  readonly platforms: readonly string[];
  readonly hasLinks: boolean;
  /** As BuildKit calls it; null where that is not known. */
  readonly lastStage: string | null;
  /** Whether all steps were to run. */
  readonly runsAll: boolean;
  /** The version of a builder that loses imported cache. */
  readonly losesCache: string | null;
  /** Layers of the cache were found to be gone by a first try of the build; a clause for people. */
  readonly lostLayers: string | null;
}

export interface WhyInput {
  /** Why this source, or why none. */
  readonly reason: string;
  readonly hasSource: boolean;
  /** Results that the relay left out, since their layers are gone. */
  readonly droppedResults: number;
  readonly comparison: Comparison | null;
  readonly steps: BuildSteps | null;
  readonly progress: Progress | null;
  /** Of the other targets of the run. */
  readonly others: readonly BuildSteps[];
}

/** What is on its way to a base image runs in every build that has no layers of it. */
const isBase = ({ name }: RanStep) => / FROM /.test(name);

/** Null where no step ran but to fetch images, and where the builder has no history. */
export function explainRun(input: WhyInput): WhyReport | null {
  const step = input.steps?.steps.ran.find((each) => !isBase(each));
  if (step === undefined) return null;
  const [first, ...rest] = findCauses(input, step);
  return {
    step: step.name,
    ...(first ?? {
      cause: "unknown" as const,
      text: "what it is made of is the same; why its cache did not fit is not known",
    }),
    more: rest.map(({ text }) => text),
  };
}

type Found = Pick<WhyReport, "cause" | "text">;

function findCauses(input: WhyInput, step: RanStep): readonly Found[] {
  const { reason, hasSource, droppedResults, comparison, steps } = input;
  const lostLayers = comparison?.lostLayers ?? null;
  if (lostLayers !== null) return [{ cause: "blob", text: lostLayers }];
  if (comparison?.runsAll === true) return [{ cause: "asked", text: "its steps were to run, whatever is cached" }];
  if (!hasSource) return [{ cause: "no-cache", text: reason }];
  const failure = steps?.failures.find(({ direction }) => direction === "import");
  if (failure !== undefined)
    return [{ cause: "blob", text: `its cache could not be read: ${explainFailure(failure)}` }];
  if (comparison === null) return [];
  const { record, differences, unknown } = comparison;
  if (record === null || differences === null) {
    return [{ cause: "unknown", text: unknown ?? "its cache has no note of what it was made of" }];
  }
  const known = differences.filter(({ kind }) => kind !== "unknown");
  const open = differences.filter(({ kind }) => kind === "unknown").map(toFound);
  const all = [
    ...movedImages(comparison, input.progress),
    ...leftOutStage(comparison, record, step),
    ...inOrder(known, step).map(toFound),
  ];
  if (all.length > 0) return [...all, ...open];
  if (droppedResults > 0)
    return [{ cause: "blob", text: `the bucket lacks layers of ${droppedResults} results of its cache` }];
  const other = [...notExported(comparison, record), ...lostByBuilder(comparison, input)];
  return other.length > 0 ? other : open;
}

const causes: Readonly<Record<Difference["kind"], Cause>> = {
  setting: "setting",
  instruction: "instruction",
  files: "files",
  linked: "linked",
  image: "setting",
  unknown: "unknown",
};

function toFound(difference: Difference): Found {
  return { cause: causes[difference.kind], text: describeDifference(difference) };
}

/** What the step itself shows comes first. */
function inOrder(differences: readonly Difference[], step: RanStep): readonly Difference[] {
  const isOwn = isOfStep(step);
  return [...differences.filter(isOwn), ...differences.filter((each) => !isOwn(each))];
}

/** BuildKit shows a step with its variables replaced, so that not every one is found. */
function isOfStep({ name }: RanStep): (difference: Difference) => boolean {
  const text = name.replace(/^\[[^\]]*\] /, "").replaceAll(/\s+/g, " ");
  return (each) => {
    if (each.kind === "instruction") return each.after !== null && text.startsWith(each.after.text);
    return each.kind === "files" && /^(?:COPY|ADD) |type=bind/.test(text);
  };
}

/** Of a stage that no export has had, every step runs, changed or not. */
function leftOutStage({ lastStage }: Comparison, record: InputRecord, { name }: RanStep): readonly Found[] {
  const stage = /^\[(?:\S+ )?(\S+) \d+\/\d+\] /.exec(name)?.[1];
  if (record.mode !== "min" || lastStage === null || stage === undefined || stage === lastStage) return [];
  return [{ cause: "not-exported", text: `the cache was written with mode=min, which leaves out the stage ${stage}` }];
}

function movedImages({ record, images }: Comparison, progress: Progress | null): readonly Found[] {
  const now = progress === null ? null : imagesOf(progress);
  return (record?.images ?? []).flatMap(({ name, digest }) => {
    const is = now?.get(canonicalImage(images[name] ?? ""));
    if (digest === null || is === undefined || is === digest) return [];
    return [
      { cause: "image" as const, text: `the image ${name} was ${digest.slice(0, 19)} and is ${is.slice(0, 19)}` },
    ];
  });
}

function notExported({ platforms }: Comparison, record: InputRecord): readonly Found[] {
  const isSame = platforms.every((platform) => record.platforms.includes(platform));
  if (!isSame && record.platforms.length > 0) {
    return [
      {
        cause: "not-exported",
        text: `the cache is of ${record.platforms.join(", ")}, the build of ${platforms.join(", ")}`,
      },
    ];
  }
  return [];
}

function lostByBuilder({ hasLinks, losesCache }: Comparison, { steps, others }: WhyInput): readonly Found[] {
  if (losesCache === null || steps === null) return [];
  const own = new Set([...steps.digests.cached, ...steps.digests.ran.keys()]);
  const isShared = others.some(({ digests }) =>
    [...digests.cached, ...digests.ran.keys()].some((each) => own.has(each)),
  );
  if (!hasLinks && !isShared) return [];
  const which = hasLinks ? "linked targets" : "targets that share a plain COPY";
  return [
    { cause: "lost", text: `BuildKit ${losesCache} loses imported cache of ${which}; 0.35 and COPY --link keep it` },
  ];
}
