import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { readCacheName } from "../bake/read-cache-name.ts";
import { createLimit } from "../host/limit.ts";
import { fieldOf, listOf, parseJsonWithin } from "../host/json.ts";
import { readBlob, readBounded, readDescriptor } from "./local-cache.ts";
import { configType, maxManifestBytes, summarise } from "./manifest.ts";

/*
 * A local backend: one folder for each cache name, an OCI image layout that BuildKit's client writes (client/solve.go,
 * client/ociindex, and containerd's content store below `blobs/` and `ingest/`).
 */

export interface FolderBlob {
  /** Digits of its SHA-256. */
  readonly hex: string;
  readonly size: number;
  readonly modifiedAt: number;
}

export interface FolderCache {
  /** Of the cache, and of its folder. */
  readonly name: string;
  readonly dir: string;
  /** When its index was written, in ms. */
  readonly savedAt: number;
  /** What the index leads to, by the digits; null where it cannot be read. */
  readonly used: ReadonlySet<string> | null;
  readonly blobs: readonly FolderBlob[];
  /** Digits of layers that are named and not there. */
  readonly missing: readonly string[];
  readonly layers: number;
  readonly steps: number;
  /** When anything in it was written the last time. */
  readonly writtenAt: number;
  /** Whether its index is being written. */
  readonly isLocked: boolean;
}

const maxIndexBytes = 4 * 2 ** 20;
/** Folders read at once. */
const atOnce = 4;

/** The caches below a backend's path, the youngest first. Folders of others are passed over. */
export async function readFolders(dir: string): Promise<readonly FolderCache[]> {
  const entries = await entriesOf(dir);
  const limit = createLimit(atOnce);
  const names = entries.filter((entry) => entry.isDirectory() && readCacheName(entry.name) !== null);
  const found = await Promise.all(names.map(({ name }) => limit(() => readFolder(dir, name))));
  return found.filter((cache) => cache !== null).sort((a, b) => b.savedAt - a.savedAt || (a.name < b.name ? -1 : 1));
}

/** Null where it is no image layout. */
export async function readFolder(parent: string, name: string): Promise<FolderCache | null> {
  const dir = join(parent, name);
  const index = await statOf(join(dir, "index.json"));
  const ingests = await timesOf(join(dir, "ingest"));
  const blobs = (await timesOf(join(dir, "blobs", "sha256")))
    .filter(({ name: hex }) => /^[0-9a-f]{64}$/.test(hex))
    .map(({ name: hex, size, modifiedAt }) => ({ hex, size, modifiedAt }));
  if (index === null && blobs.length === 0 && ingests.length === 0) return null;
  const { used, layers, steps } = await readUse(dir);
  const there = new Set(blobs.map(({ hex }) => hex));
  const times = [...ingests, ...blobs].map(({ modifiedAt }) => modifiedAt);
  return {
    name,
    dir,
    savedAt: index?.mtimeMs ?? times.reduce((latest, time) => Math.max(latest, time), 0),
    used,
    blobs,
    missing: [...(used ?? [])].filter((hex) => !there.has(hex)),
    layers,
    steps,
    writtenAt: times.reduce((latest, time) => Math.max(latest, time), index?.mtimeMs ?? 0),
    isLocked: (await statOf(join(dir, "index.json.lock"))) !== null,
  };
}

/** What is reached from the index: manifests, their configs and their layers. */
async function readUse(
  dir: string,
): Promise<{ readonly used: ReadonlySet<string> | null; readonly layers: number; readonly steps: number }> {
  const unknown = { used: null, layers: 0, steps: 0 };
  const bytes = await readBounded(join(dir, "index.json"), maxIndexBytes);
  const index = Buffer.isBuffer(bytes) ? parseJsonWithin(bytes) : undefined;
  if (!Array.isArray(fieldOf(index, "manifests"))) return unknown;
  const used = new Set<string>();
  let layers = 0;
  let steps = 0;
  const add = (value: unknown): string | null => {
    const digest = readDescriptor(value)?.digest ?? "";
    if (!/^sha256:[0-9a-f]{64}$/.test(digest)) return null;
    used.add(digest.slice("sha256:".length));
    return digest;
  };
  for (const descriptor of listOf(fieldOf(index, "manifests"))) {
    const digest = add(descriptor);
    const manifest = digest && (await readBlob(dir, digest, maxManifestBytes));
    // Of one that is not there nobody knows what it names.
    if (!manifest) continue;
    const json = parseJsonWithin(manifest);
    const members = [...listOf(fieldOf(json, "layers")), ...listOf(fieldOf(json, "manifests"))];
    if (json === undefined) return unknown;
    layers += members.length;
    for (const each of [fieldOf(json, "config"), ...members]) {
      const isConfig = readDescriptor(each)?.mediaType === configType;
      const member = add(each);
      const config = isConfig && member ? await readBlob(dir, member, maxManifestBytes) : null;
      steps += (config && summarise(config)?.records) ?? 0;
    }
  }
  return { used, layers, steps };
}

interface Timed {
  readonly name: string;
  readonly size: number;
  readonly modifiedAt: number;
}

async function timesOf(dir: string): Promise<readonly Timed[]> {
  const found: Timed[] = [];
  for (const { name } of await entriesOf(dir)) {
    const stats = await statOf(join(dir, name));
    if (stats !== null) found.push({ name, size: stats.size, modifiedAt: stats.mtimeMs });
  }
  return found;
}

async function entriesOf(dir: string): Promise<readonly Dirent[]> {
  return readdir(dir, { withFileTypes: true }).catch((error: unknown) => {
    if (isAbsent(error)) return [];
    throw error;
  });
}

async function statOf(path: string) {
  return stat(path).catch((error: unknown) => {
    if (isAbsent(error)) return null;
    throw error;
  });
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
