import type { Diagnostic } from "../../diagnostics/error.ts";
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
      : [`file=${escapeProperty(item.span.file)}`, `line=${item.span.line}`, `col=${item.span.column}`]),
    ...(item.code === undefined ? [] : [`title=${escapeProperty(`bkcache ${item.code}`)}`]),
  ].join(",");
  const text = item.hint === undefined ? item.message : `${item.message}\n${item.hint}`;
  return `::${severity}${properties === "" ? "" : ` ${properties}`}::${escapeData(text)}`;
}

/**
 * Adds workflow commands to another reporter, so that findings become annotations in GitHub Actions:
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
      inner.tell(message);
      if (message.level === "warning") say(annotation(message, "warning"));
    },
    findings(list, severity) {
      inner.findings(list, severity);
      for (const item of list.slice(0, mostFindings)) say(annotation(item, severity));
    },
  };
}
