import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import { bakeFileNames } from "../bake/file-names.ts";
import { type BakeDefinition, readDefinition } from "../bake/printed.ts";
import { isRemote } from "../bake/location.ts";
import type { BakeTarget } from "../bake/model.ts";
import type { Buildx } from "../builder/buildx.ts";
import { lastError } from "../builder/inspect.ts";
import { mapRecord } from "../config/records.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import { createLimit } from "../host/limit.ts";
import type { Host } from "../host/host.ts";
import { helped } from "../source/ask-bake.ts";
import { placeOfDockerfile } from "../source/dockerfiles.ts";
import { askReading, createReading, type Help, type Reading } from "../source/reading.ts";
import { questionEnv } from "./bake-source.ts";
import { removeCredentials } from "./credentials.ts";
import { isComposeName } from "../source/file-names.ts";
import type { FoundDefinition } from "./found.ts";

type Answer =
  /** `isPartial`: without secrets, SSH agents or variables that this machine lacks. */
  { readonly definition: BakeDefinition; readonly isPartial?: true } | { readonly reason: string };

/** Each costs a start of buildx. */
const mostAsked = 40;
const askedAtOnce = 4;

export interface Definitions {
  readonly definitions: readonly FoundDefinition[];
  /** Files that bake refuses, and those that were left out. */
  readonly notices: readonly Diagnostic[];
}

/**
 * What bake makes of these sets of files, each by itself. A file below the folder may be meant for its own folder,
 * which shows in where its Dockerfiles are.
 */
export async function askDefinitions(
  host: Host,
  buildx: Buildx,
  sets: readonly (readonly string[])[],
): Promise<Definitions> {
  const limit = createLimit(askedAtOnce);
  const notices: Diagnostic[] = [];
  const asked = sets.slice(0, mostAsked);
  if (sets.length > asked.length) {
    const left = sets.slice(mostAsked).flat();
    notices.push({ code: "BK1012", message: `not looked into, since there are too many: ${left.join(", ")}` });
  }
  let done = 0;
  const found = await Promise.all(
    asked.map((files) =>
      limit(async (): Promise<FoundDefinition | null> => {
        const answer = await askHere(host, buildx, files);
        done += 1;
        host.live(asked.length < 3 ? [] : [`bkcache: asked bake what ${done} of ${asked.length} files build`]);
        if ("definition" in answer) return answer;
        notices.push(answer);
        return null;
      }),
    ),
  );
  host.live([]);
  return { definitions: found.filter((each) => each !== null), notices };
}

/** As the folder reads the files; where bake refuses that, or they are meant for their own folder, as that one does. */
async function askHere(host: Host, buildx: Buildx, files: readonly string[]): Promise<FoundDefinition | Diagnostic> {
  const { cwd } = host;
  const folder = posix.dirname(files[0] ?? "");
  const reading = createReading(host);
  const ask = (dir: string, names: readonly string[]): Promise<Answer> =>
    print(host, buildx, { dir, files: names, reading });
  const here = await ask(cwd, files);
  const isCompose = files.some((file) => /\.ya?ml$/.test(file));
  let chosen: { readonly answer: Answer; readonly isHere: boolean } = { answer: here, isHere: true };
  if (folder !== ".") {
    const dir = join(cwd, folder);
    const names = files.map((file) => posix.relative(folder, file));
    // Without variables of its folder a file says the same wherever bake runs, but for what relative paths mean.
    const there = "reason" in here || existsSync(join(dir, ".env")) ? await ask(dir, names) : here;
    const [one, other] = [countThere(here, cwd), countThere(there, dir)];
    if (other > one || (other > 0 && other === one && isCompose)) chosen = { answer: there, isHere: false };
    // Without any Dockerfile of its own it says nothing of this project.
    else if (one === 0) {
      if (!("reason" in there)) return refused(files, "none of its Dockerfiles is here");
      return (await findBase(host, buildx, files)) ?? refused(files, there.reason);
    }
  }
  const { answer, isHere } = chosen;
  if ("reason" in answer) return (await findBase(host, buildx, files)) ?? refused(files, answer.reason);
  if (!isHere && answer.isPartial === true) {
    return refused(
      files,
      "it needs secrets or variables that this machine lacks, so that its targets cannot be taken over",
    );
  }
  const { definition, kept } = removeCredentials(answer.definition);
  if (kept.length > 0) {
    return { code: "BK1012", message: `${files.join(", ")}: left out, since it holds credentials: ${kept.join(", ")}` };
  }
  const isPartial = answer.isPartial === true;
  return { files, isHere, isPartial, definition: isHere ? definition : rebase(definition, folder) };
}

