import type { Dockerfile, Instruction, Stage } from "../dockerfile/model.ts";
import { readArgs } from "../dockerfile/parse.ts";
import { splitWords } from "../dockerfile/words.ts";
import type { Digest } from "./digest.ts";
import type { InstructionInput } from "./model.ts";

const maxText = 200;

interface Request {
  readonly stages: readonly Stage[];
  readonly digest: Digest;
  /** Blanks out secrets. */
  readonly redact: (text: string) => string;
  /** Bake has put values of variables into it, so that it is not as anybody wrote it. */
  readonly isInline: boolean;
}

/** The instructions of some stages, each by all that it says but for where it stands. */
export function listInstructions(
  dockerfile: Dockerfile,
  { stages, digest, redact, isInline }: Request,
): readonly InstructionInput[] {
  const wanted = new Set<number | null>([null, ...stages.map(({ index }) => index)]);
  return dockerfile.instructions
    .filter(({ stage }) => wanted.has(stage))
    .map((instruction) => ({
      digest: digest("instruction", JSON.stringify(contentOf(instruction, dockerfile))),
      line: instruction.line,
      text: isInline ? instruction.keyword : redact(textOf(instruction, dockerfile)).slice(0, maxText),
    }));
}

function contentOf({ keyword, flags, args, heredocs, trigger }: Instruction, { text, escape }: Dockerfile): unknown {
  return [
    keyword,
    escape,
    flags.map(({ name, value }) => [name, value]),
    args,
    heredocs.map(({ range }) => text.slice(range.start, range.end)),
    trigger === null ? null : trigger.keyword,
  ];
}

function textOf({ keyword, flags, args }: Instruction, { escape }: Dockerfile): string {
  const shown = flags.map(({ name, value }) => (value === null ? `--${name}` : `--${name}=${value}`));
  return [keyword, ...shown, namesOnly(keyword, args, escape) ?? args].join(" ").replaceAll(/\s+/g, " ").trim();
}

/** The variables that an instruction sets, without their values; null for another instruction. */
function namesOnly(keyword: string, args: string, escape: Dockerfile["escape"]): string | null {
  if (keyword === "ENV" && splitWords(args, escape)[0]?.includes("=") === false) return `${/^\S*/.exec(args)?.[0]}=…`;
  if (keyword !== "ARG" && keyword !== "ENV") return null;
  const read = splitWords(args, escape).map((word) => word.replace(/=[^]*$/, "=…"));
  return read.join(" ");
}

/** The build arguments that some stages declare, and those before them. */
export function declaredArgs({ instructions, escape }: Dockerfile, stages: readonly Stage[]): ReadonlySet<string> {
  const wanted = new Set<number | null>([null, ...stages.map(({ index }) => index)]);
  const declaring = instructions.filter(({ stage, keyword }) => keyword === "ARG" && wanted.has(stage));
  return new Set(declaring.flatMap((instruction) => readArgs(instruction, escape).map(({ name }) => name)));
}
