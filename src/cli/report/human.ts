import { styleText } from "node:util";
import type { Diagnostic, Span } from "../../diagnostics/error.ts";
import { plainJson, plainLine, plainLines } from "./plain.ts";
import { mostFindings, type Reporter, type Severity } from "./reporter.ts";

export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether standard error takes colours; asked only when something is said there. */
  readonly takesColour: () => boolean;
  /** Columns of the terminal that standard error is; null where it is none. */
  readonly columns: () => number | null;
}

type Style = Parameters<typeof styleText>[0];

/** Plain lines for people: severity, code, message, then place, excerpt and next step below. */
export function createHumanReporter(streams: Streams, redact: (text: string) => string): Reporter {
  const paint = (style: Style, text: string) =>
    streams.takesColour() ? styleText(style, text, { validateStream: false }) : text;
  let shown: readonly string[] = [];
  /** What is on the terminal goes, and `text` takes its place above the lines that stay. */
  const draw = (text: string, lines: readonly string[]) => {
    const erase = shown.length === 0 ? "" : `\u001b[${shown.length}A\u001b[J`;
    shown = lines;
    streams.err(`${erase}${text}${lines.map((line) => `${line}\n`).join("")}`);
  };
  const say = (text: string) => draw(`${redact(text)}\n`, shown);

  function finding(item: Omit<Diagnostic, "code"> & { readonly code?: string }, severity: Severity): string {
    const label = severity === "error" ? paint(["red", "bold"], "error") : paint(["yellow", "bold"], "warning");
    const code = item.code === undefined ? "" : ` ${item.code}`;
    return [`${label}${code}: ${plainLines(item.message)}`, ...detailsOf(item, paint("cyan", "->"))].join("\n");
  }

  return {
    tell(message) {
      if (message.level === "warning") say(finding(message, "warning"));
      else say(`${paint("dim", "bkcache:")} ${plainLines(message.message)}`);
    },
    live(lines) {
      const columns = streams.columns();
      if (columns === null || (lines.length === 0 && shown.length === 0)) return;
      // A line that wraps would count as one when it is erased.
      draw(
        "",
        lines.map((line) => plainLine(redact(line)).slice(0, Math.max(1, columns - 1))),
      );
    },
    findings(list, severity) {
      for (const item of list.slice(0, mostFindings)) say(finding(item, severity));
      for (const line of countOfOthers(list, severity)) say(line);
    },
    lines: (texts) => {
      if (texts.length > 0) say(texts.map(plainLine).join("\n"));
    },
    // https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections
    section(name, title, texts) {
      const at = Math.floor(Date.now() / 1000);
      const mark = (edge: "start" | "end") => `section_${edge}:${at}:${name}\r\u001b[0K`;
      say([`${mark("start")}${plainLine(title)}`, ...texts.map(plainLine), mark("end")].join("\n"));
    },
    result: (text) => streams.out(redact(text)),
    json: (value) => streams.out(`${redact(plainJson(value))}\n`),
  };
}

/** What stands below the message of a finding: place, excerpt and next step. */
export function detailsOf({ path, span, hint }: Omit<Diagnostic, "code">, arrow = "->"): readonly string[] {
  return [...placeOf(path, span), ...(hint === undefined ? [] : [`  ${arrow} ${plainLines(hint)}`])];
}

function placeOf(path: string | undefined, span: Span | undefined): readonly string[] {
  if (span === undefined) return path === undefined ? [] : [`  at ${plainLine(path)}`];
  // The first letter of a file stands for the file as a whole where it is not shown.
  const isEntireFile = span.excerpt === undefined && span.line === 1 && span.column === 1;
  const where = isEntireFile ? span.file : `${span.file}:${span.line}:${span.column}`;
  const lines = [`  at ${plainLine(`${where}${path === undefined ? "" : ` (${path})`}`)}`];
  if (span.excerpt !== undefined) lines.push(...span.excerpt.split("\n").map((line) => `  ${plainLine(line)}`));
  return lines;
}

/** A line for the findings that are not printed; none where all are. */
export function countOfOthers(list: readonly Diagnostic[], severity: Severity): readonly string[] {
  const more = list.length - mostFindings;
  return more > 0 ? [`... and ${more} more ${severity}${more === 1 ? "" : "s"}`] : [];
}
