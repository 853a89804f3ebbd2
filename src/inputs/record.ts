import { fieldOf, listOf, parseJson } from "../host/json.ts";
import { isJsonWithin } from "../host/json-bounds.ts";
import type { Writer } from "../mounts/snapshot.ts";
import { compress, decompress, readFrame } from "../mounts/zstd.ts";
import type { ContextFile } from "./context-files.ts";
import type { TargetInputs } from "./model.ts";

/** What a cache was made of, as it was written beside it. Digests are cut: they only tell same from other. */
export interface InputRecord {
  /** The cache name. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly fingerprint: string;
  /** How much of the build was exported. */
  readonly mode: "min" | "max";
  /** That were built, as in `linux/arm64`. */
  readonly platforms: readonly string[];
  readonly settings: readonly { readonly name: string; readonly value: string | null; readonly digest: string }[];
  readonly instructions: TargetInputs["instructions"];
  readonly contexts: readonly { readonly name: string; readonly digest: string }[];
  readonly linked: TargetInputs["linked"];
  readonly images: readonly RecordedImage[];
  readonly unknown: readonly string[];
  /** Who wrote it; null where it does not say. */
  readonly writer: Writer | null;
}

export interface RecordedImage {
  /** As written. */
  readonly name: string;
  readonly ref: string;
  /** What it was then; null where the history did not say. */
  readonly digest: string | null;
}

/** What only the run knows that wrote the cache. */
export type RecordFacts = Pick<InputRecord, "name" | "created" | "mode" | "platforms"> & {
  readonly writer?: Writer;
  /** Digests of images, by their names as written. */
  readonly images: Readonly<Record<string, string>>;
};

/** Files of each context that is a folder, by its name. */
export type RecordedFiles = Readonly<Record<string, readonly ContextFile[]>>;

/** A record begins within this many bytes of its object, so that nobody has to read the list of files to have it. */
export const recordBytes = 128 * 1024;
/** An object of more than this is not read. */
export const maxStoredBytes = 64 * 2 ** 20;
const maxRecordJson = 2 ** 20;
const maxFilesJson = 256 * 2 ** 20;
const maxList = 20_000;
const maxText = 1024;
/** Of a path, as Linux has it. */
const maxPath = 4096;
const cut = 20;

/**
 * The object: one zstd frame with the record, and behind it one with the files, both JSON. Null where there is more than a reader
 * would take.
 */
export async function writeRecord(inputs: TargetInputs, facts: RecordFacts): Promise<Buffer | null> {
  const { fingerprint, settings, instructions, contexts, linked, images, unknown } = inputs;
  const record = Buffer.from(
    JSON.stringify({
      v: 1,
      name: facts.name,
      created: facts.created,
      fingerprint,
      mode: facts.mode,
      platforms: facts.platforms,
      settings: settings.map(({ name, value, digest }) => [name, value, digest.slice(0, cut)]),
      instructions: instructions.map(({ digest, line, text }) => [digest.slice(0, cut), line, text]),
      contexts: contexts.map(({ name, digest }) => [name, digest.slice(0, cut)]),
      linked: linked.map(({ target, fingerprint: own }) => [target, own.slice(0, cut)]),
      images: images.map(({ name, ref }) => [name, ref.slice(0, cut), facts.images[name] ?? null]),
      unknown,
      writer: facts.writer,
    }),
  );
  const files = Buffer.from(
    JSON.stringify(
      contexts.flatMap(({ name, files: list }) =>
        list === null
          ? []
          : [[name, list.list().map(({ path, mode, kind, id }) => [path, mode, kind, id.slice(0, maxPath)])]],
      ),
    ),
  );
  const parts = await Promise.all([record, files].map((part) => compress(part, { hasChecksum: true })));
  const bytes = Buffer.concat(parts);
  const isReadable = (await readRecord(parts[0] as Buffer, facts.name)) !== null;
  return isReadable && files.length <= maxFilesJson && bytes.length <= maxStoredBytes ? bytes : null;
}

/**
 * Null for what is no record of this cache: what is in a bucket may be anybody's.
 * @param start at least the first `recordBytes` of the object, or all of it
 */
