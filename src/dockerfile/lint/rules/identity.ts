import { presetNames, presets } from "../../../config/presets.ts";
import type { MountUse } from "../mount-use.ts";
import { allSteps, type LintFile, type LintFinding, type LintProject } from "../rule.ts";
import type { Step } from "../walk.ts";
import { isSharing } from "./options.ts";

interface Use {
  readonly file: LintFile;
  readonly step: Step;
  readonly mount: MountUse;
}

function* cacheUses(project: LintProject): Iterable<Use> {
  for (const { file, step } of allSteps(project)) {
    for (const mount of step.mounts) if (mount.type === "cache") yield { file, step, mount };
  }
}

/** Without an id BuildKit takes the path, which every other project on the builder writes as well. */
export function* checkDefaultIds(project: LintProject): Iterable<LintFinding> {
  const uses = [...cacheUses(project)].filter(({ mount }) => mount.id === null);
  const places = Map.groupBy(uses, ({ file, mount }) => `${file.name}\n${folderOf(mount)}`);
  const idFor = createIds(project);
  for (const [use, ...more] of places.values()) {
    if (use === undefined) continue;
    const { file, mount } = use;
    const all = Object.values(project.mounts ?? {});
    // Declared by that very id, it is what the user wants.
    if (all.some(({ id }) => id === mount.defaultId)) continue;
    const declared = all.find(({ target }) => target === mount.target);
    const folder = folderOf(mount);
    const id = declared?.id ?? idFor(mount);
    const lacksArch = id.includes("${TARGETARCH}") && [use, ...more].some(({ step }) => !hasTargetArch(step));
    const lines = more.map(({ step }) => step.instruction.line).join(", ");
    yield {
      code: "BK6006",
      at: { file, range: mount.flag.range },
      message: `the mount has no id, so its ${folder.startsWith("/") ? `path ${folder}` : `target as it is written, ${folder},`} is one, shared with every project on the builder`,
      hint: `give it one: id=${id}${lines === "" ? "" : `, here and in ${more.length === 1 ? "line" : "lines"} ${lines}`}${lacksArch ? ", with `ARG TARGETARCH` before it in the stage" : ""}`,
    };
  }
}

/** What tells a mount without an id from others: its folder, or that as it is written where nobody can tell. */
function folderOf({ defaultId, fields, flag }: MountUse): string {
  const written = fields.findLast(({ key }) => key === "target" || key === "dst" || key === "destination");
  return defaultId ?? written?.value ?? flag.value ?? "";
}

/** Ids by the preset or the last part of a path, by more of it where another folder has that id. */
function createIds(project: LintProject): (mount: MountUse) => string {
  const folders = new Map<string, string>();
  for (const { id, target } of Object.values(project.mounts ?? {})) folders.set(id, target);
  for (const { mount } of cacheUses(project)) {
    if (mount.id !== null) folders.set(mount.id, mount.target ?? folderOf(mount));
  }
  return (mount) => {
    const folder = mount.target ?? folderOf(mount);
    const preset = presetNames.find((name) => mount.target !== null && presets[name].target === mount.target);
    const parts = folder.split("/").map((part) => part.replaceAll(/[^\w-]/g, ""));
    const named = parts.filter((part) => part !== "");
    const names = named.map((_, i) => named.slice(-i - 1).join("-"));
    const first = preset ?? names[0] ?? "cache";
    const numbered = Array.from({ length: folders.size + 1 }, (_, i) => `${first}-${i + 2}`);
    const ids = [first, ...names, ...numbered].map((name) => `${project.project}-${name}`);
    const id = ids.find((each) => (folders.get(each) ?? folder) === folder) ?? `${project.project}-${first}`;
    folders.set(id, folder);
    return id;
  };
}

/** The variable is empty in a stage that does not declare it. */
function hasTargetArch({ stage, instruction }: Step): boolean {
  return stage.chain.some(
    ({ instruction: { keyword, args, range } }) =>
      keyword === "ARG" && /(?:^|\s)TARGETARCH(?:=|\s|$)/.test(args) && range.start < instruction.range.start,
  );
}

/** One id under two modes: while one RUN holds the mount, the other gets a new, empty folder, which later ones keep. */
export function* checkSharing(project: LintProject): Iterable<LintFinding> {
  for (const { use, other } of differing(project, ({ sharing }) => sharing.toLowerCase())) {
    if (!isSharing(use.mount.sharing) || !isSharing(other.mount.sharing)) continue;
    yield {
      code: "BK6007",
      at: { file: use.file, range: use.mount.flag.range },
      message: `id ${idOf(use.mount)} is ${use.mount.sharing} here and ${other.mount.sharing} ${placeOf(other, use.file)}`,
      hint: "give all of them one sharing, or an id each",
    };
  }
}

/** Owner and mode are part of what a mount is: with other ones it is another folder under the same id. */
export function* checkOwnership(project: LintProject): Iterable<LintFinding> {
  const owner = ({ uid, gid, mode, from, source }: MountUse): string => {
    if (from !== null) return JSON.stringify([from, source]);
    // Even root written out makes another mount than no owner at all.
    const isOwned = uid !== null || gid !== null || mode !== null;
    return isOwned ? JSON.stringify([uid ?? "0", gid ?? "0", mode ?? "755"]) : "";
  };
  for (const { use, other } of differing(project, owner)) {
    yield {
      code: "BK6008",
      at: { file: use.file, range: use.mount.flag.range },
      message: `id ${idOf(use.mount)} has ${describe(use.mount)} here and ${describe(other.mount)} ${placeOf(other, use.file)}, which makes two mounts of it`,
      hint: "repeat uid, gid, mode and from exactly, or give each an id",
    };
  }
}

/** Uses that differ from the first of their id. */
function* differing(project: LintProject, valueOf: (mount: MountUse) => string): Iterable<{ use: Use; other: Use }> {
  const first = new Map<string, Use>();
  for (const use of cacheUses(project)) {
    const id = idOf(use.mount);
    if (id === null) continue;
    const other = first.get(id);
    if (other === undefined) first.set(id, use);
    else if (valueOf(other.mount) !== valueOf(use.mount)) yield { use, other };
  }
}

function idOf({ id, defaultId }: MountUse): string | null {
  return id ?? defaultId;
}

function placeOf({ file, step }: Use, from: LintFile): string {
  return `in ${file === from ? "" : `${file.name} `}line ${step.instruction.line}`;
}

function describe({ uid, gid, mode, from }: MountUse): string {
  const parts = Object.entries({ uid, gid, mode, from }).filter(([, value]) => value !== null);
  return parts.length === 0 ? "no owner" : parts.map(([key, value]) => `${key}=${value}`).join(",");
}
