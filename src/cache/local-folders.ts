import type { Diagnostic } from "../diagnostics/error.ts";
import { makeFolder } from "../host/make-folder.ts";
import { isOfBackend, type TargetEntry } from "./entries.ts";

/**
 * Makes the folders that local backends write to: bake asks for the right to a folder that does not exist by the nearest one
 * that does. Returns why those that cannot be made are left out.
 */
export async function makeFolders(candidates: readonly TargetEntry[]): Promise<Readonly<Record<string, Diagnostic>>> {
  const failed: Record<string, Diagnostic> = {};
  await Promise.all(
    candidates.filter(isOfBackend("to")).map(async ({ backend, entry }) => {
      const folder = destOf(entry);
      if (folder === null) return;
      try {
        await makeFolder(folder);
      } catch (error) {
        const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
        failed[backend] = {
          code: "BK5022",
          message: `backend "${backend}": ${folder} cannot be made (${reason})`,
          hint: "check the folder's rights, or put the backend's path elsewhere",
        };
      }
    }),
  );
  return failed;
}

export interface LockedFolders {
  /** Those that another run writes. */
  readonly busy: readonly { readonly backend: string; readonly folder: string }[];
  release(): void;
}

/**
 * Takes the folders that local backends write to: of two builds that write one at once, buildx fails the one that comes second,
 * after all of it was built (moby/buildkit, client/ociindex: "could not lock").
 */
export async function lockFolders(candidates: readonly TargetEntry[]): Promise<LockedFolders> {
  const busy: { readonly backend: string; readonly folder: string }[] = [];
  const releases: (() => void)[] = [];
  for (const { backend, entry } of candidates.filter(isOfBackend("to"))) {
    const folder = destOf(entry);
    if (folder === null) continue;
    const { takeExclusively } = await import("../host/exclusive.ts");
    const release = await takeExclusively(folder);
    if (release === null) busy.push({ backend, folder });
    else releases.push(release);
  }
  return {
    busy,
    release() {
      for (const release of releases) release();
    },
  };
}

/** The folder that an entry of a local backend writes to; null for another entry. */
export function destOf(entry: TargetEntry["entry"]): string | null {
  return typeof entry !== "string" && entry["type"] === "local" ? (entry["dest"] ?? null) : null;
}