/** Says so where a compose file is refused alone, and not on top of the one that its folder is built from. */
async function findBase(host: Host, buildx: Buildx, files: readonly string[]): Promise<Diagnostic | null> {
  const [file, ...others] = files;
  if (file === undefined || others.length > 0 || !isComposeName(file)) return null;
  const folder = posix.dirname(file);
  const dir = join(host.cwd, folder);
  const base = bakeFileNames.find((name) => isComposeName(name) && existsSync(join(dir, name)));
  const name = posix.basename(file);
  if (base === undefined || base === name) return null;
  const answer = await print(host, buildx, { dir, files: [base, name], reading: createReading({ tell: () => {} }) });
  if ("reason" in answer) return null;
  const both = [posix.join(folder, base), file];
  return {
    code: "BK1012",
    message: `${file}: passed over, since it is no definition by itself: bake reads it on top of ${both[0]}`,
    hint: `to build what it adds, name both: \`bake: [${both.join(", ")}]\``,
  };
}

async function print(
  host: Host,
  buildx: Buildx,
  { dir, files, reading }: { readonly dir: string; readonly files: readonly string[]; readonly reading: Reading },
): Promise<Answer> {
  const question = { dir, env: questionEnv(host.env), files };
  const askFor = async (wanted: readonly string[], help: Help): Promise<Answer> => {
    const { input, ...asked }: typeof question & { readonly input?: string } = helped(question, help);
    const args = ["bake", ...asked.files.flatMap((file) => ["-f", file]), "--print", ...help.flags, ...wanted];
    const options = { cwd: dir, env: asked.env, ...(input !== undefined && { input }) };
    const { exitCode, stdout, stderr } = await buildx.exec(args, options);
    if (exitCode !== 0) return { reason: lastError(stderr) };
    const isPartial = help.flags.length > 0 || help.standIns !== null;
    return { definition: readDefinition(stdout), ...(isPartial && { isPartial }) };
  };
  // For which Dockerfiles there are, secrets and values that this machine lacks do not matter.
  return askReading(reading, question, async (help) => {
    const all = await askFor(["*"], help);
    // A group that names what is not there spoils all, and not what is built without a name.
    if (!("reason" in all) || !all.reason.startsWith("failed to find target ")) return all;
    const unnamed = await askFor([], help);
    return "definition" in unnamed ? unnamed : all;
  });
}

function countThere(answer: Answer, dir: string): number {
  if ("reason" in answer) return 0;
  return Object.values(answer.definition.targets).filter((target) => isHere(target, dir)).length;
}

function refused(files: readonly string[], reason: string): Diagnostic {
  return {
    code: "BK1012",
    message: `${files.join(", ")}: what it builds is not known, since bake refuses it: ${reason}`,
    hint: `\`docker buildx bake ${files.map((file) => `-f ${file}`).join(" ")} --print\` says the same; mend it, and its Dockerfiles are told from others`,
  };
}

/** Whether the Dockerfile of a target is on this machine where bake runs in `dir`. */
function isHere(target: BakeTarget, dir: string): boolean {
  const place = placeOfDockerfile(target, dir);
  return place.kind === "file" && existsSync(place.path);
}

/** The same with paths that count from the folder above. */
function rebase({ groups, targets }: BakeDefinition, folder: string): BakeDefinition {
  const at = (path: unknown): unknown => (typeof path === "string" && isFolder(path) ? posix.join(folder, path) : path);
  return {
    groups,
    targets: mapRecord(targets, (target): BakeTarget => {
      const { context = ".", contexts, secret, tags } = target;
      const names = ((tags ?? []) as readonly string[]).filter((tag) => !tag.endsWith(":"));
      return {
        ...target,
        // A variable without a value leaves a name that no image can have.
        ...(tags !== undefined && { tags: names }),
        context: at(context) as string,
        ...(contexts !== undefined && { contexts: mapRecord(contexts, at) as Record<string, string> }),
        ...(secret !== undefined && {
          secret: (secret as readonly Readonly<Record<string, string>>[]).map((entry) =>
            entry["src"] === undefined ? entry : Object.assign({}, entry, { src: at(entry["src"]) as string }),
          ),
        }),
      };
    }),
  };
}

function isFolder(path: string): boolean {
  return !path.startsWith("/") && !isRemote(path) && !/^[a-z][a-z-]*:/.test(path) && path !== "-";
}
