import { splitFlags } from "./flags.ts";
import { findHeredocs, type HeredocStart } from "./heredoc.ts";
import { joinPieces, type MappedText } from "./mapped-text.ts";
import type { Arg, Comment, Dockerfile, Escape, Flag, Heredoc, Instruction, Range, Stage } from "./model.ts";
import { createScanner, type Line, type Scanner } from "./scan-lines.ts";
import { splitWords } from "./words.ts";

export type * from "./model.ts";

/**
 * Never throws: what BuildKit would refuse is read as far as it goes.
 * Own code: lint and edits need the place of every flag, word and heredoc, by the rules of BuildKit's own parser.
 */
export function parseDockerfile(text: string): Dockerfile {
  const scanner = createScanner(text);
  const { directives, escape, bodyStart } = scanner.readDirectives();
  const parser: Parser = { scanner, escape, comments: [], stage: null };
  const instructions: Instruction[] = [];
  let above: Comment[] = [];
  for (let line = scanner.next(); line !== null; line = scanner.next()) {
    const comment = readComment(line);
    if (comment !== null) {
      above.push(comment);
      parser.comments.push(comment);
      continue;
    }
    if (line.content.trim() !== "") {
      const instruction = readInstruction(parser, line, above);
      if (instruction !== null) instructions.push(instruction);
    }
    above = [];
  }
  const firstBreak = text.indexOf("\n");
  return {
    text,
    escape,
    eol: firstBreak > 0 && text[firstBreak - 1] === "\r" ? "\r\n" : "\n",
    directives,
    bodyStart,
    instructions,
    stages: stagesOf(instructions),
    globalArgs: instructions
      .filter(({ stage, keyword }) => stage === null && keyword === "ARG")
      .flatMap((arg) => readArgs(arg, escape)),
    comments: parser.comments,
  };
}

/** The variables that an ARG declares. */
export function readArgs(instruction: Instruction, escape: Escape): readonly Arg[] {
  return splitWords(instruction.args, escape).map((word) => {
    const equals = word.indexOf("=");
    return equals === -1 ? { name: word, value: null } : { name: word.slice(0, equals), value: word.slice(equals + 1) };
  });
}

interface Parser {
  readonly scanner: Scanner;
  readonly escape: Escape;
  readonly comments: Comment[];
  /** Index of the current stage. */
  stage: number | null;
}

function readComment(line: Line): Comment | null {
  const trimmed = line.content.trimStart();
  if (!trimmed.startsWith("#")) return null;
  const start = line.start + line.content.length - trimmed.length;
  return { text: trimmed.slice(1).trim(), range: { start, end: line.start + line.content.length }, line: line.number };
}

function readInstruction(parser: Parser, first: Line, comments: readonly Comment[]): Instruction | null {
  const { scanner, escape } = parser;
  const inner: Comment[] = [];
  const pieces: { text: string; source: number }[] = [];
  let last: Line = first;
  let current = splitContinuation(first.content, escape);
  pieces.push({ text: current.text, source: first.start });
  while (current.continues) {
    const line = scanner.next();
    if (line === null) break;
    last = line;
    const comment = readComment(line);
    if (comment !== null) {
      inner.push(comment);
      parser.comments.push(comment);
    } else if (line.content.trim() !== "") {
      current = splitContinuation(line.content, escape);
      pieces.push({ text: current.text, source: line.start });
    }
  }
  const joined = joinPieces(pieces);
  const parts = splitInstruction(joined, escape);
  if (parts === null) return null;
  if (parts.keyword === "FROM") parser.stage = (parser.stage ?? -1) + 1;
  const heredocs: Heredoc[] = [];
  for (const start of mayHoldHeredocs(parts) ? findHeredocs(joined.text) : []) {
    const body = readHeredocLines(scanner, start, last);
    heredocs.push({ ...start, range: body.range });
    last = body.last;
  }
  const place = {
    range: { start: parts.start, end: last.start + last.content.length },
    line: scanner.lineAt(parts.start),
    endLine: last.number,
    heredocs,
    stage: parser.stage,
  };
  const { trigger, start: _start, ...own } = parts;
  return {
    ...own,
    ...place,
    comments,
    inner,
    trigger:
      trigger === null
        ? null
        : {
            keyword: trigger.keyword,
            flags: trigger.flags,
            flagsStart: trigger.flagsStart,
            flagsEnd: trigger.flagsEnd,
            args: trigger.args,
            ...place,
            range: { start: trigger.start, end: place.range.end },
            line: scanner.lineAt(trigger.start),
            comments: [],
            inner: [],
            trigger: null,
          },
  };
}

