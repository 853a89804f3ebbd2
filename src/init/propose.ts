import { projectName } from "../config/names.ts";
import type { Backend, Config } from "../config/schema.gen.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import { parseDockerfile } from "../dockerfile/parse.ts";
import type { Found, ReadDockerfile } from "./found.ts";
import { proposeMounts, type LackingMount, type PresentMount } from "./propose-mounts.ts";
import { proposeSource } from "./propose-source.ts";
import type { MarkedRun } from "../dockerfile/write-markers.ts";

export interface Proposal {
  readonly config: Config;
  readonly comment: readonly string[];
  readonly notices: readonly Diagnostic[];
  /** Mounts that no RUN has yet, by Dockerfile: names of `mounts`. */
  readonly unmounted: Readonly<Record<string, readonly string[]>>;
  /** The same Dockerfiles with the RUNs that are to get them. */
  readonly marks: readonly FileMarks[];
}

export interface FileMarks {
  readonly file: ReadDockerfile;
  readonly marked: readonly MarkedRun[];
}

export interface ProposalOptions {
  /** Without a bucket: whether the folder of this machine outlives it. In CI it mostly goes with the machine. */
  readonly isCi?: boolean;
}

/** A config that builds what the folder builds now. `remote` is the bucket that all machines share. */
export function proposeConfig(found: Found, remote: Backend | null, { isCi = false }: ProposalOptions = {}): Proposal {
  const backends: Record<string, Backend> = isCi ? {} : { disk: { type: "local", path: "~/.cache/bkcache" } };
  if (remote !== null) backends["remote"] = remote;
  const names = Object.keys(backends);
  const dockerfiles = found.dockerfiles.map((file): ReadDockerfile => ({
    ...file,
    dockerfile: parseDockerfile(file.text),
  }));
  const mounts: Record<string, NonNullable<Config["mounts"]>[string]> = {};
  const unmounted: Record<string, readonly string[]> = {};
  const marks: FileMarks[] = [];
  const undeclared = new Map<string, string>();
  const staying = new Set<string>();
  const own = dockerfiles
    .filter(({ path, realPath = path }) => realPath === path)
    .map((file) => ({ file, mounts: proposeMounts(file.dockerfile, found) }));
  for (const { file, mounts: of } of own) {
    for (const { name, mount } of of.present) {
      if (isSame((mounts[name] ??= mount), mount) || typeof mount === "string" || mount.id === undefined) continue;
      undeclared.set(mount.id, file.path);
    }
    for (const id of of.undeclared) if (!undeclared.has(id)) undeclared.set(id, file.path);
    for (const { line, reason } of of.staying) staying.add(`${file.path}:${line}: ${reason}`);
  }
  // One with an id of its own is there already: another for its folder would be a second of the same kind.
  const ownFolders = new Set(own.flatMap(({ mounts: of }) => of.ownFolders));
  for (const { file, mounts: of } of own) {
    const open = of.lacking.filter(({ name, mount, folder }) => {
      if (mounts[name] === undefined && folder !== null && ownFolders.has(folder)) return false;
      return isSame((mounts[name] ??= mount), mount);
    });
    if (open.length === 0) continue;
    unmounted[file.path] = open.map(({ name }) => name);
    marks.push({ file, marked: markedRuns(open) });
  }
  const { bake, targets, notices } = proposeSource(found, dockerfiles);
  const config: Config = {
    project: projectName(found.folder),
    ...(bake.length > 0 && { bake: bake.length === 1 ? String(bake[0]) : [...bake] }),
    ...(names.length > 0 && { backends, cache: { read: names, write: names } }),
    ...(Object.keys(mounts).length > 0 && { mounts }),
    ...(Object.keys(targets).length > 0 && { targets }),
  };
  const declared = Object.keys(mounts).filter((name) => typeof mounts[name] !== "string");
  return {
    config,
    comment: [
      ...(remote === null ? bucketHint(isCi) : []),
      ...mountLines({ declared, undeclared, staying: [...staying], hasBackend: names.length > 0 }),
    ],
    notices,
    unmounted,
    marks,
  };
}

function isSame(one: PresentMount["mount"], other: PresentMount["mount"]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function markedRuns(mounts: readonly LackingMount[]): readonly MarkedRun[] {
  const runs = new Map<MarkedRun["run"], string[]>();
  for (const { name, runs: own } of mounts) for (const run of own) runs.set(run, [...(runs.get(run) ?? []), name]);
  return [...runs].map(([run, names]) => ({ run, names })).toSorted((a, b) => a.run.range.start - b.run.range.start);
}

function bucketHint(isCi: boolean): readonly string[] {
  if (isCi) {
    return [
      "No cache yet: a folder of a CI machine goes with it. Declare a bucket, and name it in cache.read and cache.write,",
      "as in backends.remote with type s3, url s3://BUCKET/PREFIX/ and region REGION.",
    ];
  }
  return [
    "The cache stays on this machine, which is of no use to CI. To share it, declare a bucket and name it after disk in",
    "cache.read and cache.write: backends.remote with type s3, url s3://BUCKET/PREFIX/ and region REGION.",
  ];
}

interface MountNotes {
  readonly declared: readonly string[];
  readonly undeclared: ReadonlyMap<string, string>;
  readonly staying: readonly string[];
  readonly hasBackend: boolean;
}

const mostListed = 20;

/** What is carried of the mounts that the Dockerfiles have already. */
function mountLines({ declared, undeclared, staying: [...staying], hasBackend }: MountNotes): readonly string[] {
  if (declared.length + undeclared.size + staying.length === 0) return [];
  const lines: string[] = [];
  const when = hasBackend ? "" : " once there is a backend";
  if (declared.length + undeclared.size > 0) {
    lines.push(
      `Cache mounts that the Dockerfiles have are carried${when}, declared here or not (persist: false leaves one out).`,
    );
  }
  if (declared.length > 0) lines.push(`  declared: ${declared.join(", ")}`);
  const list = [...undeclared].map(([id, path]) => `${id} (${path})`);
  if (list.length > 0) lines.push(`  not declared: ${shorten(list).join(", ")}`);
  if (staying.length > 0) lines.push("Not carried:", ...shorten(staying).map((each) => `  ${each}`));
  return lines;
}

function shorten(list: readonly string[]): readonly string[] {
  return list.length <= mostListed ? list : [...list.slice(0, mostListed), `and ${list.length - mostListed} more`];
}
