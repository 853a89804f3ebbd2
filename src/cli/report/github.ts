import type { Diagnostic } from "../../diagnostics/error.ts";
import { countOfOthers, detailsOf } from "./human.ts";
import { plainLine } from "./plain.ts";
import { mostFindings, type Reporter, type Severity } from "./reporter.ts";

/** GitHub reads `%`, CR and LF in a workflow command as escapes, and `:` and `,` too in its properties. */
function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

function annotation(item: Omit<Diagnostic, "code"> & { readonly code?: string }, severity: Severity): string {
  const properties = [
    ...(item.span === undefined
      ? []
      : [`file=${escapeProperty(plainLine(item.span.file))}`, `line=${item.span.line}`, `col=${item.span.column}`]),
    ...(item.code === undefined ? [] : [`title=${escapeProperty(`bkcache ${item.code}`)}`]),
  ].join(",");
  // Its lines stand in one line of the log.
  const text = [...item.message.split("\n").map(plainLine), ...detailsOf(item)].join("\n");
  return `::${severity}${properties === "" ? "" : ` ${properties}`}::${escapeData(text)}`;
}

/**
 * Another reporter, whose findings are workflow commands: GitHub Actions makes annotations of them, and prints their text in the log
 * as an error or a warning, so that a line of our own would say it twice.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
export function withGithubAnnotations(
  inner: Reporter,
  err: (text: string) => void,
  redact: (text: string) => string,
): Reporter {
  const say = (line: string) => err(`${redact(line)}\n`);
  return {
    ...inner,
    tell(message) {
      if (message.level === "warning") say(annotation(message, "warning"));
      else inner.tell(message);
    },
    findings(list, severity) {
      for (const item of list.slice(0, mostFindings)) say(annotation(item, severity));
      inner.lines(countOfOthers(list, severity));
    },
  };
}
