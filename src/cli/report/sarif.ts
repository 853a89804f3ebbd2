import { isAbsolute, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { codes } from "../../diagnostics/codes.ts";
import { type LintCode, sourceOf } from "../../dockerfile/lint/table.ts";
import type { LintedFinding } from "../../lint/findings.ts";
import { version } from "../version.ts";

/** https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/troubleshoot-sarif-uploads */
const mostResults = 25_000;

export interface SarifFolders {
  /** Absolute folder that the findings' files count from. */
  readonly cwd: string;
  /** Absolute folder of the repository, which code scanning counts paths from. */
  readonly root: string;
}

/**
 * Findings as SARIF 2.1.0, as code scanning takes them: every rule is described, each result has a place, paths are
 * relative to the repository, and there are no more results than an upload may have, errors first.
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function toSarif(findings: readonly LintedFinding[], folders: SarifFolders): object {
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
        results: findings
          .toSorted((a, b) => Number(b.level === "error") - Number(a.level === "error"))
          .slice(0, mostResults)
          .map((finding) => resultOf(finding, ids, folders)),
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

function resultOf(
  { code, level, message, hint, span, end }: LintedFinding,
  ids: readonly LintCode[],
  folders: SarifFolders,
): object {
  const region = {
    startLine: span.line,
    startColumn: span.column,
    ...(end === undefined ? {} : { endLine: end.line, endColumn: end.column }),
  };
  return {
    ruleId: code,
    ruleIndex: ids.indexOf(code as LintCode),
    level: level === "error" ? "error" : "warning",
    message: { text: hint === undefined ? message : `${message}. ${hint}` },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(span.file, folders) }, region } }],
  };
}

/** Segments encoded, slashes kept. A file outside of the repository has a URI with a scheme: code scanning takes no `..`. */
function uriOf(file: string, { cwd, root }: SarifFolders): string {
  const path = resolve(cwd, file);
  const inside = relative(root, path);
  if (inside.startsWith("..") || isAbsolute(inside)) return pathToFileURL(path).href;
  return inside.split(sep).map(encodeURIComponent).join("/");
}
