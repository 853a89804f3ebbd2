import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Buildx } from "../builder/buildx.ts";
import { buildxConfigDir } from "../builder/docker-config.ts";
import type { Gateway } from "../builder/gateway/gateway.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import { fieldOf, isRecord, parseJson } from "../host/json.ts";
import type { Host } from "../host/host.ts";
import { collectProgress, type Progress, readProgress } from "./progress.ts";

/** What is known afterwards of the build of one target. */
export interface TargetRecord {
  /** As in the metadata file: builder, node and id. Several where the platforms went to several nodes. */
  readonly refs: readonly string[];
  /** Of the image; null without one. */
  readonly digest: string | null;
  /** Null where the builder has no history of it. */
  readonly progress: Progress | null;
  /** By the builder's word: all of it was built, whatever buildx made of it. Undefined where it was not asked. */
  readonly isCompleted?: boolean;
}

export interface History {
  /** By target; only those of which anything is known. */
  readonly targets: Readonly<Record<string, TargetRecord>>;
  /** Why something is missing. */
  readonly notes: readonly Diagnostic[];
}

export interface HistoryOptions {
  readonly buildx: Buildx;
  readonly builder: string;
  /** Targets that were to be built. */
  readonly targets: readonly string[];
  /** The metadata files that the bake wrote; one may be missing. */
  readonly metadataFiles: readonly string[];
  /** When the bake began, in ms since the epoch. */
  readonly startedAt: number;
  /** The builder's own connection, where it costs nothing; null where buildx is to be asked. */
  readonly gateway?: () => Promise<Pick<Gateway, "readBuild"> | null>;
  /** The metadata file is that of `buildx build`: of the one target, without its name. */
  readonly isSingle?: boolean;
}

const askTimeout = 15_000;
/** Each replay is a process of its own. */
const parallelism = 4;

/**
 * What the builder remembers of a bake: builds by the metadata file and, for targets that it does not have (it is
 * not written after a failure), by the builder's list of builds. Never throws: a build without history is a build.
 */
export async function readHistory(host: Host, options: HistoryOptions): Promise<History> {
  const { targets, isSingle = false } = options;
  const texts = await Promise.all(options.metadataFiles.map(readText));
  const single = isSingle ? targets[0] : undefined;
  const found = new Map(texts.flatMap((text) => Object.entries(readMetadata(text, single))));
  const notes: Diagnostic[] = [];
  if (targets.some((name) => !found.has(name))) {
    const recent = await findRecent(host, options);
    if (typeof recent === "string") notes.push(incomplete(recent));
    else for (const [name, build] of recent) if (!found.has(name)) found.set(name, { ...build, digest: null });
  }
  const waiting = [...found].filter(([name]) => targets.includes(name));
  const records: Record<string, TargetRecord> = {};
  const reasons = new Set<string>();
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [name, { refs, digest, isCompleted }] = next;
      const replays = await Promise.all(refs.map((ref) => replay(options, ref)));
      for (const text of replays) if (typeof text === "string") reasons.add(text);
      const known = replays.filter((progress) => typeof progress !== "string");
      const progress = known.length === 0 ? null : merge(known);
      records[name] = { refs, digest, progress, ...(isCompleted !== undefined && { isCompleted }) };
    }
  };
  await Promise.all(Array.from({ length: parallelism }, worker));
  for (const reason of reasons) notes.push(incomplete(reason));
  return { targets: records, notes };
}

function incomplete(reason: string): Diagnostic {
  return {
    code: "BK5012",
    message: `the builder's history cannot be read: ${reason}`,
    hint: "the report says nothing of the steps; the build is not affected",
  };
}

function merge(all: readonly Progress[]): Progress {
  return { vertexes: all.flatMap(({ vertexes }) => vertexes), statuses: all.flatMap(({ statuses }) => statuses) };
}

type Found = Omit<TargetRecord, "progress">;

/**
 * Reads a metadata file of bake; what is no target of it is skipped.
 * @param single name of the one target that the file is about, where it is that of a plain build
 */
export function readMetadata(text: string | null, single?: string): Readonly<Record<string, Found>> {
  // No JSON where it was cut off, as by a full disk.
  const parsed = parseJson(text ?? "{}");
  const found: Record<string, Found> = {};
  const named = single === undefined ? parsed : { [single]: parsed };
  for (const [name, value] of Object.entries(isRecord(named) ? named : {})) {
    if (!isRecord(value)) continue;
    // With several platforms the key may name one: "buildx.build.ref/linux/arm64".
    const refs = Object.entries(value).filter(([key]) => /^buildx\.build\.ref(\/|$)/.test(key));
    const texts = refs.map(([, ref]) => ref).filter((ref) => typeof ref === "string" && ref !== "");
    const digest = value["containerimage.digest"];
    if (texts.length === 0) continue;
    found[name] = { refs: [...new Set(texts as string[])], digest: typeof digest === "string" ? digest : null };
  }
  return found;
}