interface Parts {
  readonly keyword: string;
  readonly start: number;
  readonly flags: readonly Flag[];
  readonly flagsStart: number;
  readonly flagsEnd: number;
  readonly args: string;
  readonly trigger: Parts | null;
}

function splitInstruction(joined: MappedText, escape: Escape): Parts | null {
  const [, indent = "", word = "", gap = ""] = /^(\s*)([^\t\v\f\r ]+)([\t\v\f\r ]*)/.exec(joined.text) ?? [];
  if (word === "") return null;
  const restAt = indent.length + word.length + gap.length;
  const rest = joined.slice(restAt, Math.max(restAt, joined.text.trimEnd().length));
  const { flags, argsStart } = splitFlags(rest.text, escape);
  const args = rest.text.slice(argsStart).trim();
  const endOf = (text: MappedText, end: number) => text.offset(end - 1) + 1;
  const lastFlag = flags.at(-1);
  const keyword = word.toUpperCase();
  const keywordEnd = endOf(joined, indent.length + word.length);
  return {
    keyword,
    start: joined.offset(indent.length),
    flags: flags.map(({ name, value, start, end }) => ({
      name,
      value,
      range: { start: rest.offset(start), end: endOf(rest, end) },
    })),
    flagsStart: rest.text === "" ? keywordEnd : rest.offset(rest.text.search(/\S|$/)),
    flagsEnd: args !== "" ? rest.offset(argsStart) : lastFlag === undefined ? keywordEnd : endOf(rest, lastFlag.end),
    args,
    trigger: keyword === "ONBUILD" ? splitInstruction(rest.slice(argsStart), escape) : null,
  };
}

/** An escape character at the end continues the line, unless another stands before it. */
function splitContinuation(content: string, escape: Escape): { readonly text: string; readonly continues: boolean } {
  const trimmed = content.replace(/[ \t]+$/, "");
  const continues = trimmed.endsWith(escape) && !trimmed.endsWith(escape + escape);
  return { text: continues ? trimmed.slice(0, -1) : content, continues };
}

function mayHoldHeredocs(parts: Parts): boolean {
  const { keyword, args } = parts.trigger ?? parts;
  return ["RUN", "COPY", "ADD"].includes(keyword) && !isJsonList(args);
}

/** Whether arguments are in exec form. */
export function isJsonList(args: string): boolean {
  if (!args.startsWith("[")) return false;
  try {
    const list: unknown = JSON.parse(args);
    return Array.isArray(list) && list.every((item) => typeof item === "string");
  } catch {
    return false;
  }
}

function readHeredocLines(
  scanner: Scanner,
  { name, isChomped }: HeredocStart,
  before: Line,
): { readonly range: Range; readonly last: Line } {
  const start = scanner.position();
  let last = before;
  for (let line = scanner.next(); line !== null; line = scanner.next()) {
    last = line;
    if ((isChomped ? line.content.replace(/^\t+/, "") : line.content) === name) {
      return { range: { start, end: line.start }, last };
    }
  }
  return { range: { start, end: scanner.position() }, last };
}

function stagesOf(instructions: readonly Instruction[]): readonly Stage[] {
  const stages: (Stage & { readonly instructions: Instruction[] })[] = [];
  for (const instruction of instructions) {
    if (instruction.keyword === "FROM") {
      const [from = "", as, name] = instruction.args.split(/\s+/);
      const platform = instruction.flags.find((flag) => flag.name === "platform")?.value ?? null;
      stages.push({
        index: stages.length,
        name: as?.toLowerCase() === "as" && name !== undefined ? name.toLowerCase() : null,
        from,
        platform,
        instructions: [],
      });
    }
    stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}
