import { expand } from "../expand.ts";
import type { Escape, Instruction } from "../model.ts";
import { isJsonList } from "../parse.ts";
import type { Lookup } from "../shell-words.ts";
import { splitWords } from "../words.ts";
import { imagePath } from "./paths.ts";

/** What COPY and ADD say. */
export interface CopyParts {
  /** Variables replaced; what cannot be told is left out. */
  readonly sources: readonly string[];
  readonly sourceCount: number;
  /** Variables replaced; null where they cannot be told. */
  readonly destination: string | null;
  /** Of the destination, absolute; null where it cannot be told. */
  readonly path: string | null;
  /** Value of `--from`. */
  readonly from: string | null;
  /** Whether the text of its files stands in the Dockerfile. */
  readonly isInline: boolean;
}

/** Null where there are no source and destination. */
export function readCopy(
  { args, flags, heredocs }: Instruction,
  { workdir, lookup, escape }: { readonly workdir: string | null; readonly lookup: Lookup; readonly escape: Escape },
): CopyParts | null {
  const words = isJsonList(args) ? (JSON.parse(args) as readonly string[]) : splitWords(args, escape);
  const known = words.map((word) => expand(word, escape, lookup));
  if (known.length < 2) return null;
  const destination = known.at(-1) ?? null;
  return {
    sources: known.slice(0, -1).filter((source) => source !== null),
    sourceCount: known.length - 1,
    destination,
    path: destination === null ? null : imagePath(destination, workdir),
    from: flags.findLast(({ name }) => name === "from")?.value ?? null,
    isInline: heredocs.length > 0,
  };
}