/** One line of `buildx history ls --format json`. */
interface ListedBuild {
  readonly ref: string;
  readonly name: string;
  readonly createdAt: number;
  readonly isCompleted: boolean;
}

/** Builds of this client since the bake began, by target; a text that says why there is no answer. */
async function findRecent(
  host: Host,
  options: HistoryOptions,
): Promise<ReadonlyMap<string, Pick<TargetRecord, "refs" | "isCompleted">> | string> {
  const { buildx, builder, targets, startedAt, isSingle = false } = options;
  const { exitCode, stdout, stderr } = await buildx.exec(
    ["history", "ls", "--builder", builder, "--format", "json", "--no-trunc"],
    { timeoutMs: askTimeout },
  );
  if (exitCode !== 0) return lastLine(stderr);
  const found = new Map<string, Pick<TargetRecord, "refs" | "isCompleted">>();
  for (const build of stdout.split("\n").flatMap(readListed)) {
    const own = await readOwnState(host, build.ref);
    // The client's clock where it has a note of the build, else the builder's, which may differ a little.
    const began = own?.savedAt ?? build.createdAt + 5_000;
    // A plain build has no name but "default".
    const target = isSingle && own !== null ? targets[0] : (own?.target ?? /\(([^()]*)\)$/.exec(build.name)?.[1]);
    if (began < startedAt || target === undefined || !targets.includes(target)) continue;
    // Newest first; with one node a target has one build in a bake.
    if (!found.has(target)) found.set(target, { refs: [build.ref], isCompleted: build.isCompleted });
  }
  return found;
}

function readListed(line: string): readonly ListedBuild[] {
  const parsed = parseJson(line);
  if (!isRecord(parsed)) return [];
  const { ref, name, created_at: createdAt, status } = parsed;
  if (typeof ref !== "string") return [];
  const time = typeof createdAt === "string" ? Date.parse(createdAt) : Number.NaN;
  return [
    {
      ref,
      name: typeof name === "string" ? name : "",
      createdAt: Number.isNaN(time) ? 0 : time,
      isCompleted: status === "Completed",
    },
  ];
}

/**
 * What buildx notes on this machine of each build that it starts: the name of the bake target, which the builder does
 * not know. Null for builds of others.
 */
async function readOwnState(
  host: Host,
  ref: string,
): Promise<{ readonly target: string; readonly savedAt: number } | null> {
  const dir = buildxConfigDir(host.env);
  if (!/^[^/]+\/[^/]+\/[^/]+$/.test(ref) || ref.includes("..")) return null;
  const path = join(dir, "refs", ref);
  try {
    const target = fieldOf(parseJson(await readFile(path, "utf8")), "Target");
    return typeof target === "string" ? { target, savedAt: (await stat(path)).mtimeMs } : null;
  } catch {
    return null;
  }
}

/** The progress of one build, or why there is none. */
async function replay(options: HistoryOptions, ref: string): Promise<Progress | string> {
  const { buildx, builder } = options;
  // With --builder buildx takes the bare id only.
  const id = ref.slice(ref.lastIndexOf("/") + 1);
  const answer = await askBuilder(options, id);
  if (answer !== null) return answer;
  const { exitCode, stderr } = await buildx.exec(
    ["history", "logs", "--builder", builder, "--progress", "rawjson", id],
    { timeoutMs: askTimeout },
  );
  if (exitCode !== 0) return lastLine(stderr);
  const progress = readProgress(stderr);
  return progress.vertexes.length === 0 ? "it is empty" : progress;
}

/** Null where buildx is to be asked, which also knows why there is no answer. */
async function askBuilder({ gateway }: HistoryOptions, id: string): Promise<Progress | null> {
  try {
    const answers = await (await gateway?.())?.readBuild(id);
    const progress = collectProgress(answers ?? []);
    return progress.vertexes.length === 0 ? null : progress;
  } catch {
    return null;
  }
}

function lastLine(stderr: string): string {
  if (stderr.includes("unknown method ListenBuildHistory")) return "BuildKit keeps none before 0.11";
  const lines = stderr.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("{"));
  return (lines.at(-1) ?? "buildx gave no reason").replace(/^ERROR: /, "").trim();
}

async function readText(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch(() => null);
}
