import { codes } from "../../diagnostics/codes.ts";
import { type LintCode, sourceOf } from "../../dockerfile/lint/table.ts";
import type { LintedFinding } from "../../run/lint.ts";
import { version } from "../version.ts";

/**
 * Findings as SARIF 2.1.0, as code scanning takes them: every rule is described, and paths are relative to where the
 * command runs. https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function toSarif(findings: readonly LintedFinding[]): object {
  const ids = Object.keys(codes)
    .filter((code) => code.startsWith("BK6"))
    .sort() as LintCode[];
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "bkcache", version, semanticVersion: version, rules: ids.map(ruleOf) } },
        columnKind: "utf16CodeUnits",
        results: findings.map((finding) => resultOf(finding, ids)),
      },
    ],
  };
}

function ruleOf(id: LintCode): object {
  const { title, help, level } = codes[id];
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: help },
    help: { text: help },
    helpUri: sourceOf(id),
    defaultConfiguration: { level: level === "error" ? "error" : "warning" },
  };
}

function resultOf({ code, level, message, hint, span, end }: LintedFinding, ids: readonly LintCode[]): object {
  const region =
    span === undefined
      ? undefined
      : {
          startLine: span.line,
          startColumn: span.column,
          ...(end === undefined ? {} : { endLine: end.line, endColumn: end.column }),
        };
  return {
    ruleId: code,
    ruleIndex: ids.indexOf(code as LintCode),
    level: level === "error" ? "error" : "warning",
    message: { text: hint === undefined ? message : `${message}. ${hint}` },
    locations:
      span === undefined ? [] : [{ physicalLocation: { artifactLocation: { uri: uriOf(span.file) }, region } }],
  };
}

/** A relative path as a URI reference: segments encoded, slashes kept. */
function uriOf(file: string): string {
  return file.split("/").map(encodeURIComponent).join("/");
}
