import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import { type BakeDefinition, readDefinition } from "../bake/printed.ts";
import { isRemote } from "../bake/location.ts";
import type { BakeTarget } from "../bake/model.ts";
import type { Buildx } from "../builder/buildx.ts";
import { lastError } from "../builder/inspect.ts";
import { mapRecord } from "../config/records.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import { createLimit } from "../host/limit.ts";
import type { Host } from "../host/host.ts";
import { placeOfDockerfile } from "../source/dockerfiles.ts";
import { questionEnv } from "./bake-source.ts";
import { removeCredentials } from "./credentials.ts";
import type { FoundDefinition } from "./found.ts";

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
  const found = await Promise.all(
    asked.map((files) =>
      limit(async (): Promise<FoundDefinition | null> => {
        const args = ["bake", ...files.flatMap((file) => ["-f", file]), "--print", "*"];
        const { exitCode, stdout, stderr } = await buildx.exec(args, { cwd: host.cwd, env: questionEnv(host.env) });
        if (exitCode !== 0) {
          notices.push(refused(files, lastError(stderr)));
          return null;
        }
        const { definition, kept } = removeCredentials(readDefinition(stdout));
        if (kept.length === 0) return placed(files, definition, host.cwd);
        notices.push({
          code: "BK1012",
          message: `${files.join(", ")}: left out, since it holds credentials: ${kept.join(", ")}`,
        });
        return null;
      }),
    ),
  );
  return { definitions: found.filter((each) => each !== null), notices };
}

function refused(files: readonly string[], reason: string): Diagnostic {
  return {
    code: "BK1012",
    message: `${files.join(", ")}: what it builds is not known, since bake refuses it: ${reason}`,
    hint: `\`docker buildx bake ${files.map((file) => `-f ${file}`).join(" ")} --print\` says the same; mend it, and its Dockerfiles are told from others`,
  };
}

function placed(files: readonly string[], definition: BakeDefinition, cwd: string): FoundDefinition | null {
  const targets = Object.values(definition.targets);
  const [first = ""] = files;
  const folder = posix.dirname(first);
  const count = (dir: string) => targets.filter((target) => isHere(target, dir)).length;
  const here = count(cwd);
  if (folder === "." || here >= count(join(cwd, folder))) {
    return here === 0 && folder !== "." ? null : { files, definition, isHere: true };
  }
  return { files, definition: rebase(definition, folder), isHere: false };
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
      const { context = ".", contexts, secret } = target;
      return {
        ...target,
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