export async function readRecord(start: Buffer, name: string): Promise<InputRecord | null> {
  const frame = readFrame(start);
  if (frame === null || frame.length > recordBytes) return null;
  const json = await decompress(start.subarray(0, frame.length), maxRecordJson, { hasChecksum: true });
  if (json === null || !isJsonWithin(json, 8 * maxList)) return null;
  const found = parseJson(json);
  const list = <T>(key: string, read: (values: readonly unknown[]) => T): readonly T[] =>
    listOf(fieldOf(found, key))
      .slice(0, maxList)
      .map((each) => read(listOf(each)));
  const mode = fieldOf(found, "mode");
  const created = fieldOf(found, "created");
  const fingerprint = fieldOf(found, "fingerprint");
  const isOurs = fieldOf(found, "v") === 1 && fieldOf(found, "name") === name;
  if (!isOurs || typeof fingerprint !== "string" || !/^[0-9a-f]{64}$/.test(fingerprint)) return null;
  if (typeof created !== "number" || !Number.isSafeInteger(created) || created < 0) return null;
  return {
    name,
    created,
    fingerprint,
    mode: mode === "min" ? "min" : "max",
    platforms: textsOf(fieldOf(found, "platforms")),
    settings: list("settings", ([setting, value, digest]) => ({
      name: text(setting),
      value: typeof value === "string" ? text(value) : null,
      digest: text(digest),
    })),
    instructions: list("instructions", ([digest, line, written]) => ({
      digest: text(digest),
      line: typeof line === "number" && Number.isSafeInteger(line) && line > 0 ? line : 1,
      text: text(written),
    })),
    contexts: list("contexts", ([context, digest]) => ({ name: text(context), digest: text(digest) })),
    linked: list("linked", ([target, own]) => ({ target: text(target), fingerprint: text(own) })),
    images: list("images", ([image, ref, digest]) => ({
      name: text(image),
      ref: text(ref),
      digest: typeof digest === "string" && /^sha256:[0-9a-f]{64}$/.test(digest) ? digest : null,
    })),
    unknown: textsOf(fieldOf(found, "unknown")),
    writer: readWriter(fieldOf(found, "writer")),
  };
}

function readWriter(value: unknown): Writer | null {
  const version = text(fieldOf(value, "version"));
  const keys = ["commit", "run", "build", "level"] as const;
  const known = keys.map((key) => [key, text(fieldOf(value, key))] as const).filter(([, said]) => said !== "");
  return version === "" ? null : { version, ...Object.fromEntries(known) };
}

/** The files that the object lists; null where it has none that can be read. @param bytes the entire object */
export async function readFiles(bytes: Buffer): Promise<RecordedFiles | null> {
  const first = readFrame(bytes);
  const rest = first === null ? null : bytes.subarray(first.length);
  if (rest === null || rest.length === 0) return null;
  const json = await decompress(rest, Math.min(maxFilesJson, 2 ** 20 + 64 * rest.length), { hasChecksum: true });
  if (json === null || !isJsonWithin(json, 100_000 + 24 * rest.length)) return null;
  const contexts = listOf(parseJson(json)).map(listOf);
  return Object.fromEntries(
    contexts.map(([name, files]) => [text(name), listOf(files).flatMap((each) => readFile(listOf(each)))]),
  );
}

const kinds = ["file", "folder", "link"] as const;

function readFile([path, mode, kind, id]: readonly unknown[]): readonly ContextFile[] {
  const known = kinds.find((each) => each === kind);
  if (typeof path !== "string" || typeof mode !== "number" || typeof id !== "string" || known === undefined) return [];
  if (path.length > maxPath || id.length > maxPath || !Number.isInteger(mode)) return [];
  return [{ path, mode, kind: known, id }];
}

function textsOf(value: unknown): readonly string[] {
  return listOf(value).slice(0, maxList).map(text);
}

function text(value: unknown): string {
  return typeof value === "string" ? value.slice(0, maxText) : "";
}

/** Whether a digest is the one that a record has cut. */
export function isSameDigest(digest: string, recorded: string): boolean {
  return recorded.length === cut && digest.startsWith(recorded);
}
